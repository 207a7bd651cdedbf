portreeve_fuzz_target(mask_value DEPS portreeve::mask)
