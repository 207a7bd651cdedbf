portreeve_fuzz_target(jwt DEPS portreeve::identity)
