#include "audit/encode.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

#include "audit/format.h"
#include "base/check.h"
#include "base/utf8.h"

namespace portreeve::audit {
namespace {

namespace pb = proto::audit;

static_assert(static_cast<int>(MessageKind::kQuery) == pb::QUERY);
static_assert(static_cast<int>(MessageKind::kFunctionCall) == pb::FUNCTION_CALL);
static_assert(static_cast<int>(Decision::kAllow) == pb::ALLOW);
static_assert(static_cast<int>(Decision::kRefuse) == pb::REFUSE);
static_assert(static_cast<int>(Ending::kCompleted) == pb::COMPLETED);
static_assert(static_cast<int>(Ending::kLost) == pb::LOST);
static_assert(kMaxSqlBytes + (kMaxListEntries * 2 + 16) * kMaxFieldBytes < kMaxRecordBytes);

constexpr size_t kFixedFieldBytes = 1 + 8;

constexpr size_t VarintBytes(uint64_t value) {
  return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
}
constexpr uint64_t VarintTag(uint32_t field) { return uint64_t{field} << 3; }
constexpr uint64_t BytesTag(uint32_t field) { return uint64_t{field} << 3 | 2; }
constexpr uint64_t FixedTag(uint32_t field) { return uint64_t{field} << 3 | 1; }

// A first pass over a record only counts, so that the second can write lengths before contents.
class Counter {
 public:
  void Varint(uint64_t value) { bytes_ += VarintBytes(value); }
  void Raw(std::string_view text) { bytes_ += text.size(); }
  void Text(std::string_view text) { bytes_ += text.size(); }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_ = 0;
};

// Writes where a Counter has made sure of the room.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}

  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<char>(value | 0x80);
    *at_++ = static_cast<char>(value);
  }
  void Fixed(uint64_t value) {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }
  void Raw(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  // A protobuf `string` that is not UTF-8 would not parse.
  void Text(std::string_view text) {
    Raw(text);
    base::ReplaceNonUtf8({at_ - text.size(), text.size()});
  }
  const char* at() const { return at_; }

 private:
  char* at_;
};

std::string_view Cut(std::string_view text) { return text.substr(0, kMaxFieldBytes); }

template <class Sink>
void NumberField(Sink& sink, uint32_t field, uint64_t value) {
  if (value == 0) return;
  sink.Varint(VarintTag(field));
  sink.Varint(value);
}

// Also when it is empty, as an entry of a list is.
template <class Sink>
void TextEntry(Sink& sink, uint32_t field, std::string_view text) {
  text = Cut(text);
  sink.Varint(BytesTag(field));
  sink.Varint(text.size());
  sink.Text(text);
}

template <class Sink>
void TextField(Sink& sink, uint32_t field, std::string_view text) {
  if (!text.empty()) TextEntry(sink, field, text);
}

template <class Sink>
void Fields(Sink& sink, const ClassNote& note) {
  TextField(sink, pb::StatementClass::kNameFieldNumber, note.statement_class);
  TextField(sink, pb::StatementClass::kSubClassFieldNumber, note.sub_class);
}

template <class Sink>
void Fields(Sink& sink, const MaskedCount& count) {
  TextField(sink, pb::MaskedCount::kNameFieldNumber, count.name);
  NumberField(sink, pb::MaskedCount::kValuesFieldNumber, count.values);
}

template <class Sink, class Entry>
void Entries(Sink& sink, uint32_t field, std::span<const Entry> entries) {
  for (const Entry& entry : entries.first(std::min(entries.size(), kMaxListEntries))) {
    Counter inner;
    Fields(inner, entry);
    sink.Varint(BytesTag(field));
    sink.Varint(inner.bytes());
    Fields(sink, entry);
  }
}

struct Statement {
  const StatementRecord& record;
  std::string_view sql;
  bool sql_is_utf8;
  bool truncated;
  uint64_t sql_length;  // 0 unless truncated.
};

Statement Prepare(const StatementRecord& record) {
  std::string_view sql = record.sql.substr(0, kMaxSqlBytes);
  const bool cut = sql.size() < record.sql.size();
  const size_t whole = base::Utf8PrefixLength(sql);
  // A cut may fall into the last character.
  const bool split = cut && sql.size() - whole < 4;
  if (split) sql = sql.substr(0, whole);
  const bool truncated = cut || record.text_truncated;
  const uint64_t length = record.sql_length != 0 ? record.sql_length : record.sql.size();
  return {.record = record,
          .sql = sql,
          .sql_is_utf8 = whole == sql.size(),
          .truncated = truncated,
          .sql_length = truncated ? length : 0};
}

template <class Sink>
void Fields(Sink& sink, const Statement& statement) {
  using Message = pb::Statement;
  const StatementRecord& record = statement.record;
  TextField(sink, Message::kSessionFieldNumber, record.session);
  NumberField(sink, Message::kStatementFieldNumber, record.statement);
  NumberField(sink, Message::kKindFieldNumber, static_cast<uint64_t>(record.kind));
  if (!statement.sql.empty()) {
    sink.Varint(BytesTag(statement.sql_is_utf8 ? Message::kSqlFieldNumber
                                               : Message::kSqlNotUtf8FieldNumber));
    sink.Varint(statement.sql.size());
    sink.Raw(statement.sql);
  }
  NumberField(sink, Message::kTextTruncatedFieldNumber, statement.truncated ? 1 : 0);
  NumberField(sink, Message::kSqlLengthFieldNumber, statement.sql_length);
  TextField(sink, Message::kStatementNameFieldNumber, record.statement_name);
  TextField(sink, Message::kPortalNameFieldNumber, record.portal_name);
  Entries(sink, Message::kClassesFieldNumber, record.classes);
  NumberField(sink, Message::kDecisionFieldNumber, static_cast<uint64_t>(record.decision));
  TextField(sink, Message::kRuleFieldNumber, record.rule);
  TextField(sink, Message::kDecisionIdFieldNumber, record.decision_id);
  TextField(sink, Message::kReasonFieldNumber, record.reason);
  NumberField(sink, Message::kParameterCountFieldNumber, record.parameter_count);
  NumberField(sink, Message::kFunctionOidFieldNumber, record.function_oid);
  NumberField(sink, Message::kObservedFieldNumber, record.observed ? 1 : 0);
}

template <class Sink>
void Fields(Sink& sink, const StatementOutcome& outcome) {
  using Message = pb::StatementOutcome;
  TextField(sink, Message::kSessionFieldNumber, outcome.session);
  NumberField(sink, Message::kStatementFieldNumber, outcome.statement);
  NumberField(sink, Message::kEndingFieldNumber, static_cast<uint64_t>(outcome.ending));
  for (const std::string_view tag :
       outcome.tags.first(std::min(outcome.tags.size(), kMaxListEntries))) {
    TextEntry(sink, Message::kTagsFieldNumber, tag);
  }
  NumberField(sink, Message::kRowsFieldNumber, outcome.rows);
  NumberField(sink, Message::kBytesToClientFieldNumber, outcome.bytes_to_client);
  TextField(sink, Message::kSqlstateFieldNumber, outcome.sqlstate);
  NumberField(sink, Message::kDurationUsFieldNumber, outcome.duration_us);
  Entries(sink, Message::kMaskedFieldNumber, outcome.masked);
}

template <class Event>
void AppendEvent(const Event& event, uint32_t event_field, int64_t time_unix_us, uint32_t lane,
                 std::string& frames) {
  Counter inner;
  Fields(inner, event);
  Counter outer;
  NumberField(outer, pb::Record::kLaneFieldNumber, lane);
  outer.Varint(BytesTag(event_field));
  outer.Varint(inner.bytes());
  const size_t payload_bytes = 2 * kFixedFieldBytes + outer.bytes() + inner.bytes();

  BeginFrame(frames, payload_bytes);
  const size_t at = frames.size();
  frames.resize(at + payload_bytes);
  Pen pen(frames.data() + at);
  pen.Varint(FixedTag(pb::Record::kSequenceFieldNumber));
  pen.Fixed(0);
  pen.Varint(FixedTag(pb::Record::kTimeUnixUsFieldNumber));
  pen.Fixed(static_cast<uint64_t>(time_unix_us));
  NumberField(pen, pb::Record::kLaneFieldNumber, lane);
  pen.Varint(BytesTag(event_field));
  pen.Varint(inner.bytes());
  Fields(pen, event);
  PORTREEVE_CHECK(pen.at() == frames.data() + frames.size());
}

void MakeUtf8(google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int entries = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < entries; ++i) {
      if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
        MakeUtf8(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                      : *reflection->MutableMessage(&message, field));
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        std::string text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                : reflection->GetString(message, field);
        if (base::IsUtf8(text)) continue;
        base::ReplaceNonUtf8(text);
        if (field->is_repeated()) {
          reflection->SetRepeatedString(&message, field, i, std::move(text));
        } else {
          reflection->SetString(&message, field, std::move(text));
        }
      }
    }
  }
}

}  // namespace

void AppendStatement(const StatementRecord& record, int64_t time_unix_us, uint32_t lane,
                     std::string& frames) {
  AppendEvent(Prepare(record), pb::Record::kStatementFieldNumber, time_unix_us, lane, frames);
}

void AppendOutcome(const StatementOutcome& outcome, int64_t time_unix_us, uint32_t lane,
                   std::string& frames) {
  AppendEvent(outcome, pb::Record::kStatementOutcomeFieldNumber, time_unix_us, lane, frames);
}

bool AppendRecord(proto::audit::Record& record, int64_t time_unix_us, uint32_t lane,
                  size_t limit_bytes, std::string& frames) {
  MakeUtf8(record);
  record.set_sequence(1);  // Not 0, so that protobuf writes the field.
  if (record.time_unix_us() == 0) record.set_time_unix_us(time_unix_us);
  record.set_lane(lane);
  const size_t payload_bytes = record.ByteSizeLong();
  if (payload_bytes > limit_bytes) return false;
  BeginFrame(frames, payload_bytes);
  record.AppendToString(&frames);
  return true;
}

}  // namespace portreeve::audit
