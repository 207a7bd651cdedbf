portreeve_fuzz_target(yaml DEPS portreeve::yaml)
