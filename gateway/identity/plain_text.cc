#include "identity/plain_text.h"

#include <cstdint>

#include "base/utf8.h"

namespace portreeve::identity {
namespace {

// Takes the first character off `text`, which is UTF-8 and not empty.
uint32_t TakeCharacter(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  uint32_t character = length == 1 ? first : first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    character = character << 6 | (static_cast<uint8_t>(text[i]) & 0x3fu);
  }
  text.remove_prefix(length);
  return character;
}

struct Range {
  uint32_t first;
  uint32_t last;
};

constexpr Range kUnseen[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},                        // C0, DEL, C1.
    {0xad, 0xad},       {0x061c, 0x061c}, {0x180e, 0x180e},  // Soft hyphen, marks of direction.
    {0x200b, 0x200f},   {0x2028, 0x202e}, {0x2060, 0x206f},  // Zero width, breaks, reordering.
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff}, {0xfff9, 0xffff},  // Variants, byte order mark, specials.
    {0xe0000, 0xe0fff},                                      // Tags.
};

bool IsSeen(uint32_t character) {
  for (const Range& range : kUnseen) {
    if (character >= range.first && character <= range.last) return false;
  }
  return true;
}

}  // namespace

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes || !base::IsUtf8(text)) return false;
  while (!text.empty()) {
    if (!IsSeen(TakeCharacter(text))) return false;
  }
  return true;
}

}  // namespace portreeve::identity
