// A JWT presented as a password becomes a Principal, or a reason for the operator's log. Its one
// rule: issuer, audience, algorithm and key come from the configuration, never from the token (RFC
// 8725).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "identity/live_issuer.h"
#include "identity/principal.h"
#include "identity/required_claims.h"

namespace portreeve::identity {

// What the configuration says of one issuer.
struct IssuerOptions {
  std::string name;
  std::string issuer;                   // `iss`, to the letter.
  std::vector<std::string> audience;    // At least one of them must be in `aud`.
  std::vector<std::string> algorithms;  // JOSE names; never `none` or HMAC.
  std::string groups_claim = "groups";
  std::string jwks_json;  // The key set itself (RFC 7517), as text; unless `live` has the keys.
  std::string subject_claim = "sub";                // What a principal is called by.
  std::vector<RequiredClaim> required_claims = {};  // All of them must fit.
  std::shared_ptr<LiveIssuer> live = nullptr;
};

// Why a token was not believed. For logs and records only: a client hears nothing of it.
struct Rejection {
  std::string message;
  // Set if nothing but a key was missing, and this issuer may have it when it is asked again.
  std::shared_ptr<LiveIssuer> may_have_key = nullptr;
};

// Immutable and thread-safe.
class TokenVerifier {
 public:
  static constexpr size_t kMaxTokenBytes = 16 * 1024;
  static constexpr int64_t kMaxSkewS = 60;
  // A token that claims to live longer is not one for people or jobs.
  static constexpr int64_t kMaxLifetimeS = 24 * 3600;

  // Fails with a sentence that names the issuer and what is wrong with its configuration or keys.
  static absl::StatusOr<std::shared_ptr<const TokenVerifier>> Make(
      std::vector<IssuerOptions> issuers);
  ~TokenVerifier();

  // Checks in a strict order: size, form, header, key, signature, payload, claims.
  std::variant<Principal, Rejection> Verify(std::string_view token, int64_t now_unix_s) const;

  // Who is to be asked for the groups of a principal that came out of Verify(); null: nobody.
  std::shared_ptr<LiveIssuer> GroupsOf(const Principal& principal) const;

 private:
  struct Issuer;
  explicit TokenVerifier(std::vector<Issuer> issuers);

  std::vector<Issuer> issuers_;
};

}  // namespace portreeve::identity
