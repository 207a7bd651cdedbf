// JSON as a row of tokens: enough to search its strings and numbers and to put others in their
// place. Its one rule: what is put back is as valid as what was read.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mask {

struct JsonToken {
  enum class Kind : uint8_t {
    kString,  // With its quotes.
    kNumber,
    kOther,  // Anything else that may stand between them.
    kBad,    // No JSON.
  };
  Kind kind = Kind::kBad;
  std::string_view text;
};

// Takes the next token off `rest`, which is not empty.
JsonToken TakeJsonToken(std::string_view& rest);

// Whether it is nothing but tokens.
bool IsJson(std::string_view text);
// Whether it begins as an object, an array or a string does as well.
bool LooksLikeJson(std::string_view text);

// Appends what a string token says. What stands for no character becomes U+FFFD.
void DecodeJsonString(std::string_view token, std::string& out);
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace portreeve::mask
