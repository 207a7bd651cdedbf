#include "identity/token_verifier.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "identity/algorithm.h"
#include "identity/claims.h"
#include "identity/jwks.h"
#include "identity/jws.h"
#include "identity/strict_json.h"

namespace portreeve::identity {

struct TokenVerifier::Issuer {
  IssuerOptions options;
  std::vector<const Algorithm*> algorithms;
  std::shared_ptr<const KeySet> keys;  // Null: `options.live` has them.

  std::shared_ptr<const KeySet> KeysInForce() const {
    return options.live == nullptr ? keys : options.live->Keys();
  }
  absl::StatusOr<Principal> Judge(const CompactJws& jws, const JwsHeader& header,
                                  const nlohmann::json& payload, int64_t now_unix_s,
                                  bool& key_is_missing) const;
  bool Allows(const Algorithm& algorithm) const {
    return std::find(algorithms.begin(), algorithms.end(), &algorithm) != algorithms.end();
  }
};

namespace {

absl::Status CheckOptions(const IssuerOptions& options) {
  if (options.issuer.empty()) return base::InvalidArgument("its issuer is empty");
  if (options.subject_claim.empty()) return base::InvalidArgument("its subject claim is empty");
  if (options.groups_claim.empty()) return base::InvalidArgument("its groups claim is empty");
  if (options.algorithms.empty()) return base::InvalidArgument("it allows no algorithm");
  const auto& audience = options.audience;
  if (audience.empty() || std::find(audience.begin(), audience.end(), "") != audience.end()) {
    return base::InvalidArgument("its audience is empty");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<const Algorithm*>> FindAlgorithms(
    const std::vector<std::string>& names) {
  std::vector<const Algorithm*> algorithms;
  for (const std::string& name : names) {
    algorithms.push_back(FindAlgorithm(name));
    if (algorithms.back() == nullptr) {
      return base::InvalidArgument("`" + name + "` is not an allowed signature algorithm");
    }
  }
  return algorithms;
}

}  // namespace

TokenVerifier::TokenVerifier(std::vector<Issuer> issuers) : issuers_(std::move(issuers)) {}
TokenVerifier::~TokenVerifier() = default;

absl::StatusOr<std::shared_ptr<const TokenVerifier>> TokenVerifier::Make(
    std::vector<IssuerOptions> issuers) {
  std::vector<Issuer> made;
  for (IssuerOptions& options : issuers) {
    const std::string context = "issuer `" + options.name + "`";
    const auto annotate = [&](const absl::Status& status) {
      return base::Annotate(status, context);
    };
    if (absl::Status status = CheckOptions(options); !status.ok()) return annotate(status);
    if (std::any_of(made.begin(), made.end(),
                    [&](const Issuer& other) { return other.options.issuer == options.issuer; })) {
      return annotate(base::InvalidArgument("`" + options.issuer + "` stands here twice"));
    }
    auto algorithms = FindAlgorithms(options.algorithms);
    if (!algorithms.ok()) return annotate(algorithms.status());
    std::shared_ptr<const KeySet> keys;
    if (options.live == nullptr) {
      auto parsed = KeySet::Parse(options.jwks_json, *algorithms);
      if (!parsed.ok()) return annotate(parsed.status());
      keys = std::make_shared<const KeySet>(*std::move(parsed));
    }
    options.jwks_json.clear();
    made.push_back({std::move(options), *std::move(algorithms), std::move(keys)});
  }
  return std::shared_ptr<const TokenVerifier>(new TokenVerifier(std::move(made)));
}

std::variant<Principal, Rejection> TokenVerifier::Verify(std::string_view token,
                                                         int64_t now_unix_s) const {
  const auto reject = [](const absl::Status& status) {
    return Rejection{std::string(base::FromAbsl(status.message()))};
  };
  if (token.size() > kMaxTokenBytes) return Rejection{"the token is too large"};
  const auto jws = SplitCompact(token);
  if (!jws.ok()) return reject(jws.status());
  const auto header = ReadHeader(jws->header);
  if (!header.ok()) return reject(header.status());
  // Read once, so that what is believed later is what chose the keys. Until the signature is right,
  // `iss` is a wish: it only says whose keys to try.
  const auto payload = ParseStrictObject(jws->payload);
  if (!payload.ok()) return reject(base::Annotate(payload.status(), "the token's payload"));
  const auto iss = payload->find("iss");
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& candidate) {
    return iss != payload->end() && *iss == candidate.options.issuer;
  });
  if (issuer == issuers_.end()) return Rejection{"the token is from no configured issuer"};
  bool key_is_missing = false;
  auto principal = issuer->Judge(*jws, *header, *payload, now_unix_s, key_is_missing);
  if (principal.ok()) return *std::move(principal);
  Rejection rejection =
      reject(base::Annotate(principal.status(), "issuer `" + issuer->options.name + "`"));
  if (key_is_missing) rejection.may_have_key = issuer->options.live;
  return rejection;
}

absl::StatusOr<Principal> TokenVerifier::Issuer::Judge(const CompactJws& jws,
                                                       const JwsHeader& header,
                                                       const nlohmann::json& payload,
                                                       int64_t now_unix_s,
                                                       bool& key_is_missing) const {
  if (!Allows(*header.algorithm)) {
    return base::InvalidArgument("the token's algorithm is not allowed");
  }
  const auto in_force = KeysInForce();
  const auto key = in_force == nullptr ? base::NotFound("there are no keys of the issuer now")
                                       : in_force->Find(*header.algorithm, header.kid);
  if (!key.ok()) {
    // Only for a token that would be good with the key is an issuer asked again.
    key_is_missing = absl::IsNotFound(key.status()) && options.live != nullptr &&
                     ReadClaims(payload, options, now_unix_s).ok();
    return key.status();
  }
  RETURN_IF_ERROR(VerifySignature(*header.algorithm, **key, jws.signing_input, jws.signature));
  return ReadClaims(payload, options, now_unix_s);
}

std::shared_ptr<LiveIssuer> TokenVerifier::GroupsOf(const Principal& principal) const {
  if (!principal.groups.empty()) return nullptr;
  for (const Issuer& issuer : issuers_) {
    if (issuer.options.issuer != principal.issuer) continue;
    const auto& live = issuer.options.live;
    return live != nullptr && live->has_groups() ? live : nullptr;
  }
  return nullptr;
}

}  // namespace portreeve::identity
