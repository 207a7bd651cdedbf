portreeve_fuzz_target(journal DEPS portreeve::audit)
