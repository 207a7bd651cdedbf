// The claims of a token whose signature is right (RFC 7519 section 4). Its one rule: a claim that
// we know and that has not the shape it must have refuses the token, also where it would only be
// noted down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/status.h"
#include "identity/principal.h"
#include "identity/token_verifier.h"

namespace portreeve::identity {

inline constexpr size_t kMaxGroups = 256;
inline constexpr size_t kMaxAudiences = 16;
inline constexpr size_t kMaxActors = 4;

// None if the claim is absent. Also for what UserInfo answers.
absl::StatusOr<std::vector<std::string>> ReadGroups(const nlohmann::json& claims,
                                                    const std::string& name);

absl::StatusOr<Principal> ReadClaims(const nlohmann::json& payload, const IssuerOptions& issuer,
                                     int64_t now_unix_s);

}  // namespace portreeve::identity
