portreeve_fuzz_target(sql DEPS portreeve::sql)
