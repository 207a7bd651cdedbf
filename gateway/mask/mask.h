// What a mask makes of one value, in the text and the binary format of every built-in type. Its one
// rule: what comes out is a valid value of the type, or NULL; no part of a value that is not
// understood passes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mask/hash_key.h"

namespace portreeve::mask {

enum class Kind : uint8_t {
  kRedact,        // A fixed text.
  kNullValue,     // NULL.
  kPartialEmail,  // The first character and the domain.
  kHash,          // A token that is the same for the same value.
  kKeepLast,      // The last `number` characters, and never more than half of them.
  kConstant,      // `text`, which must be a value of the type.
  kDateTrunc,     // The beginning of the year, month ... (`text`) that a time lies in.
  kRound,         // To `number` decimal places; negative: before the point.
};

struct Mask {
  Kind kind = Kind::kRedact;
  int64_t number = 0;
  std::string text;
};

enum class Format : uint8_t { kText, kBinary };

// Whether the mask makes values of that type; where it does not, values become NULL. Of domains,
// ask with the type below. A mask that would leave every value of the type as it is does not fit.
bool Fits(const Mask& mask, uint32_t type_oid);

// Appends the masked value to `out`; false: it is NULL, and `out` is as it was. `value` may be any
// bytes. Times in text are understood in DateStyle ISO only.
bool Apply(const Mask& mask, const HashKey& key, uint32_t type_oid, Format format,
           std::string_view value, std::string& out);

}  // namespace portreeve::mask
