// The built-in types that masks know (pg_type.dat: these numbers never change). Its one rule: a
// type that is not here is understood by no mask.
#pragma once

#include <cstdint>

namespace portreeve::mask::oid {

inline constexpr uint32_t kNotKnown = 0;
inline constexpr uint32_t kBool = 16;
inline constexpr uint32_t kBytea = 17;
inline constexpr uint32_t kName = 19;
inline constexpr uint32_t kInt8 = 20;
inline constexpr uint32_t kInt2 = 21;
inline constexpr uint32_t kInt4 = 23;
inline constexpr uint32_t kText = 25;
inline constexpr uint32_t kOid = 26;
inline constexpr uint32_t kJson = 114;
inline constexpr uint32_t kXml = 142;
inline constexpr uint32_t kXmlArray = 143;
inline constexpr uint32_t kJsonArray = 199;
inline constexpr uint32_t kFloat4 = 700;
inline constexpr uint32_t kFloat8 = 701;
inline constexpr uint32_t kUnknown = 705;
inline constexpr uint32_t kNameArray = 1003;
inline constexpr uint32_t kTextArray = 1009;
inline constexpr uint32_t kBpcharArray = 1014;
inline constexpr uint32_t kVarcharArray = 1015;
inline constexpr uint32_t kBpchar = 1042;
inline constexpr uint32_t kVarchar = 1043;
inline constexpr uint32_t kDate = 1082;
inline constexpr uint32_t kTime = 1083;
inline constexpr uint32_t kTimestamp = 1114;
inline constexpr uint32_t kTimestamptz = 1184;
inline constexpr uint32_t kNumeric = 1700;
inline constexpr uint32_t kRefcursor = 1790;
inline constexpr uint32_t kRecord = 2249;
inline constexpr uint32_t kCstring = 2275;
inline constexpr uint32_t kRecordArray = 2287;
inline constexpr uint32_t kUuid = 2950;
inline constexpr uint32_t kTsvector = 3614;
inline constexpr uint32_t kTsquery = 3615;
inline constexpr uint32_t kJsonb = 3802;
inline constexpr uint32_t kJsonbArray = 3807;
inline constexpr uint32_t kJsonpath = 4072;
// Types that extensions and users make have numbers from here on.
inline constexpr uint32_t kFirstOfUsers = 16384;

// Types whose binary format is their text, and for which any text is a value.
constexpr bool IsText(uint32_t type_oid) {
  switch (type_oid) {
    case kText:
    case kVarchar:
    case kBpchar:
    case kName:
    case kUnknown:
    case kCstring:
      return true;
    default:
      return false;
  }
}

}  // namespace portreeve::mask::oid
