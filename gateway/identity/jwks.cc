#include "identity/jwks.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/encoding.h"
#include "identity/plain_text.h"
#include "identity/public_key.h"
#include "identity/strict_json.h"

namespace portreeve::identity {
namespace {

using nlohmann::json;

constexpr JsonLimits kLimits{.depth = 8, .values = 8192};

// RFC 7518 6.2.2, 6.3.2, 6.4.1 and RFC 8037 section 2.
constexpr const char* kPrivateMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

const std::string* Text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

absl::StatusOr<std::string> Bytes(const json& object, const char* name) {
  const std::string* text = Text(object, name);
  if (text == nullptr) return base::InvalidArgument(std::string("it has no `") + name + "`");
  auto bytes = base::Base64UrlDecode(*text);
  if (!bytes) return base::InvalidArgument(std::string("its `") + name + "` is not base64url");
  return *std::move(bytes);
}

absl::Status CheckPurpose(const json& jwk) {
  if (jwk.contains("use")) {
    const std::string* use = Text(jwk, "use");
    if (use == nullptr || *use != "sig") return base::InvalidArgument("its use is not `sig`");
  }
  if (const auto ops = jwk.find("key_ops"); ops != jwk.end()) {
    if (!ops->is_array() || std::find(ops->begin(), ops->end(), "verify") == ops->end()) {
      return base::InvalidArgument("its key_ops are without `verify`");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<KeyKind> KindOf(const json& jwk) {
  const std::string* kty = Text(jwk, "kty");
  if (kty == nullptr) return base::InvalidArgument("it has no `kty`");
  if (*kty == "RSA") return KeyKind::kRsa;
  const std::string* crv = Text(jwk, "crv");
  if (crv != nullptr && *kty == "EC") {
    if (*crv == "P-256") return KeyKind::kP256;
    if (*crv == "P-384") return KeyKind::kP384;
    if (*crv == "P-521") return KeyKind::kP521;
  }
  if (crv != nullptr && *kty == "OKP" && *crv == "Ed25519") return KeyKind::kEd25519;
  return base::InvalidArgument("its type or curve is not one that signatures are checked with");
}

absl::StatusOr<base::PkeyPtr> PublicKey(const json& jwk, KeyKind kind) {
  if (kind == KeyKind::kRsa) {
    ASSIGN_OR_RETURN(const std::string n, Bytes(jwk, "n"));
    ASSIGN_OR_RETURN(const std::string e, Bytes(jwk, "e"));
    return RsaPublicKey(n, e);
  }
  ASSIGN_OR_RETURN(const std::string x, Bytes(jwk, "x"));
  if (kind == KeyKind::kEd25519) return Ed25519PublicKey(x);
  ASSIGN_OR_RETURN(const std::string y, Bytes(jwk, "y"));
  return EcPublicKey(kind, x, y);
}

absl::StatusOr<VerificationKey> ReadKey(const json& jwk,
                                        const std::vector<const Algorithm*>& algorithms) {
  RETURN_IF_ERROR(CheckPurpose(jwk));
  VerificationKey key;
  ASSIGN_OR_RETURN(key.kind, KindOf(jwk));
  if (jwk.contains("kid")) {
    const std::string* kid = Text(jwk, "kid");
    if (kid == nullptr || kid->size() > kMaxNameBytes) {
      return base::InvalidArgument("its `kid` is not a text of at most 255 bytes");
    }
    key.kid = *kid;
  }
  if (jwk.contains("alg")) {
    const std::string* alg = Text(jwk, "alg");
    key.only = alg == nullptr ? nullptr : FindAlgorithm(*alg);
    if (key.only == nullptr) return base::InvalidArgument("its `alg` is not one for signatures");
  }
  if (std::none_of(algorithms.begin(), algorithms.end(),
                   [&](const Algorithm* algorithm) { return key.Fits(*algorithm); })) {
    return base::InvalidArgument("it fits none of the configured algorithms");
  }
  ASSIGN_OR_RETURN(key.key, PublicKey(jwk, key.kind));
  return key;
}

}  // namespace

absl::StatusOr<KeySet> KeySet::Parse(std::string_view text,
                                     const std::vector<const Algorithm*>& algorithms) {
  if (text.size() > kMaxBytes) return base::InvalidArgument("the key set is too large");
  auto document = ParseStrictObject(text, kLimits);
  if (!document.ok()) return base::Annotate(document.status(), "the key set");
  const auto list = document->find("keys");
  if (list == document->end() || !list->is_array()) {
    return base::InvalidArgument("the key set has no list `keys`");
  }
  if (list->size() > kMaxKeys) return base::InvalidArgument("the key set has more than 64 keys");
  KeySet set;
  std::string unused;
  for (size_t i = 0; i < list->size(); ++i) {
    const json& jwk = (*list)[i];
    const std::string where = "key " + std::to_string(i + 1);
    if (!jwk.is_object()) return base::InvalidArgument(where + " of the set is not an object");
    for (const char* name : kPrivateMembers) {
      if (!jwk.contains(name)) continue;
      return base::InvalidArgument(where + " of the set is private or secret (it has `" + name +
                                   "`): give the gateway public keys only");
    }
    auto key = ReadKey(jwk, algorithms);
    if (!key.ok()) {
      unused += "; " + where + ": " + std::string(base::FromAbsl(key.status().message()));
      continue;
    }
    for (const VerificationKey& other : set.keys_) {
      if (!key->kid || other.kid != key->kid) continue;
      return base::InvalidArgument(where + " of the set has the `kid` of another key");
    }
    set.keys_.push_back(*std::move(key));
  }
  if (set.keys_.empty()) return base::NotFound("no key of the set can be used" + unused);
  return set;
}

absl::StatusOr<const VerificationKey*> KeySet::Find(const Algorithm& algorithm,
                                                    const std::optional<std::string>& kid) const {
  const VerificationKey* found = nullptr;
  for (const VerificationKey& key : keys_) {
    if (kid) {
      if (key.kid != kid) continue;
      if (key.Fits(algorithm)) return &key;
      return base::InvalidArgument("the key that the token names does not fit its algorithm");
    }
    if (!key.Fits(algorithm)) continue;
    if (found != nullptr) {
      return base::InvalidArgument("the token names no key, and several would fit its algorithm");
    }
    found = &key;
  }
  if (found != nullptr) return found;
  return base::NotFound(kid ? "the issuer has no key with the id that the token names"
                            : "the issuer has no key for the token's algorithm");
}

}  // namespace portreeve::identity
