// PostgreSQL's array literals as a row of tokens (manual, 8.15.6). Its one rule: as json_text.h's.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mask {

struct ArrayToken {
  enum class Kind : uint8_t {
    kElement,  // With its quotes, if it has any.
    kOther,    // Braces, delimiters, NULL, bounds.
    kBad,      // No array literal.
  };
  Kind kind = Kind::kBad;
  std::string_view text;
};

// Takes the next token off `rest`, which is not empty.
ArrayToken TakeArrayToken(std::string_view& rest);

bool IsArrayLiteral(std::string_view text);

// Appends what an element says.
void DecodeArrayElement(std::string_view token, std::string& out);
void AppendArrayElement(std::string_view text, std::string& out);

}  // namespace portreeve::mask
