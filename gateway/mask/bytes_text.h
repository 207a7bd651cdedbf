// bytea in text: `\x` and hex, or what `bytea_output = escape` makes of it. Its one rule: both
// texts of a value give the same bytes.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mask {

// Appends the bytes; false: it is neither.
bool ReadByteaText(std::string_view text, std::string& bytes);
void AppendHex(std::string_view bytes, std::string& out);

// Of an even number of hex digits, in either case; false: there is something else.
bool ReadHex(std::string_view text, std::string& bytes);

// uuid as the server writes it: 36 characters.
bool ReadUuidText(std::string_view text, std::string& bytes);
void AppendUuidText(std::string_view bytes, std::string& out);

}  // namespace portreeve::mask
