portreeve_fuzz_target(catalog_answer DEPS portreeve::introspect)
