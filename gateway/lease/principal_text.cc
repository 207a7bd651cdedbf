#include "lease/principal_text.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace portreeve::lease {
namespace {

using nlohmann::json;

constexpr size_t kFields = 9;

std::optional<std::string> TextIn(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::vector<std::string>> TextsIn(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& entry : *found) {
    if (!entry.is_string()) return std::nullopt;
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

// As [[name, value], ...].
bool ReadClaims(const json& object, identity::Principal& principal) {
  const auto found = object.find("claims");
  if (found == object.end() || !found->is_array()) return false;
  for (const json& claim : *found) {
    if (!claim.is_array() || claim.size() != 2 || !claim[0].is_string() || !claim[1].is_string()) {
      return false;
    }
    principal.claims.emplace_back(claim[0].get<std::string>(), claim[1].get<std::string>());
  }
  return true;
}

}  // namespace

std::string ToText(const identity::Principal& principal) {
  json claims = json::array();
  for (const auto& [name, value] : principal.claims) claims.push_back(json::array({name, value}));
  const json object = {{"subject", principal.subject},
                       {"issuer", principal.issuer},
                       {"issuer_name", principal.issuer_name},
                       {"groups", principal.groups},
                       {"claims", std::move(claims)},
                       {"method", principal.method},
                       {"credential_id", principal.credential_id},
                       {"act", principal.act},
                       {"expires_unix_s", principal.expires_unix_s}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<identity::Principal> PrincipalFromText(std::string_view text) {
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  const absl::Status damaged = base::DataLoss("a lease's principal is damaged");
  if (!object.is_object() || object.size() != kFields) return damaged;
  identity::Principal principal;
  const std::pair<const char*, std::string*> texts[] = {
      {"subject", &principal.subject},
      {"issuer", &principal.issuer},
      {"issuer_name", &principal.issuer_name},
      {"method", &principal.method},
      {"credential_id", &principal.credential_id}};
  for (const auto& [field, into] : texts) {
    auto value = TextIn(object, field);
    if (!value) return damaged;
    *into = *std::move(value);
  }
  auto groups = TextsIn(object, "groups");
  auto act = TextsIn(object, "act");
  const auto expires = object.find("expires_unix_s");
  if (!groups || !act || expires == object.end() || !expires->is_number_integer() ||
      !ReadClaims(object, principal)) {
    return damaged;
  }
  principal.groups = *std::move(groups);
  principal.act = *std::move(act);
  principal.expires_unix_s = expires->get<int64_t>();
  return principal;
}

}  // namespace portreeve::lease
