#include "identity/claims.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "identity/plain_text.h"

namespace portreeve::identity {
namespace {

using nlohmann::json;

constexpr int64_t kLastSecondOfYear9999 = 253'402'300'799;

absl::Status Refused(const std::string& why) { return base::InvalidArgument("the token " + why); }

const json* Find(const json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string* Name(const json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text != nullptr && IsName(*text) ? text : nullptr;
}

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// A name alone or a list of names.
std::optional<std::vector<std::string>> Names(const json& value, size_t limit) {
  std::vector<std::string> names;
  if (value.is_string()) {
    if (Name(value) == nullptr) return std::nullopt;
    names.push_back(value.get<std::string>());
    return names;
  }
  if (!value.is_array() || value.size() > limit) return std::nullopt;
  for (const json& item : value) {
    if (Name(item) == nullptr) return std::nullopt;
    names.push_back(item.get<std::string>());
  }
  return names;
}

absl::Status CheckAudience(const json& payload, const IssuerOptions& issuer) {
  const json* claim = Find(payload, "aud");
  if (claim == nullptr) return Refused("has no `aud`");
  const auto audience = Names(*claim, kMaxAudiences);
  if (!audience) return Refused("has an `aud` that is no name and no list of names");
  const bool ours = std::any_of(audience->begin(), audience->end(), [&](const std::string& name) {
    return Contains(issuer.audience, name);
  });
  if (!ours) return Refused("is for another audience");
  const json* party = Find(payload, "azp");
  if (party != nullptr && Name(*party) == nullptr) return Refused("has an `azp` that is no name");
  if (audience->size() == 1) return absl::OkStatus();
  // One of the others could have passed it on (OpenID Connect Core 3.1.3.7).
  if (party == nullptr) return Refused("is for several audiences and has no `azp`");
  if (!Contains(issuer.audience, party->get_ref<const std::string&>())) {
    return Refused("is for several audiences and was issued to another party");
  }
  return absl::OkStatus();
}

// Whole seconds; nothing if the claim is absent.
absl::StatusOr<std::optional<int64_t>> Time(const json& payload, const char* name) {
  const json* claim = Find(payload, name);
  if (claim == nullptr) return std::optional<int64_t>();
  if (claim->is_number_integer()) {
    // Negative numbers become larger than every time that may stand here.
    const auto seconds = claim->get<uint64_t>();
    if (seconds <= uint64_t{kLastSecondOfYear9999}) {
      return std::optional<int64_t>(static_cast<int64_t>(seconds));
    }
  }
  return Refused(std::string("has a `") + name + "` that is no time in whole seconds");
}

absl::StatusOr<int64_t> CheckTimes(const json& payload, int64_t now) {
  constexpr int64_t kSkew = TokenVerifier::kMaxSkewS;
  constexpr int64_t kLifetime = TokenVerifier::kMaxLifetimeS;
  ASSIGN_OR_RETURN(const auto exp, Time(payload, "exp"));
  ASSIGN_OR_RETURN(const auto nbf, Time(payload, "nbf"));
  ASSIGN_OR_RETURN(const auto iat, Time(payload, "iat"));
  if (!exp) return Refused("has no `exp`");
  // No skew here: the session would end with the token, before it began.
  if (*exp <= now) return Refused("has expired");
  if (nbf && *nbf > now + kSkew) return Refused("is not valid yet");
  if (iat && *iat > now + kSkew) return Refused("was issued in the future");
  if (*exp - now > kLifetime + kSkew || (iat && *exp - *iat > kLifetime)) {
    return Refused("lives longer than a day");
  }
  return *exp;
}

// RFC 8693 4.1. Who acts is not judged here, but a chain that cannot be read is no proof.
absl::StatusOr<std::vector<std::string>> ReadActors(const json& payload) {
  std::vector<std::string> actors;
  for (const json* actor = Find(payload, "act"); actor != nullptr; actor = Find(*actor, "act")) {
    if (actors.size() == kMaxActors) return Refused("has more than 4 actors");
    const json* subject = actor->is_object() ? Find(*actor, "sub") : nullptr;
    if (subject == nullptr || Name(*subject) == nullptr) {
      return Refused("has an `act` without a subject");
    }
    actors.push_back(subject->get<std::string>());
  }
  return actors;
}

// What policy can ask for by name. A claim that is left out matches nothing there.
std::vector<std::pair<std::string, std::string>> StringClaims(const json& payload) {
  const json* verified = Find(payload, "email_verified");
  const bool email = verified == nullptr || *verified == true || *verified == "true";
  std::vector<std::pair<std::string, std::string>> claims;
  for (const auto& [name, value] : payload.items()) {
    if (Name(value) == nullptr || !IsName(name)) continue;
    // Anybody may write any address into an account that does not prove it.
    if (name == "email" && !email) continue;
    claims.emplace_back(name, value.get_ref<const std::string&>());
  }
  return claims;
}

// From the claims that policy may ask for: an address that is not verified is nobody's name.
absl::StatusOr<std::string> MappedSubject(
    const std::vector<std::pair<std::string, std::string>>& claims, const std::string& name) {
  for (const auto& [claim, value] : claims) {
    if (claim == name) return value;
  }
  return Refused("has no `" + name + "` that could name its subject");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadGroups(const json& claims, const std::string& name) {
  const json* groups = Find(claims, name);
  if (groups == nullptr) return std::vector<std::string>();
  auto names = Names(*groups, kMaxGroups);
  if (!names) return Refused("has groups that are no list of at most 256 names");
  return *std::move(names);
}

absl::StatusOr<Principal> ReadClaims(const json& payload, const IssuerOptions& issuer,
                                     int64_t now_unix_s) {
  const json* iss = Find(payload, "iss");
  if (iss == nullptr || *iss != issuer.issuer) return Refused("is from another issuer");
  RETURN_IF_ERROR(CheckAudience(payload, issuer));
  Principal principal;
  ASSIGN_OR_RETURN(principal.expires_unix_s, CheckTimes(payload, now_unix_s));
  const json* subject = Find(payload, "sub");
  if (subject == nullptr || Name(*subject) == nullptr) {
    return Refused("has no `sub` of 1 to 255 bytes of plain text");
  }
  // Bound to a key that the client would have to prove (RFC 7800): alone it proves nothing.
  if (payload.contains("cnf")) return Refused("is bound to a key");
  // A message about a session, such as a logout (RFC 8417 2.2), not a proof of one.
  if (payload.contains("events")) return Refused("is an event");
  RETURN_IF_ERROR(CheckRequiredClaims(payload, issuer.required_claims));
  ASSIGN_OR_RETURN(principal.act, ReadActors(payload));
  ASSIGN_OR_RETURN(principal.groups, ReadGroups(payload, issuer.groups_claim));
  if (const json* id = Find(payload, "jti"); id != nullptr) {
    if (Name(*id) == nullptr) return Refused("has a `jti` that is no name");
    principal.credential_id = id->get<std::string>();
  }
  principal.issuer = issuer.issuer;
  principal.issuer_name = issuer.name;
  principal.claims = StringClaims(payload);
  ASSIGN_OR_RETURN(principal.subject, MappedSubject(principal.claims, issuer.subject_claim));
  principal.method = "jwt";
  return principal;
}

}  // namespace portreeve::identity
