portreeve_fuzz_target(detect DEPS portreeve::mask nlohmann_json::nlohmann_json)
