// hash.

#include <optional>

#include "mask/bytes_text.h"
#include "mask/integers.h"
#include "mask/kinds.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

// 128 bits: no two of any number of values that a database can hold will meet.
constexpr size_t kTextTokenBytes = 16;
constexpr size_t kUuidBytes = 16;

// Tokens are not negative, as most keys are not. Both widths begin from the number, so that equal
// numbers have equal tokens as far as int4 goes.
bool HashInteger(const HashKey& key, size_t bytes, Format format, std::string_view value,
                 std::string& out) {
  const auto number = ReadInteger(format, bytes, value);
  if (!number) return false;
  char wide[8];
  StoreBigEndian(static_cast<uint64_t>(*number), sizeof wide, wide);
  const auto token = key.Digest("integer", std::string_view(wide, sizeof wide));
  const uint64_t most = bytes == 4 ? INT32_MAX : INT64_MAX;
  const uint64_t drawn = LoadBigEndian(BytesOf(token).substr(0, 8)) & most;
  AppendInteger(format, bytes, static_cast<int64_t>(drawn), out);
  return true;
}

// `out` lends the room for the bytes of a text.
bool HashBytea(const HashKey& key, Format format, std::string_view value, std::string& out) {
  HashKey::Token token;
  if (format == Format::kBinary) {
    token = key.Digest("bytea", value);
    out += BytesOf(token);
    return true;
  }
  const size_t before = out.size();
  if (!ReadByteaText(value, out)) return false;
  token = key.Digest("bytea", std::string_view(out).substr(before));
  out.resize(before);
  out += "\\x";
  AppendHex(BytesOf(token), out);
  return true;
}

bool HashUuid(const HashKey& key, Format format, std::string_view value, std::string& out) {
  const size_t before = out.size();
  if (format == Format::kText) {
    if (!ReadUuidText(value, out)) return false;
  } else {
    if (value.size() != kUuidBytes) return false;
    out += value;
  }
  auto token = key.Digest("uuid", std::string_view(out).substr(before));
  out.resize(before);
  // Version 8 of RFC 9562: the rest is of our making.
  token[6] = static_cast<uint8_t>((token[6] & 0x0f) | 0x80);
  token[8] = static_cast<uint8_t>((token[8] & 0x3f) | 0x80);
  const std::string_view bytes = BytesOf(token).substr(0, kUuidBytes);
  if (format == Format::kBinary) {
    out += bytes;
  } else {
    AppendUuidText(bytes, out);
  }
  return true;
}

}  // namespace

bool HashFits(uint32_t type_oid) {
  return oid::IsText(type_oid) || type_oid == oid::kBytea || type_oid == oid::kUuid ||
         type_oid == oid::kInt4 || type_oid == oid::kInt8;
}

bool Hash(const HashKey& key, uint32_t type_oid, Format format, std::string_view value,
          std::string& out) {
  if (type_oid == oid::kInt4) return HashInteger(key, 4, format, value, out);
  if (type_oid == oid::kInt8) return HashInteger(key, 8, format, value, out);
  if (type_oid == oid::kBytea) return HashBytea(key, format, value, out);
  if (type_oid == oid::kUuid) return HashUuid(key, format, value, out);
  if (!oid::IsText(type_oid)) return false;
  // Blanks at the end are no part of a bpchar: it equals the text without them.
  if (type_oid == oid::kBpchar) {
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  }
  const auto token = key.Digest("text", value);
  AppendHex(BytesOf(token).substr(0, kTextTokenBytes), out);
  return true;
}

}  // namespace portreeve::mask
