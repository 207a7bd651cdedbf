// What the gateway makes of statements: texts that end in NUL on standard input, one line of JSON
// for each on standard output.

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "sql/parser.h"

namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + "\"";
}

std::string Line(const portreeve::sql::StatementFacts& facts) {
  std::string functions;
  for (const auto& use : facts.functions) {
    functions += (functions.empty() ? "" : ",") + Quoted(use.name);
  }
  return "{\"class\":" + Quoted(Name(facts.statement_class)) +
         ",\"sub_class\":" + Quoted(Name(facts.sub_class)) +
         ",\"locks\":" + (facts.locks_rows ? "true" : "false") +
         ",\"reason\":" + Quoted(facts.unknown_reason) + ",\"functions\":[" + functions + "]}";
}

std::string Line(const portreeve::sql::Facts& facts) {
  std::string all;
  for (const auto& statement : facts.statements) {
    all += (all.empty() ? "" : ",") + Line(statement);
  }
  const std::string refused = facts.syntax_error   ? facts.syntax_error->message
                              : facts.not_examined ? *facts.not_examined
                                                   : "";
  return "{\"refused\":" + Quoted(refused) + ",\"statements\":[" + all + "]}";
}

}  // namespace

int main() {
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  for (size_t at = 0; at < input.size();) {
    const size_t end = input.find('\0', at);
    if (end == std::string::npos) return 1;
    const auto text = std::string_view(input).substr(at, end - at);
    std::puts(Line(portreeve::sql::Analyse(text, {}, {})).c_str());
    at = end + 1;
  }
  return 0;
}
