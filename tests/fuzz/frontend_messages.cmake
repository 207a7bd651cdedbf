portreeve_fuzz_target(frontend_messages DEPS portreeve::wire)
