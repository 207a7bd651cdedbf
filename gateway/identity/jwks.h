// A set of public keys (RFC 7517), read once. Its one rule: a key serves only the algorithms that
// fit its kind, its own `alg` and the configuration; the token chooses among these and nothing
// else.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/openssl.h"
#include "base/status.h"
#include "identity/algorithm.h"

namespace portreeve::identity {

struct VerificationKey {
  std::optional<std::string> kid;
  KeyKind kind;
  const Algorithm* only = nullptr;  // The key's own `alg`; null: all that fit its kind.
  base::PkeyPtr key;

  bool Fits(const Algorithm& algorithm) const {
    return algorithm.key == kind && (only == nullptr || only == &algorithm);
  }
};

class KeySet {
 public:
  static constexpr size_t kMaxBytes = 256 * 1024;
  static constexpr size_t kMaxKeys = 64;

  // Keys for other uses, of unknown types or too weak are left out. Fails if none is left
  // (kNotFound, and says why), and for what can only be a mistake: a private key, two keys with one
  // id.
  static absl::StatusOr<KeySet> Parse(std::string_view json,
                                      const std::vector<const Algorithm*>& algorithms);

  // By its id; without one, the only key that fits. kNotFound: a newer set might have it. The
  // pointer lives as long as the set.
  absl::StatusOr<const VerificationKey*> Find(const Algorithm& algorithm,
                                              const std::optional<std::string>& kid) const;

  size_t size() const { return keys_.size(); }

 private:
  std::vector<VerificationKey> keys_;
};

}  // namespace portreeve::identity
