// constant.

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "mask/bytes_text.h"
#include "mask/calendar.h"
#include "mask/decimal.h"
#include "mask/floats.h"
#include "mask/integers.h"
#include "mask/kinds.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

constexpr size_t kMaxNameBytes = 63;
constexpr size_t kMaxNumericBytes = 500;
// So that it is not nested deeper than a server reads.
constexpr size_t kMaxJsonBytes = 1'000;

// A zero would end the text for the server.
bool IsValue(std::string_view text) {
  return base::IsUtf8(text) && text.find('\0') == std::string_view::npos;
}

bool Copied(std::string_view text, std::string& out) {
  out += text;
  return true;
}

bool Boolean(std::string_view text, Format format, std::string& out) {
  const bool is_true = text == "t" || text == "true";
  if (!is_true && text != "f" && text != "false") return false;
  if (format == Format::kText) {
    out += is_true ? 't' : 'f';
  } else {
    out += is_true ? '\1' : '\0';
  }
  return true;
}

bool Integer(std::string_view text, size_t bytes, Format format, std::string& out) {
  const auto number = ReadInteger(Format::kText, bytes, text);
  if (number) AppendInteger(format, bytes, *number, out);
  return number.has_value();
}

bool Oid(std::string_view text, Format format, std::string& out) {
  const auto number = ReadInteger(Format::kText, 8, text);
  if (!number || *number < 0 || *number > UINT32_MAX) return false;
  AppendInteger(format, 4, *number, out);
  return true;
}

template <typename Float>
bool Floating(std::string_view text, Format format, std::string& out) {
  const auto number = ReadFloat<Float>(Format::kText, text);
  if (number) AppendFloat(format, *number, out);
  return number.has_value();
}

bool Numeric(std::string_view text, Format format, std::string& out) {
  if (!IsDecimal(text) || text.size() > kMaxNumericBytes) return false;
  return format == Format::kText ? Copied(text, out) : AppendNumeric(text, out);
}

bool Json(std::string_view text, bool versioned, std::string& out) {
  if (text.size() > kMaxJsonBytes || !nlohmann::json::accept(text)) return false;
  if (versioned) out += '\1';
  return Copied(text, out);
}

// What can be no markup.
bool Xml(std::string_view text, std::string& out) {
  return text.find_first_of("<&") == std::string_view::npos && Copied(text, out);
}

bool Bytes(std::string_view text, Format format, std::string& out) {
  if (format == Format::kBinary) return ReadByteaText(text, out);
  std::string bytes;
  if (!ReadByteaText(text, bytes)) return false;
  out += "\\x";
  AppendHex(bytes, out);
  return true;
}

bool Uuid(std::string_view text, Format format, std::string& out) {
  std::string bytes;
  if (!ReadUuidText(text, bytes)) return false;
  if (format == Format::kBinary) return Copied(bytes, out);
  AppendUuidText(bytes, out);
  return true;
}

bool Time(std::string_view text, Format format, std::string& out) {
  std::string_view rest = text;
  const auto time_us = TakeTimeUs(rest);
  if (!time_us || !rest.empty()) return false;
  if (format == Format::kText) return Copied(text, out);
  AppendInteger(format, 8, *time_us, out);
  return true;
}

bool DateOrTime(std::string_view text, uint32_t type_oid, Format format, std::string& out) {
  auto moment = ReadMoment(type_oid, Format::kText, text);
  if (!moment) return false;
  if (format == Format::kBinary && moment->kind == Moment::Kind::kFinite) {
    const int64_t time_us = moment->time_us - moment->offset_s * 1'000'000;
    const int64_t days = time_us / kDayUs - (time_us % kDayUs < 0 ? 1 : 0);
    moment->days += days;
    moment->time_us = time_us - days * kDayUs;
  }
  AppendMoment(type_oid, format, *moment, out);
  return true;
}

}  // namespace

bool Constant(std::string_view text, uint32_t type_oid, Format format, std::string& out) {
  if (!IsValue(text)) return false;
  switch (type_oid) {
    case oid::kText:
    case oid::kVarchar:
    case oid::kBpchar:
    case oid::kUnknown:
    case oid::kCstring:
      return Copied(text, out);
    case oid::kName:
      return text.size() <= kMaxNameBytes && Copied(text, out);
    case oid::kXml:
      return Xml(text, out);
    case oid::kJson:
      return Json(text, false, out);
    case oid::kJsonb:
      return Json(text, format == Format::kBinary, out);
    case oid::kBool:
      return Boolean(text, format, out);
    case oid::kInt2:
      return Integer(text, 2, format, out);
    case oid::kInt4:
      return Integer(text, 4, format, out);
    case oid::kInt8:
      return Integer(text, 8, format, out);
    case oid::kOid:
      return Oid(text, format, out);
    case oid::kFloat4:
      return Floating<float>(text, format, out);
    case oid::kFloat8:
      return Floating<double>(text, format, out);
    case oid::kNumeric:
      return Numeric(text, format, out);
    case oid::kBytea:
      return Bytes(text, format, out);
    case oid::kUuid:
      return Uuid(text, format, out);
    case oid::kTime:
      return Time(text, format, out);
    case oid::kDate:
    case oid::kTimestamp:
    case oid::kTimestamptz:
      return DateOrTime(text, type_oid, format, out);
    default:
      return false;
  }
}

}  // namespace portreeve::mask
