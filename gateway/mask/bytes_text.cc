#include "mask/bytes_text.h"

namespace portreeve::mask {
namespace {

constexpr size_t kUuidTextBytes = 36;
constexpr size_t kUuidBytes = 16;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsOctal(char c, char most) { return c >= '0' && c <= most; }

}  // namespace

bool ReadHex(std::string_view text, std::string& bytes) {
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high << 4 | low);
  }
  return true;
}

bool ReadByteaText(std::string_view text, std::string& bytes) {
  if (text.substr(0, 2) == "\\x") return ReadHex(text.substr(2), bytes);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      bytes += text[++i];
    } else if (i + 3 < text.size() && IsOctal(text[i + 1], '3') && IsOctal(text[i + 2], '7') &&
               IsOctal(text[i + 3], '7')) {
      bytes += static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      return false;
    }
  }
  return true;
}

void AppendHex(std::string_view bytes, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const size_t before = out.size();
  out.resize(before + 2 * bytes.size());
  char* at = out.data() + before;
  for (const char c : bytes) {
    *at++ = kDigits[static_cast<uint8_t>(c) >> 4];
    *at++ = kDigits[static_cast<uint8_t>(c) & 15];
  }
}

bool ReadUuidText(std::string_view text, std::string& bytes) {
  if (text.size() != kUuidTextBytes) return false;
  for (const size_t dash : {8, 13, 18, 23}) {
    if (text[dash] != '-') return false;
  }
  return ReadHex(text.substr(0, 8), bytes) && ReadHex(text.substr(9, 4), bytes) &&
         ReadHex(text.substr(14, 4), bytes) && ReadHex(text.substr(19, 4), bytes) &&
         ReadHex(text.substr(24), bytes);
}

void AppendUuidText(std::string_view bytes, std::string& out) {
  for (size_t i = 0; i < kUuidBytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    AppendHex(bytes.substr(i, 1), out);
  }
}

}  // namespace portreeve::mask
