portreeve_fuzz_target(http_request DEPS portreeve::admin)
