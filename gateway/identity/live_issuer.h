// An issuer that can be asked while the gateway runs. Its one rule: nothing here waits for the
// network; what takes time is answered later, once, on whatever thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "identity/jwks.h"

namespace portreeve::identity {

// Thread-safe.
class LiveIssuer {
 public:
  using Groups = std::vector<std::string>;

  virtual ~LiveIssuer() = default;
  // The keys in force; null if there are none now. Costs a copy of a pointer.
  virtual std::shared_ptr<const KeySet> Keys() const = 0;
  // Asks for the keys again. False: not now, because it was asked a moment ago or too many wait
  // already; then `done` is never called.
  virtual bool Refresh(std::function<void()> done) = 0;
  // Whether groups that a token does not name are to be asked for.
  virtual bool has_groups() const = 0;
  // The groups of the subject whom the token names (OpenID Connect Core 5.3).
  virtual void AskGroups(std::string token, std::string subject, int64_t expires_unix_s,
                         std::function<void(absl::StatusOr<Groups>)> done) = 0;
};

}  // namespace portreeve::identity
