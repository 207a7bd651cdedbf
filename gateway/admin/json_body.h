// What the HTTP interface reads of bodies and writes into answers. Its one rule: a field that is
// not known, or not as it must be, is an error that names it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace portreeve::admin {

std::string ToText(const nlohmann::json& value);
// An empty body is an empty object; only the named keys may be there.
absl::StatusOr<nlohmann::json> ParseBody(std::string_view body,
                                         const std::vector<std::string>& keys);
// 1 to 200 bytes of UTF-8; `fallback` if the field is missing.
absl::StatusOr<std::string> TextOf(const nlohmann::json& body, const char* key,
                                   std::string fallback);

}  // namespace portreeve::admin
