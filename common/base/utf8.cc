#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace portreeve::base {

size_t Utf8CharacterLength(std::string_view text) {
  if (text.empty()) return 0;
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  // The second byte alone is narrowed further (RFC 3629 section 4).
  const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < low || at(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

bool IsControl(std::string_view character) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(character[i]); };
  if (character.size() == 1) return at(0) < 0x20 || at(0) == 0x7f;
  if (character.size() == 2) return at(0) == 0xc2 && at(1) < 0xa0;
  if (character.size() != 3 || at(0) != 0xe2) return false;
  if (at(1) == 0x80) return at(2) >= 0xa8 && at(2) <= 0xae;
  return at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9;
}

size_t Utf8PrefixLength(std::string_view text) {
  size_t done = 0;
  while (done < text.size()) {
    // Most text is ASCII: eight bytes at a time.
    uint64_t word = 0;
    if (text.size() - done >= sizeof word) {
      std::memcpy(&word, text.data() + done, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        done += sizeof word;
        continue;
      }
    }
    const size_t length = Utf8CharacterLength(text.substr(done));
    if (length == 0) break;
    done += length;
  }
  return done;
}

void ReplaceNonUtf8(std::span<char> text) {
  size_t done = 0;
  for (;;) {
    done += Utf8PrefixLength({text.data() + done, text.size() - done});
    if (done == text.size()) return;
    text[done++] = '?';
  }
}

}  // namespace portreeve::base
