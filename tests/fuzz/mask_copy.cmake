portreeve_fuzz_target(mask_copy DEPS portreeve::mask)
