portreeve_fuzz_target(server_login DEPS portreeve::upstream)
