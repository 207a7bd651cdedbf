// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing beyond U+10FFFF.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace portreeve::base {

// Length of the character that `text` begins with; 0: it begins with none.
size_t Utf8CharacterLength(std::string_view text);

// Whether a whole character ends a line for some reader, commands a terminal, or turns round the
// order in which others are shown: C0, DEL, C1, U+2028 to U+202E, U+2066 to U+2069.
bool IsControl(std::string_view character);

// Length of the longest prefix of `text` that is whole UTF-8 characters.
size_t Utf8PrefixLength(std::string_view text);

inline bool IsUtf8(std::string_view text) { return Utf8PrefixLength(text) == text.size(); }

// Puts '?' in the place of every byte that is no part of a UTF-8 character.
void ReplaceNonUtf8(std::span<char> text);

}  // namespace portreeve::base
