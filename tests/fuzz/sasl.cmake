portreeve_fuzz_target(sasl DEPS portreeve::front)
