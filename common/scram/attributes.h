// Reads the attributes of one SCRAM message in their fixed order (RFC 5802 section 7). Its one
// rule: what is not expected at its place is an error; extensions are not known and hence refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::scram {

// The first thing that does not fit sticks; from then on every read gives nothing.
class Attributes {
 public:
  explicit Attributes(std::string_view message);

  // The value of attribute `name`, which must come next. It may be empty.
  std::string_view Take(char name);
  // The same for a nonce: printable ASCII, not empty, bounded.
  std::string_view TakeNonce();
  // The same for base64, strictly; never empty.
  std::string TakeBytes(char name);
  // A decimal number from 1 to kMaxIterations, without leading zeros.
  uint32_t TakeIterations();

  // The attribute that comes next, 0 at the end.
  char next() const;
  bool ok() const { return ok_; }
  // Nothing failed and nothing is left.
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool first_ = true;
  bool ok_ = true;
};

// A decimal number from 1 to kMaxIterations, without leading zeros.
std::optional<uint32_t> ParseIterations(std::string_view text);

}  // namespace portreeve::scram
