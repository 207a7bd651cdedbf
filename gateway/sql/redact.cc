#include "sql/redact.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sql/characters.h"

namespace portreeve::sql {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
// PASSWORD and PASSWD; IDENTIFIED BY is what other databases say.
constexpr std::array<std::string_view, 2> kWords = {"passw", "identified"};

bool InWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// What follows the first such word; the text's end if there is none.
size_t BeginningOfSecret(std::string_view text) {
  size_t first = text.size();
  for (const std::string_view word : kWords) {
    const auto* const found = std::search(text.begin(), text.end(), word.begin(), word.end(),
                                          [](char a, char b) { return Lower(a) == b; });
    auto begin = static_cast<size_t>(found - text.begin());
    while (begin < text.size() && InWord(text[begin])) ++begin;
    first = std::min(first, begin);
  }
  return first;
}

// What is not understood may hold its secret anywhere after the word.
void AppendUnread(std::string_view text, std::string& kept) {
  const size_t begin = BeginningOfSecret(text);
  kept += text.substr(0, begin);
  if (text.find_first_of("'\"$=", begin) == std::string_view::npos) {
    kept += text.substr(begin);
  } else {
    kept += ' ';
    kept += kRedacted;
  }
}

}  // namespace

std::string RedactedUnread(std::string_view text) {
  std::string kept;
  AppendUnread(text, kept);
  return kept;
}

std::string Redacted(std::string_view text, const Facts& facts) {
  if (facts.syntax_error || facts.not_examined) return RedactedUnread(text);
  std::string kept;
  size_t at = 0;
  for (const StatementFacts& statement : facts.statements) {
    for (const Secret& secret : statement.secrets) {
      const size_t begin = std::min(text.size(), static_cast<size_t>(secret.offset));
      if (begin < at) continue;
      kept += text.substr(at, begin - at);
      kept += kRedacted;
      at = std::min(text.size(), begin + secret.length);
    }
    const size_t end = std::min(text.size(), size_t{statement.offset} + statement.length);
    if (statement.statement_class != StatementClass::kUnknown || end <= at) continue;
    AppendUnread(text.substr(at, end - at), kept);
    at = end;
  }
  kept += text.substr(at);
  return kept;
}

}  // namespace portreeve::sql
