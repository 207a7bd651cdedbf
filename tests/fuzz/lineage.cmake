portreeve_fuzz_target(lineage DEPS portreeve::lineage)
target_include_directories(lineage_fuzz PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_compile_definitions(lineage_fuzz PRIVATE PORTREEVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
