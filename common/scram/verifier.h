// What a server keeps of a password: enough to check it, too little to log in with (RFC 5802
// section 3). The text form is PostgreSQL's:
// SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "scram/binding.h"

namespace portreeve::scram {

struct Verifier {
  uint32_t iterations = 0;
  std::string salt;
  std::string stored_key;
  std::string server_key;
  // Belongs to nobody: no proof is right for it.
  bool mock = false;

  // Takes `iterations` HMACs. `salt` must be 1 to kMaxSaltBytes random bytes, iterations 1 to
  // kMaxIterations.
  static Verifier Make(std::string_view password, std::string_view salt,
                       uint32_t iterations = kDefaultIterations);

  // For a user that does not exist, so that the exchange tells nothing: the salt is always the same
  // for one name. `secret` must be random and kept, by all replicas alike.
  static Verifier Mock(std::string_view user, std::string_view secret,
                       uint32_t iterations = kDefaultIterations);

  static absl::StatusOr<Verifier> Parse(std::string_view text);
  // Not of a mock.
  std::string Text() const;
};

// Whether `password` is the one the verifier was made from, for a password that came in clear.
bool Matches(const Verifier& verifier, std::string_view password);

}  // namespace portreeve::scram
