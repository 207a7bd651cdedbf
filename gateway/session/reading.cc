#include "session/reading.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace portreeve::session {
namespace {

constexpr auto kUnsafeEncodings = std::to_array<std::string_view>(
    {"BIG5", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC"});

// Everything but the places, which do not matter to a decision.
auto Tied(const sql::StatementFacts& facts) {
  return std::tie(facts.statement_class, facts.sub_class, facts.relations, facts.columns,
                  facts.functions, facts.fields, facts.operators, facts.types, facts.settings,
                  facts.makes_relations, facts.where, facts.changes, facts.gives_rows, facts.limit,
                  facts.parameter, facts.changes_encoding, facts.changes_strings, facts.name_use,
                  facts.name, facts.housekeeping, facts.copies_in, facts.locks_rows,
                  facts.unknown_reason);
}

bool SameMeaning(const sql::StatementFacts& a, const sql::StatementFacts& b) {
  return Tied(a) == Tied(b);
}

bool SameMeaning(const sql::Facts& a, const sql::Facts& b) {
  return a.syntax_error.has_value() == b.syntax_error.has_value() &&
         a.not_examined == b.not_examined &&
         std::equal(a.statements.begin(), a.statements.end(), b.statements.begin(),
                    b.statements.end(),
                    [](const auto& left, const auto& right) { return SameMeaning(left, right); });
}

sql::Facts NotExamined(const char* reason) {
  sql::Facts facts;
  facts.not_examined = reason;
  return facts;
}

bool IsUnsafe(std::string_view client_encoding) {
  return std::find(kUnsafeEncodings.begin(), kUnsafeEncodings.end(), client_encoding) !=
         kUnsafeEncodings.end();
}

}  // namespace

sql::Facts ReadFacts(std::string_view text, const Reading& reading, const sql::Limits& limits) {
  const bool ascii = std::none_of(text.begin(), text.end(), [](char c) { return c & '\x80'; });
  if (!ascii && (reading.unsafe_encoding || reading.encoding_in_doubt)) {
    return NotExamined("client_encoding is not UTF8, or may not be");
  }
  const auto analyse = [&](bool conforming) {
    return sql::Analyse(text, limits, {.standard_conforming_strings = conforming});
  };
  sql::Facts facts = analyse(reading.standard_conforming_strings);
  // Nothing but a backslash is read differently.
  if (!reading.strings_in_doubt || text.find('\\') == std::string_view::npos) return facts;
  if (SameMeaning(facts, analyse(!reading.standard_conforming_strings))) return facts;
  return NotExamined(
      "its meaning depends on standard_conforming_strings, which may just have changed");
}

void ReportedSettings::Note(std::string_view name, std::string_view value) {
  if (name == "standard_conforming_strings") {
    strings_.store(value == "on");
    if (value != "on") strings_changed_.store(true);
  } else if (name == "client_encoding") {
    unsafe_encoding_.store(IsUnsafe(value));
    client_utf8_.store(value == "UTF8");
    if (value != "UTF8") encoding_changed_.store(true);
  } else if (name == "server_encoding") {
    server_utf8_.store(value == "UTF8" || value == "SQL_ASCII");
  }
}

}  // namespace portreeve::session
