portreeve_fuzz_target(issuer_answers DEPS portreeve::oidc)
