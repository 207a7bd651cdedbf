portreeve_fuzz_target(cases DEPS portreeve::rehearsal)
