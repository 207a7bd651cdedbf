// Finds values by what they look like: social security and card numbers, e-mail addresses, keys.
// Its one rule: what cannot be searched counts as found. What is taken out leaves JSON documents
// and array literals valid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace portreeve::mask {

enum class Detector : uint8_t {
  kUsSsn,
  kCardNumber,
  kIban,
  kEmail,
  kPhone,
  kIpAddress,
  kJwt,
  kApiKey,
};
inline constexpr size_t kDetectorCount = 8;
inline constexpr std::array<std::string_view, kDetectorCount> kDetectorNames = {
    "us_ssn", "card_number", "iban", "email", "phone", "ip_address", "jwt", "api_key"};

// How many values each has found, by Detector. For records: never the values.
using Findings = std::array<uint64_t, kDetectorCount>;

// How a text holds other texts.
enum class Shape : uint8_t {
  kPlain,  // A text that begins as a JSON document and is one is taken as JSON.
  kJson,
  kArray,      // PostgreSQL's array literal of texts.
  kJsonArray,  // An array literal of JSON documents.
};

// Threads may share it.
class Detectors {
 public:
  // Texts inside texts are searched that deep: a JSON document in an array of JSON documents is
  // two.
  static constexpr size_t kMaxDepth = 4;
  // Of one text that holds no others; from the last of so many values on, all of it counts as
  // found.
  static constexpr size_t kMaxSpans = 100'000;
  struct Span {
    size_t begin = 0;
    size_t end = 0;
  };
  // What a caller lends for the search, so that it allocates nothing once it has grown.
  struct Scratch {
    std::vector<Span> spans;
    std::array<std::string, kMaxDepth> decoded;
    std::array<std::string, kMaxDepth> searched;
  };

  // By the names above: what is only `reported` is counted and left in place. A name in both is
  // redacted. kInvalidArgument for a name that there is not.
  static absl::StatusOr<Detectors> Make(std::span<const std::string> redacted,
                                        std::span<const std::string> reported);

  Detectors(Detectors&&) noexcept;
  Detectors& operator=(Detectors&&) noexcept;
  ~Detectors();

  // Counts what it finds in `findings`. true: something has to go, and `out` has got the text
  // without it; false: the text may stay as it is, and so has `out`.
  bool Search(Shape shape, std::string_view text, Scratch& scratch, Findings& findings,
              std::string& out) const;

 private:
  struct Engine;
  explicit Detectors(std::unique_ptr<const Engine> engine);

  std::unique_ptr<const Engine> engine_;
};

}  // namespace portreeve::mask
