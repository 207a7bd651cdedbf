// Any bytes as a value of any type under any mask: what comes out is NULL, or what the same mask
// takes for a value of that type again; the value itself never comes out where nothing of it may.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "mask/mask.h"
#include "mask/row_masker.h"
#include "mask/types.h"

namespace {

using namespace portreeve::mask;

constexpr std::array<uint32_t, 24> kTypes = {
    oid::kBool,   oid::kBytea,     oid::kName,        oid::kInt8,        oid::kInt2,
    oid::kInt4,   oid::kText,      oid::kOid,         oid::kJson,        oid::kXml,
    oid::kFloat4, oid::kFloat8,    oid::kBpchar,      oid::kVarchar,     oid::kDate,
    oid::kTime,   oid::kTimestamp, oid::kTimestamptz, oid::kNumeric,     oid::kUuid,
    oid::kJsonb,  oid::kTextArray, oid::kRecord,      oid::kFirstOfUsers};

constexpr std::array<std::string_view, 9> kUnits = {"year", "quarter", "month",  "week",   "day",
                                                    "hour", "minute",  "second", "century"};

// Whether masking what a mask has made gives the same once more.
bool IsSettled(Kind kind) {
  return kind == Kind::kDateTrunc || kind == Kind::kRound || kind == Kind::kConstant ||
         kind == Kind::kRedact;
}

}  // namespace

// Four bytes choose type, kind, format and number; the rest is the value.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  const uint32_t type = kTypes[data[0] % kTypes.size()];
  const auto kind = static_cast<Kind>(data[1] % 8);
  const Format format = data[2] % 2 == 0 ? Format::kText : Format::kBinary;
  // A copy of its own, so that a sanitizer sees a read beyond it.
  const std::string value(reinterpret_cast<const char*>(data) + 4, size - 4);
  Mask mask{kind, static_cast<int8_t>(data[3]), {}};
  if (kind == Kind::kDateTrunc) mask.text = kUnits[data[3] % kUnits.size()];
  if (kind == Kind::kConstant) mask.text = value;
  const HashKey key = *HashKey::FromBytes("0123456789abcdef0123456789abcdef");

  std::string masked = "before";
  const bool made = Apply(mask, key, type, format, value, masked);
  PORTREEVE_CHECK(masked.substr(0, 6) == "before");
  PORTREEVE_CHECK(made || masked.size() == 6);
  PORTREEVE_CHECK(!made || Fits(mask, type));
  if (!made) return 0;
  masked.erase(0, 6);

  std::string again;
  if (IsSettled(kind)) {
    PORTREEVE_CHECK(Apply(mask, key, type, format, masked, again));
    PORTREEVE_CHECK(again == masked);
  }
  if (kind == Kind::kConstant) {
    const bool fits = Apply(mask, key, type, Format::kBinary, value, again);
    PORTREEVE_CHECK(fits);
  }
  const bool hides = kind == Kind::kKeepLast || kind == Kind::kPartialEmail || kind == Kind::kHash;
  // A value of few bytes may be part of a token, and one with stars what a mask has made.
  if (hides && value.size() > 8 && value.find('*') == std::string::npos) {
    PORTREEVE_CHECK(masked.find(value) == std::string::npos);
  }
  return 0;
}
