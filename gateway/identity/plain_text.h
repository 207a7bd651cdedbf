// Names out of tokens that get into logs, records and policy. Its one rule: what a person would not
// see as it is (control characters, invisible or reordering ones) is no name.
#pragma once

#include <cstddef>
#include <string_view>

namespace portreeve::identity {

// OpenID Connect Core 2 gives a subject this many bytes; we give them to every name.
inline constexpr size_t kMaxNameBytes = 255;

// 1 to kMaxNameBytes bytes of UTF-8 without any such character.
bool IsName(std::string_view text);

}  // namespace portreeve::identity
