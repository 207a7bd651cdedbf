// The kinds of mask, each for itself. Its one rule: where a function says false, what it has
// appended to `out` counts for nothing. The contract is that of Fits and Apply in mask.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mask/mask.h"

namespace portreeve::mask {

// What stands in the place of a value, or of a part of one.
inline constexpr std::string_view kRedacted = "[redacted]";

bool RedactFits(uint32_t type_oid);
bool Redact(uint32_t type_oid, Format format, std::string& out);

// Both are for texts only, whose formats are the same.
bool PartialEmail(std::string_view value, std::string& out);
bool KeepLast(int64_t number, uint32_t type_oid, std::string_view value, std::string& out);

bool HashFits(uint32_t type_oid);
bool Hash(const HashKey& key, uint32_t type_oid, Format format, std::string_view value,
          std::string& out);

// Fits exactly the types in whose text format it can be written.
bool Constant(std::string_view text, uint32_t type_oid, Format format, std::string& out);

bool DateTruncFits(std::string_view unit, uint32_t type_oid);
bool DateTrunc(std::string_view unit, uint32_t type_oid, Format format, std::string_view value,
               std::string& out);

bool RoundFits(int64_t places, uint32_t type_oid);
bool Round(int64_t places, uint32_t type_oid, Format format, std::string_view value,
           std::string& out);

}  // namespace portreeve::mask
