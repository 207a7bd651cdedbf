// The records that are encoded by hand against protobuf's own reading and writing of them.

#include "audit/encode.h"

#include <catch2/catch.hpp>
#include <string>

#include "audit/format.h"
#include "base/utf8.h"

namespace portreeve::audit {
namespace {

namespace pb = proto::audit;

std::string Payload(const std::string& frames) {
  std::string sealed = frames;
  SealFrames(sealed, 7, 0);
  const Frame frame = ReadFrame(sealed, 0);
  REQUIRE(frame.state == FrameState::kWhole);
  REQUIRE(frame.sequence == 7);
  REQUIRE(frame.payload.size() + kFrameHeaderBytes == sealed.size());
  return std::string(frame.payload);
}

pb::Record Parse(const std::string& payload) {
  pb::Record record;
  REQUIRE(record.ParseFromString(payload));
  return record;
}

pb::Record Encoded(const StatementRecord& statement) {
  std::string frames;
  AppendStatement(statement, 5, 3, frames);
  return Parse(Payload(frames));
}

TEST_CASE("a full statement record is byte for byte what protobuf writes") {
  const ClassNote notes[] = {{"read", "select"}, {"", ""}, {"write", "update"}};
  StatementRecord statement;
  statement.session = "s-42";
  statement.statement = 300;
  statement.kind = MessageKind::kFunctionCall;
  statement.sql =
      "select 'gr\xc3\xbc\xc3\x9f"
      "e'";
  statement.text_truncated = true;
  statement.sql_length = 1 << 20;
  statement.statement_name = "stmt";
  statement.portal_name = "portal";
  statement.classes = notes;
  statement.decision = Decision::kAllow;
  statement.rule = "grants/x/rules/1";
  statement.decision_id = "d-1";
  statement.reason = "because";
  statement.parameter_count = 3;
  statement.function_oid = 4'000'000'000;
  statement.observed = true;
  std::string frames;
  AppendStatement(statement, 1'700'000'000'000'000, 200, frames);

  pb::Record expected;
  expected.set_sequence(7);
  expected.set_time_unix_us(1'700'000'000'000'000);
  expected.set_lane(200);
  auto& message = *expected.mutable_statement();
  message.set_session("s-42");
  message.set_statement(300);
  message.set_kind(pb::FUNCTION_CALL);
  message.set_sql(
      "select 'gr\xc3\xbc\xc3\x9f"
      "e'");
  message.set_text_truncated(true);
  message.set_sql_length(1 << 20);
  message.set_statement_name("stmt");
  message.set_portal_name("portal");
  for (const ClassNote& note : notes) {
    auto& added = *message.add_classes();
    added.set_name(std::string(note.statement_class));
    added.set_sub_class(std::string(note.sub_class));
  }
  message.set_decision(pb::ALLOW);
  message.set_rule("grants/x/rules/1");
  message.set_decision_id("d-1");
  message.set_reason("because");
  message.set_parameter_count(3);
  message.set_function_oid(4'000'000'000);
  message.set_observed(true);
  CHECK(Payload(frames) == expected.SerializeAsString());
}

TEST_CASE("a full outcome is byte for byte what protobuf writes") {
  const std::string_view tags[] = {"SELECT 1", "", "UPDATE 2"};
  StatementOutcome outcome;
  outcome.session = "s-42";
  outcome.statement = 127;
  outcome.ending = Ending::kLost;
  outcome.tags = tags;
  outcome.rows = 128;
  outcome.bytes_to_client = uint64_t{1} << 63;
  outcome.sqlstate = "42501";
  outcome.duration_us = 16'384;
  std::string frames;
  AppendOutcome(outcome, -1, 0, frames);

  pb::Record expected;
  expected.set_sequence(7);
  expected.set_time_unix_us(-1);
  auto& message = *expected.mutable_statement_outcome();
  message.set_session("s-42");
  message.set_statement(127);
  message.set_ending(pb::LOST);
  for (const std::string_view tag : tags) message.add_tags(std::string(tag));
  message.set_rows(128);
  message.set_bytes_to_client(uint64_t{1} << 63);
  message.set_sqlstate("42501");
  message.set_duration_us(16'384);
  CHECK(Payload(frames) == expected.SerializeAsString());
}

TEST_CASE("an empty record has its sequence and its time all the same") {
  const pb::Record record = Encoded(StatementRecord{});
  CHECK(record.sequence() == 7);
  CHECK(record.time_unix_us() == 5);
  CHECK(record.lane() == 3);
  CHECK(record.statement().decision() == pb::REFUSE);
}

TEST_CASE("SQL that is not UTF-8 is kept as it came") {
  const std::string sql = "select '\xe9\xff'";
  StatementRecord statement;
  statement.sql = sql;
  const pb::Record record = Encoded(statement);
  CHECK(record.statement().sql().empty());
  CHECK(record.statement().sql_not_utf8() == sql);
}

TEST_CASE("names that are not UTF-8 still make a record that parses") {
  StatementRecord statement;
  statement.statement_name = "caf\xe9";
  statement.portal_name = "\xc3";
  const pb::Record record = Encoded(statement);
  CHECK(record.statement().statement_name() == "caf?");
  CHECK(record.statement().portal_name() == "?");
}

TEST_CASE("a text beyond the limit is cut at a character and says so") {
  std::string sql(kMaxSqlBytes - 1, 'x');
  sql += "\xc3\xbc and more";
  StatementRecord statement;
  statement.sql = sql;
  const pb::Record record = Encoded(statement);
  CHECK(record.statement().sql() == std::string(kMaxSqlBytes - 1, 'x'));
  CHECK(record.statement().text_truncated());
  CHECK(record.statement().sql_length() == sql.size());
}

TEST_CASE("a text at the limit is not cut") {
  const std::string sql(kMaxSqlBytes, 'x');
  StatementRecord statement;
  statement.sql = sql;
  const pb::Record record = Encoded(statement);
  CHECK(record.statement().sql() == sql);
  CHECK_FALSE(record.statement().text_truncated());
  CHECK(record.statement().sql_length() == 0);
}

TEST_CASE("the largest statement record is one that a reader takes") {
  const std::string sql(kMaxSqlBytes + 1, 'x');
  const std::string text(kMaxFieldBytes + 1, 'y');
  const std::vector<ClassNote> notes(kMaxListEntries + 1, ClassNote{text, text});
  StatementRecord statement;
  statement.session = statement.statement_name = statement.portal_name = text;
  statement.rule = statement.decision_id = statement.reason = text;
  statement.sql = sql;
  statement.classes = notes;
  const pb::Record record = Encoded(statement);
  CHECK(record.statement().classes_size() == static_cast<int>(kMaxListEntries));
  CHECK(record.statement().rule().size() == kMaxFieldBytes);
}

TEST_CASE("staging does not allocate once the buffer is warm") {
  StatementRecord statement;
  statement.session = "s-1";
  statement.sql = "select 1";
  std::string frames;
  for (int i = 0; i < 100; ++i) AppendStatement(statement, 1, 1, frames);
  const size_t capacity = frames.capacity();
  const char* const where = frames.data();
  frames.clear();
  for (int i = 0; i < 100; ++i) AppendStatement(statement, 1, 1, frames);
  CHECK(frames.capacity() == capacity);
  CHECK(frames.data() == where);
}

TEST_CASE("a control record is made UTF-8 in all its depths") {
  pb::Record record;
  auto& opened = *record.mutable_session_opened();
  opened.set_application_name("ps\xffql");
  opened.mutable_principal()->set_subject("\xe9");
  opened.mutable_principal()->add_groups("a\x80");
  std::string frames;
  REQUIRE(AppendRecord(record, 5, 0, 1000, frames));
  const pb::Record parsed = Parse(Payload(frames));
  CHECK(parsed.session_opened().application_name() == "ps?ql");
  CHECK(parsed.session_opened().principal().subject() == "?");
  CHECK(parsed.session_opened().principal().groups(0) == "a?");
}

TEST_CASE("a control record beyond its limit is refused and leaves nothing") {
  pb::Record record;
  record.mutable_audit_read()->set_what(std::string(2000, 'x'));
  std::string frames = "before";
  CHECK_FALSE(AppendRecord(record, 5, 0, 1000, frames));
  CHECK(frames == "before");
}

TEST_CASE("what is no UTF-8 by RFC 3629 is not taken for it") {
  CHECK(base::IsUtf8(""));
  CHECK(base::IsUtf8("plain text of more than eight bytes"));
  CHECK(base::IsUtf8("\xc3\xbc \xe2\x82\xac \xf0\x9f\x90\x98 \xef\xbf\xbf \xf4\x8f\xbf\xbf"));
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xe2\x28\xa1", "\xff"}) {
    CHECK_FALSE(base::IsUtf8(bad));
    CHECK_FALSE(base::IsUtf8(std::string("eight bytes and then ") + bad));
  }
}

}  // namespace
}  // namespace portreeve::audit
