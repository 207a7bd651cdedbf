portreeve_fuzz_target(scram DEPS portreeve::scram)
