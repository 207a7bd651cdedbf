// The two records of the statement path, as plain views: filling one in and staging it copies the
// bytes once, into the lane's buffer, and allocates nothing once that buffer is warm. All other
// events are filled in as protobuf (proto/portreeve/audit.proto) and go to the ControlWriter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace portreeve::audit {

// A longer text is cut here and marked. A policy that reads texts longer than this must not allow
// them, or what was cut off would run unrecorded.
inline constexpr size_t kMaxSqlBytes = size_t{4} << 20;
// Every other text of a record is cut here.
inline constexpr size_t kMaxFieldBytes = 4096;
// Of one record's classes and tags, this many are kept.
inline constexpr size_t kMaxListEntries = 1024;

// The values are those of the protobuf enumerations of the same names.
enum class MessageKind : uint8_t { kQuery = 1, kParse = 2, kExecute = 3, kFunctionCall = 4 };
enum class Decision : uint8_t { kAllow = 1, kRefuse = 2, kHold = 3 };
enum class Ending : uint8_t { kCompleted = 1, kError = 2, kSkipped = 3, kCancelled = 4, kLost = 5 };

// One SQL statement of the text. The names are sql::Name(...) of the facts.
struct ClassNote {
  std::string_view statement_class;
  std::string_view sub_class;
};

// Every view need live only until Stage() returns. Bytes that are not UTF-8 are kept as they are in
// `sql` and become '?' elsewhere.
struct StatementRecord {
  int64_t time_unix_us = 0;  // 0: the journal's clock is read.
  std::string_view session;
  uint64_t statement = 0;  // Unique within the session.
  MessageKind kind = MessageKind::kQuery;
  std::string_view sql;
  bool text_truncated = false;  // The caller itself gave less than the whole text.
  uint64_t sql_length = 0;      // Length of the whole text; 0: that of `sql`.
  std::string_view statement_name;
  std::string_view portal_name;
  std::span<const ClassNote> classes;
  Decision decision = Decision::kRefuse;
  std::string_view rule;
  std::string_view decision_id;
  std::string_view reason;
  uint32_t parameter_count = 0;
  uint32_t function_oid = 0;  // kFunctionCall only.
  bool observed = false;      // It passed whatever the decision says.
};

// Every view need live only until QueueOutcome() returns.
// How many values of a result were masked or found: never what they were.
struct MaskedCount {
  std::string name;  // Of a column, "public.customers.email", or of a detector, "us_ssn".
  uint64_t values = 0;
};

struct StatementOutcome {
  int64_t time_unix_us = 0;  // 0: the journal's clock is read.
  std::string_view session;
  uint64_t statement = 0;
  Ending ending = Ending::kCompleted;
  std::span<const std::string_view> tags;
  uint64_t rows = 0;
  uint64_t bytes_to_client = 0;
  std::string_view sqlstate;
  uint64_t duration_us = 0;
  std::span<const MaskedCount> masked = {};
};

// Names a staged record of one lane. Later records have greater positions. The position of a record
// whose Commit() failed means nothing.
struct Position {
  uint64_t value = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

}  // namespace portreeve::audit
