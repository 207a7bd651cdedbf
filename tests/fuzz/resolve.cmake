portreeve_fuzz_target(resolve DEPS portreeve::catalog)
target_include_directories(resolve_fuzz PRIVATE "${CMAKE_SOURCE_DIR}/tests")
