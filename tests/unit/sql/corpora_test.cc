// Ways round a guardrail, and what looks like one and is none: the lists of tests/golden.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "sql/parser.h"

namespace portreeve::sql {
namespace {

std::string_view NameOf(Where where) {
  constexpr std::string_view kNames[] = {"none", "absent", "trivial", "restricting"};
  return kNames[static_cast<size_t>(where)];
}

std::string Dotted(const std::string& first, const std::string& second) {
  return first.empty() ? second : first + "." + second;
}

// As the list of bypasses writes them.
std::set<std::string> Words(const StatementFacts& facts) {
  std::set<std::string> words = {"-"};
  for (const auto& use : facts.relations) {
    words.insert(Dotted(use.schema, use.name) + ":" + std::string(Name(use.access)));
  }
  for (const auto& use : facts.functions) words.insert(Dotted(use.schema, use.name) + "()");
  for (const auto& use : facts.functions) words.insert(use.name + "()");
  for (const auto& use : facts.operators) words.insert(Dotted(use.schema, use.name) + "()");
  for (const auto& use : facts.columns) {
    const std::string name = use.name.empty() ? "*" : use.name;
    words.insert(Dotted(use.schema, Dotted(use.qualifier, name)) + "!" +
                 std::string(Name(use.usage)));
  }
  return words;
}

TEST_CASE("no way round a guardrail is seen as something else") {
  std::ifstream file(PORTREEVE_SOURCE_DIR "/tests/golden/sql_bypasses.txt");
  REQUIRE(file.good());
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    INFO(line);
    const size_t first = line.find(" | ");
    const size_t second = line.find(" | ", first + 3);
    REQUIRE(second != std::string::npos);
    std::istringstream head(line.substr(0, first));
    std::istringstream wanted(line.substr(first + 3, second - first - 3));
    std::string statement_class, sub_class, where;
    head >> statement_class >> sub_class >> where;
    const Facts facts = Analyse(line.substr(second + 3), {}, {});
    REQUIRE(facts.statements.size() == 1);
    const StatementFacts& found = facts.statements[0];
    CHECK(Name(found.statement_class) == statement_class);
    CHECK(Name(found.sub_class) == sub_class);
    CHECK(NameOf(found.where) == where);
    const std::set<std::string> words = Words(found);
    for (std::string word; wanted >> word;) {
      INFO(word);
      CHECK(words.contains(word));
    }
    ++count;
  }
  CHECK(count >= 60);
}

// pg_dump locks what it reads, and sets a parameter that older servers do not have by set_config.
void CheckIsInnocent(const std::string& sql) {
  const Facts facts = Analyse(sql, {}, {});
  INFO(sql);
  REQUIRE_FALSE(facts.syntax_error.has_value());
  REQUIRE_FALSE(facts.not_examined.has_value());
  for (const StatementFacts& found : facts.statements) {
    const bool reads = found.statement_class == StatementClass::kRead;
    CHECK((reads || found.housekeeping || found.sub_class == SubClass::kLock));
  }
}

TEST_CASE("what tools are known to ask of the catalog reads or keeps the session going") {
  std::ifstream file(PORTREEVE_SOURCE_DIR "/tests/golden/sql_lookalikes.txt");
  REQUIRE(file.good());
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    CheckIsInnocent(line.substr(line.find('\t') + 1));
    ++count;
  }
  CHECK(count >= 10);
}

TEST_CASE("what tools were heard to ask of the catalog reads or keeps the session going") {
  constexpr std::string_view kBetween = "\n%%\n";
  int tools = 0;
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PORTREEVE_SOURCE_DIR "/tests/golden/tools")) {
    if (entry.path().extension() != ".sql") continue;
    INFO(entry.path());
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (size_t begin = 0; begin < text.size(); ++count) {
      const size_t end = std::min(text.find(kBetween, begin), text.size());
      CheckIsInnocent(text.substr(begin, end - begin));
      begin = end + kBetween.size();
    }
    ++tools;
  }
  CHECK(tools >= 12);
  CHECK(count >= 700);
}

}  // namespace
}  // namespace portreeve::sql
