portreeve_fuzz_target(body_scanner DEPS portreeve::wire)
