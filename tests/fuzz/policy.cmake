portreeve_fuzz_target(policy DEPS portreeve::policy)
