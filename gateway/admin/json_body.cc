#include "admin/json_body.h"

#include <algorithm>

#include "base/utf8.h"

namespace portreeve::admin {
namespace {

using nlohmann::json;

constexpr size_t kMaxTextBytes = 200;

}  // namespace

std::string ToText(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<json> ParseBody(std::string_view body, const std::vector<std::string>& keys) {
  if (body.empty()) return json::object();
  json parsed = json::parse(body.begin(), body.end(), nullptr, false);
  if (!parsed.is_object()) return base::InvalidArgument("the body must be a JSON object");
  for (const auto& [key, value] : parsed.items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      return base::InvalidArgument("unknown field `" + key + "`");
    }
  }
  return parsed;
}

absl::StatusOr<std::string> TextOf(const json& body, const char* key, std::string fallback) {
  const auto found = body.find(key);
  if (found == body.end()) return fallback;
  if (!found->is_string()) return base::InvalidArgument(std::string(key) + " must be a text");
  std::string text = found->get<std::string>();
  if (text.empty() || text.size() > kMaxTextBytes || !base::IsUtf8(text)) {
    return base::InvalidArgument(std::string(key) + " must have 1 to 200 bytes of UTF-8");
  }
  return text;
}

}  // namespace portreeve::admin
