portreeve_fuzz_target(startup_packet DEPS portreeve::wire)
