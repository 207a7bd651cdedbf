portreeve_fuzz_target(saml_response DEPS portreeve::saml)
