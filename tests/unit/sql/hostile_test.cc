// Texts made to hurt the parser. Each runs on a thread with a stack of 256 KiB, and in bounded
// time.

#include <pthread.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "sql/parser.h"

namespace portreeve::sql {
namespace {

constexpr size_t kSmallStackBytes = 256 * 1024;
constexpr size_t kMebibyte = 1024 * 1024;

void* Run(void* function) {
  (*static_cast<std::function<void()>*>(function))();
  return nullptr;
}

Facts AnalyseOnSmallStack(const std::string& sql, const LexerMode& mode = {}) {
  Facts facts;
  std::function<void()> work = [&] { facts = Analyse(sql, {}, mode); };
  pthread_attr_t attributes;
  pthread_t thread;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, kSmallStackBytes) == 0);
  REQUIRE(pthread_create(&thread, &attributes, Run, &work) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
  return facts;
}

std::string Repeat(std::string_view part, size_t bytes) {
  std::string text;
  while (text.size() + part.size() <= bytes) text += part;
  return text;
}

TEST_CASE("a mebibyte of nesting is refused, not a crash") {
  for (const char* part : {"(", "SELECT(", "SELECT (((", "[", "SELECT ARRAY[", "NOT ", "CASE WHEN ",
                           "f(", "- ", "+ ", "a.b[", "SELECT * FROM (", "WITH a AS (", "EXPLAIN ",
                           "CREATE SCHEMA s ", "x::", "IN (", "a->"}) {
    for (const char* start : {"", "SELECT "}) {
      INFO(start << part);
      const Facts facts = AnalyseOnSmallStack(start + Repeat(part, kMebibyte - 10));
      CHECK(facts.statements.empty());
      CHECK((facts.syntax_error.has_value() || facts.not_examined.has_value()));
    }
  }
}

TEST_CASE("a deep tree is unknown and says why") {
  for (const char* part : {"+1", "||1", "::int", "[1]", " COLLATE \"C\"", " UNION SELECT 1",
                           " IS NULL", " AT TIME ZONE 'x'"}) {
    INFO(part);
    const Facts facts = AnalyseOnSmallStack("SELECT (a)" + Repeat(part, kMebibyte - 100));
    REQUIRE_FALSE(facts.syntax_error.has_value());
    REQUIRE(facts.statements.size() == 1);
    if (part == std::string_view{"[1]"}) continue;  // Subscripts stand side by side.
    CHECK(facts.statements[0].statement_class == StatementClass::kUnknown);
    CHECK(facts.statements[0].unknown_reason != "");
  }
}

TEST_CASE("nesting within the limit is understood") {
  const Facts sum = AnalyseOnSmallStack("SELECT 1" + Repeat("+1", 3000));
  REQUIRE(sum.statements.size() == 1);
  CHECK(sum.statements[0].statement_class == StatementClass::kRead);
  const Facts nested =
      AnalyseOnSmallStack("SELECT " + std::string(500, '(') + "1" + std::string(500, ')'));
  REQUIRE(nested.statements.size() == 1);
  CHECK(nested.statements[0].statement_class == StatementClass::kRead);
}

TEST_CASE("wide statements are understood") {
  const Facts list =
      AnalyseOnSmallStack("SELECT 1 FROM t WHERE a IN (1" + Repeat(",1", kMebibyte - 100) + ")");
  REQUIRE(list.statements.size() == 1);
  CHECK(list.statements[0].statement_class == StatementClass::kRead);
  const Facts rows =
      AnalyseOnSmallStack("INSERT INTO t VALUES (1)" + Repeat(",(1)", kMebibyte - 100));
  REQUIRE(rows.statements.size() == 1);
  CHECK(rows.statements[0].sub_class == SubClass::kInsert);
  const Facts ors = AnalyseOnSmallStack("SELECT 1 WHERE a" + Repeat(" OR a", kMebibyte - 100));
  REQUIRE(ors.statements.size() == 1);
  CHECK(ors.statements[0].statement_class == StatementClass::kRead);
}

TEST_CASE("comments that nest too deeply are not examined") {
  CHECK(AnalyseOnSmallStack(Repeat("/*", kMebibyte)).not_examined.has_value());
  CHECK(AnalyseOnSmallStack("SELECT 1 " + Repeat("/**/", 40000)).not_examined.has_value());
  CHECK(AnalyseOnSmallStack(Repeat("/* ", 33 * 3)).not_examined.has_value());
  const std::string fine = Repeat("/* ", 32 * 3) + Repeat(" */", 32 * 3) + "SELECT 1";
  CHECK(AnalyseOnSmallStack(fine).statements.size() == 1);
}

TEST_CASE("long runs of operators are not examined") {
  CHECK(AnalyseOnSmallStack("SELECT 1 " + Repeat("+-", kMebibyte - 20)).not_examined.has_value());
  CHECK(AnalyseOnSmallStack("SELECT 1 " + std::string(1001, '=')).not_examined.has_value());
  CHECK_FALSE(AnalyseOnSmallStack("SELECT 1 " + std::string(1000, '=')).not_examined.has_value());
}

TEST_CASE("what looks like a comment inside quotes is none") {
  const std::string stars = Repeat("/*", 4000);
  const std::string text = Repeat("+", 4000);
  for (const std::string& quoted :
       {"'" + stars + "'", "E'\\'" + stars + "'", "\"" + stars + "\"", "$$" + stars + "$$",
        "$a$ $$ $b$" + stars + "$a$", "U&'" + stars + "'", "'x'\n'" + text + "'",
        "E'x'--c\n'\\'" + stars + "'", "'''" + stars + "'", "1 -- " + stars + text}) {
    INFO(quoted.substr(0, 20));
    const Facts facts = AnalyseOnSmallStack("SELECT " + quoted);
    CHECK_FALSE(facts.not_examined.has_value());
    CHECK(facts.statements.size() == 1);
  }
  CHECK(AnalyseOnSmallStack("SELECT '\\'" + stars + "'").not_examined.has_value());
  CHECK(AnalyseOnSmallStack("SELECT '\\'" + stars + "'", {.standard_conforming_strings = false})
            .statements.size() == 1);
}

TEST_CASE("a text that is too long, or no UTF-8, is not examined") {
  CHECK(Analyse(std::string(kMebibyte + 1, ' '), {}, {}).not_examined.has_value());
  CHECK_FALSE(Analyse(std::string(kMebibyte, ' '), {}, {}).not_examined.has_value());
  for (std::string_view bad :
       {std::string_view{"\x80"}, std::string_view{"\xC0\xAF"}, std::string_view{"\xED\xA0\x80"},
        std::string_view{"\xF4\x90\x80\x80"}, std::string_view{"\xE2\x82"},
        std::string_view{"\xF8\x88\x80\x80\x80"},
        std::string_view{"SELECT 1;\0DROP TABLE t", 22}}) {
    CHECK(Analyse(bad, {}, {}).not_examined.has_value());
  }
  CHECK_FALSE(Analyse("SELECT '\u00e9\u20ac\U0001F600'", {}, {}).not_examined.has_value());
}

TEST_CASE("too many statements are not examined") {
  CHECK(Analyse(Repeat("SELECT 1;", 500 * 9), {}, {}).statements.size() == 500);
  const Facts facts = Analyse(Repeat("SELECT 1;", 501 * 9), {}, {});
  CHECK(facts.not_examined.has_value());
  CHECK(facts.statements.empty());
}

TEST_CASE("too many WITH queries or nodes are unknown") {
  std::string sql = "WITH a0 AS (SELECT 1)";
  for (int i = 1; i <= 500; ++i) sql += ", a" + std::to_string(i) + " AS (SELECT 1)";
  CHECK(Analyse(sql + " SELECT 1", {}, {}).statements[0].statement_class ==
        StatementClass::kUnknown);
  const Limits few = {.max_nodes = 10};
  CHECK(Analyse("SELECT 1,2,3,4,5,6", few, {}).statements[0].statement_class ==
        StatementClass::kUnknown);
  CHECK(Analyse("SELECT 1", few, {}).statements[0].statement_class == StatementClass::kRead);
}

std::string Numbered(const std::string& before, const std::string& name, int count) {
  std::string all = before;
  for (int i = 0; i < count; ++i) all += (i == 0 ? " " : ", ") + name + std::to_string(i);
  return all;
}

TEST_CASE("what could be compared with everything else is not") {
  constexpr int kMany = 30000;
  const std::string names = Numbered("", "a", kMany);
  for (const std::string& sql :
       {Numbered("SELECT" + names + " FROM t ORDER BY", "a", kMany),
        Numbered("SELECT" + names + " FROM t GROUP BY", "a", kMany),
        Numbered("SELECT 1 FROM" + names + " FOR UPDATE OF", "a", kMany),
        Numbered("DELETE FROM t USING" + names + " WHERE t.id IN (", "a", kMany) + ")",
        "DELETE FROM t WHERE id = 1" + Repeat(" AND id = id", kMebibyte - 100),
        "DELETE FROM t WHERE id IN (SELECT a FROM u" + Repeat(" UNION SELECT a FROM u", 200000) +
            ")",
        "DELETE FROM t WHERE " + Repeat("EXISTS (SELECT 1 FROM u WHERE ", 30000) + "true" +
            std::string(1000, ')'),
        "SELECT 1 FROM a" + Repeat(" JOIN b USING (c)", 30000),
        "UPDATE t SET (" + Numbered("", "a", kMany) + ") = (" + Numbered("SELECT", "b", kMany) +
            ")",
        "SELECT a" + Repeat(" UNION SELECT a", 20000) + " ORDER BY a",
        "ALTER ROLE r " + Repeat("PASSWORD 'x' ", kMebibyte - 100)}) {
    INFO(sql.substr(0, 60));
    const Facts facts = AnalyseOnSmallStack(sql);
    CHECK((facts.statements.size() == 1 || facts.syntax_error || facts.not_examined));
  }
}

}  // namespace
}  // namespace portreeve::sql
