// Prepared statements and cursors that SQL makes, uses and removes, and settings that change how
// texts are read.

#include <catch2/catch.hpp>
#include <string>

#include "only.h"

namespace portreeve::sql {
namespace {

void Uses(const std::string& sql, NameUse use, const std::string& name) {
  const StatementFacts facts = Only(sql);
  CHECK(facts.name_use == use);
  CHECK(facts.name == name);
}

TEST_CASE("what a statement does with a name is found, and the name as the server keeps it") {
  Uses("PREPARE Plan (int) AS DELETE FROM t", NameUse::kPrepare, "plan");
  Uses("PREPARE \"Plan\" AS SELECT 1", NameUse::kPrepare, "Plan");
  Uses("EXECUTE plan(1, now())", NameUse::kExecute, "plan");
  Uses("CREATE TABLE a AS EXECUTE plan", NameUse::kExecute, "plan");
  Uses("EXPLAIN ANALYZE EXECUTE plan", NameUse::kExecute, "plan");
  Uses("EXPLAIN (ANALYZE) CREATE TABLE a AS EXECUTE plan", NameUse::kExecute, "plan");
  Uses("DEALLOCATE PREPARE plan", NameUse::kDeallocate, "plan");
  Uses("DEALLOCATE ALL", NameUse::kDeallocate, "");
  Uses("DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT 1", NameUse::kDeclare, "c");
  Uses("FETCH ALL FROM c", NameUse::kFetch, "c");
  Uses("MOVE 3 FROM c", NameUse::kFetch, "c");
  Uses("CLOSE c", NameUse::kClose, "c");
  Uses("CLOSE ALL", NameUse::kClose, "");
  Uses("DISCARD ALL", NameUse::kDiscardAll, "");
}

TEST_CASE("what names nothing, or only explains, uses no name") {
  for (const char* sql : {"SELECT 1", "DISCARD PLANS", "DISCARD TEMP", "EXPLAIN EXECUTE plan",
                          "EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT 1", "COMMIT",
                          "UPDATE t SET a = 1 WHERE CURRENT OF c"}) {
    Uses(sql, NameUse::kNone, "");
  }
}

TEST_CASE("a long name is cut as the server cuts it, between two characters") {
  const std::string long_name(70, 'n');
  Uses("PREPARE " + long_name + " AS SELECT 1", NameUse::kPrepare, long_name.substr(0, 63));
  std::string accents = "x";
  for (int i = 0; i < 40; ++i) accents += "\xc3\xa9";
  Uses("CLOSE " + accents, NameUse::kClose, accents.substr(0, 63));
  Uses("CLOSE y" + accents, NameUse::kClose, "y" + accents.substr(0, 61));
  Uses("CLOSE \"\xe2\x82\xac\"", NameUse::kClose, "\xe2\x82\xac");
}

std::string Changes(const std::string& sql) {
  const StatementFacts facts = Only(sql);
  return std::string(facts.changes_encoding ? "e" : "") + (facts.changes_strings ? "s" : "");
}

TEST_CASE("settings that change how texts are read are told from those that do not") {
  CHECK(Changes("SET standard_conforming_strings = off") == "s");
  CHECK(Changes("SET LOCAL Client_Encoding TO 'SJIS'") == "e");
  CHECK(Changes("SET NAMES 'BIG5'") == "e");
  CHECK(Changes("SET client_encoding FROM CURRENT") == "e");
  CHECK(Changes("SELECT set_config('Client_Encoding', 'gbk', false)") == "e");
  CHECK(Changes("SELECT set_config('client_encoding', 'gbk', true), "
                "set_config('standard_conforming_strings', 'off', true), "
                "set_config('work_mem', '1MB', true)") == "es");
  CHECK(Changes("SELECT set_config(name, setting, false) FROM pg_settings") == "es");
  CHECK(Changes("INSERT INTO t SELECT set_config('work_mem', x, false) FROM u") == "es");
  CHECK(Changes("UPDATE pg_settings SET setting = 'off'") == "es");
  for (const char* sql : {"SET standard_conforming_strings = on", "SET NAMES 'UTF8'",
                          "RESET client_encoding", "SET log_statement = 'none'",
                          "SELECT set_config('client_encoding', 'utf-8', false)", "SELECT 1"}) {
    INFO(sql);
    CHECK(Changes(sql) == "");
  }
}

}  // namespace
}  // namespace portreeve::sql
