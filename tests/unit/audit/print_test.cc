#include "audit/print.h"

#include <catch2/catch.hpp>
#include <string>

namespace portreeve::audit {
namespace {

namespace pb = proto::audit;

pb::Record Statement(const std::string& sql) {
  pb::Record record;
  record.set_sequence(7);
  record.set_lane(2);
  record.set_time_unix_us(1'700'000'000'123'456);
  record.mutable_statement()->set_session("s-1");
  record.mutable_statement()->set_sql(sql);
  record.mutable_statement()->set_decision(pb::REFUSE);
  auto& note = *record.mutable_statement()->add_classes();
  note.set_name("write");
  note.set_sub_class("delete");
  return record;
}

TEST_CASE("a record is one line for people") {
  CHECK(ToLine(Statement("delete from \"t\"")) ==
        "2023-11-14T22:13:20.123456Z 2.7 statement session=\"s-1\" "
        "sql=\"delete from \\\"t\\\"\" classes.name=\"write\" classes.sub_class=\"delete\" "
        "decision=REFUSE");
}

TEST_CASE("a record is one JSON object with the time in words") {
  const std::string json = ToJsonLine(Statement("select 1\n"));
  CHECK(json.starts_with("{\"time\":\"2023-11-14T22:13:20.123456Z\",\"sequence\":\"7\","));
  CHECK(json.find("\"sql\":\"select 1\\n\"") != json.npos);
  CHECK(json.find('\n') == json.npos);
}

TEST_CASE("nothing of a client's text reaches a terminal as control") {
  const std::string sql =
      "a\x1b[2J\r\n\x7f \xc2\x9b"
      "31m \xe2\x80\xae rtl \xe2\x81\xa6 \xe2\x80\xa8 gr\xc3\xbc\xc3\x9f";
  CHECK(ToLine(Statement(sql))
            .find("sql=\"a\\x1b[2J\\x0d\\n\\x7f \\x9b31m \\u202e rtl \\u2066 "
                  "\\u2028 gr\xc3\xbc\xc3\x9f\"") != std::string::npos);
  const std::string json = ToJsonLine(Statement(sql));
  for (const std::string bad :
       {"\x1b", "\r", "\n", "\x7f", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8"}) {
    CHECK(json.find(bad) == json.npos);
  }
}

TEST_CASE("SQL that is not UTF-8 is shown byte by byte") {
  pb::Record record = Statement("");
  record.mutable_statement()->set_sql_not_utf8("caf\xe9 \xc3");
  CHECK(ToLine(record).find("sql_not_utf8=\"caf\\xe9 \\xc3\"") != std::string::npos);
}

TEST_CASE("a record of an event that is not known, or of no time, has its line") {
  pb::Record record;
  CHECK(ToLine(record) == "1970-01-01T00:00:00.000000Z 0.0 unknown_event");
  CHECK(ToJsonLine(record) == "{\"time\":\"1970-01-01T00:00:00.000000Z\"}");
  record.set_time_unix_us(INT64_MAX);
  CHECK(ToLine(record) == "9223372036854775807us 0.0 unknown_event");
  record.set_time_unix_us(-1);
  CHECK(ToLine(record) == "1969-12-31T23:59:59.999999Z 0.0 unknown_event");
}

}  // namespace
}  // namespace portreeve::audit
