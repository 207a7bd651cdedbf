portreeve_fuzz_target(backend_messages DEPS portreeve::wire)
