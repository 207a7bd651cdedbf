// redact, partial_email and keep_last.

#include <algorithm>

#include "base/utf8.h"
#include "mask/kinds.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

constexpr char kStar = '*';
constexpr std::string_view kStars = "***";
constexpr char kJsonbVersion = 1;

bool IsHostCharacter(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// The domain can only be told apart from the rest where nothing is quoted.
bool IsHost(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), IsHostCharacter);
}

}  // namespace

bool RedactFits(uint32_t type_oid) {
  return oid::IsText(type_oid) || type_oid == oid::kXml || type_oid == oid::kJson ||
         type_oid == oid::kJsonb;
}

bool Redact(uint32_t type_oid, Format format, std::string& out) {
  if (!RedactFits(type_oid)) return false;
  const bool json = type_oid == oid::kJson || type_oid == oid::kJsonb;
  if (type_oid == oid::kJsonb && format == Format::kBinary) out += kJsonbVersion;
  if (json) out += '"';
  out += kRedacted;
  if (json) out += '"';
  return true;
}

bool PartialEmail(std::string_view value, std::string& out) {
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  const size_t at = value.find('@');
  const std::string_view local = value.substr(0, at);
  if (at == std::string_view::npos || local.empty() || !base::IsUtf8(value) ||
      !IsHost(value.substr(at + 1))) {
    out += kStars;
    return true;
  }
  // The only character of a name is all of it.
  const size_t first = base::Utf8CharacterLength(local);
  if (first < local.size()) out += local.substr(0, first);
  out += kStars;
  out += value.substr(at);
  return true;
}

bool KeepLast(int64_t number, uint32_t type_oid, std::string_view value, std::string& out) {
  if (number <= 0 || !base::IsUtf8(value)) return false;
  if (type_oid == oid::kBpchar) {
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  }
  const auto begins = [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; };
  const auto length = static_cast<size_t>(std::count_if(value.begin(), value.end(), begins));
  const size_t kept = std::min(static_cast<size_t>(number), length / 2);
  size_t from = value.size();
  for (size_t i = 0; i < kept; ++i) {
    do --from;
    while (!begins(value[from]));
  }
  out.append(length - kept, kStar);
  out += value.substr(from);
  return true;
}

}  // namespace portreeve::mask
