#include "sql/session_parameters.h"

#include <catch2/catch.hpp>
#include <string>

#include "sql/startup_options.h"

namespace portreeve::sql {
namespace {

TEST_CASE("only listed parameters may be set, whatever the case of the name") {
  CHECK(CheckParameter("DateStyle", "ISO") == ParameterVerdict::kAllowed);
  CHECK(CheckParameter("APPLICATION_NAME", "psql") == ParameterVerdict::kAllowed);
  for (const char* name : {"role", "session_authorization", "session_replication_role",
                           "log_statement", "local_preload_libraries", "zero_damaged_pages",
                           "my.parameter", "", "is_superuser", "server_version", "search_path "}) {
    CHECK(CheckParameter(name, "x") == ParameterVerdict::kNotListed);
  }
  CHECK(CheckParameter(std::string(100000, 'a'), "x") == ParameterVerdict::kNotListed);
}

TEST_CASE("the client encoding stays UTF8") {
  for (const char* value : {"UTF8", "utf-8", "Unicode", "'utf8'"}) {
    CHECK(CheckParameter("client_encoding", value) == ParameterVerdict::kAllowed);
  }
  for (const char* value : {"", "LATIN1", "SJIS", "GBK", "SQL_ASCII", "utf16", "auto"}) {
    CHECK(CheckParameter("client_encoding", value) == ParameterVerdict::kForbiddenValue);
  }
}

TEST_CASE("a client that starts up without an encoding of its own gets UTF8") {
  for (const char* value : {"SQL_ASCII", "sql_ascii", "SQL-ASCII"}) {
    CHECK(StartupValue("client_encoding", value) == "UTF8");
    CHECK(StartupValue("Client_Encoding", value) == "UTF8");
    CHECK(StartupValue("application_name", value) == value);
  }
  for (const char* value : {"", "LATIN1", "UTF8", "SJIS", "SQL_ASCII2"}) {
    CHECK(StartupValue("client_encoding", value) == value);
  }
}

TEST_CASE("standard_conforming_strings stays on") {
  for (const char* value : {"on", "ON", "true", "t", "yes", "1"}) {
    CHECK(CheckParameter("standard_conforming_strings", value) == ParameterVerdict::kAllowed);
  }
  for (const char* value : {"off", "false", "0", "", "o", "maybe"}) {
    CHECK(CheckParameter("Standard_Conforming_Strings", value) ==
          ParameterVerdict::kForbiddenValue);
  }
}

TEST_CASE("start-up options are split as the server splits them") {
  const auto parsed = ParseStartupOptions(
      "  -c work_mem=1MB -cgeqo=off --search-path=a\\ b\t-c DateStyle=ISO,\\\\x --seed= ");
  REQUIRE(parsed.ok());
  const std::vector<std::pair<std::string, std::string>> expected = {{"work_mem", "1MB"},
                                                                     {"geqo", "off"},
                                                                     {"search_path", "a b"},
                                                                     {"DateStyle", "ISO,\\x"},
                                                                     {"seed", ""}};
  CHECK(*parsed == expected);
  CHECK(ParseStartupOptions("")->empty());
  CHECK(ParseStartupOptions(" \n ")->empty());
}

TEST_CASE("every other start-up option is refused by name") {
  for (const char* bad : {"-c", "-c work_mem", "--work_mem", "--=x", "-c =x", "-F", "-e -c a=b",
                          "--", "-ec a=b", "work_mem=1", "-W 5", "-"}) {
    INFO(bad);
    CHECK_FALSE(ParseStartupOptions(bad).ok());
  }
  CHECK(ParseStartupOptions("-W 5").status().message().find("-W") != absl::string_view::npos);
  CHECK_FALSE(ParseStartupOptions(std::string(20000, ' ')).ok());
  std::string many;
  for (int i = 0; i < 101; ++i) many += "-c a=b ";
  CHECK_FALSE(ParseStartupOptions(many).ok());
}

}  // namespace
}  // namespace portreeve::sql
