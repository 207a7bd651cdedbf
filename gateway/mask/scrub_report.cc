#include "mask/scrub_report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digits.h"
#include "base/utf8.h"
#include "wire/backend.h"

namespace portreeve::mask {
namespace {

constexpr size_t kSqlstateBytes = 5;
constexpr size_t kMaxPositionDigits = 10;
// NAMEDATALEN - 1.
constexpr size_t kMaxNameBytes = 63;
constexpr std::string_view kWithheld =
    " (details are withheld: the statement touches masked columns)";

// By SQLSTATE, or by its class; the first that fits.
constexpr auto kTemplates = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"00", "notice"},
    {"01", "warning"},
    {"02", "no data"},
    {"08", "connection exception"},
    {"0A", "feature not supported"},
    {"0B", "invalid transaction initiation"},
    {"22001", "value too long for its type"},
    {"22003", "value out of range"},
    {"22007", "invalid date or time"},
    {"22008", "date or time out of range"},
    {"22012", "division by zero"},
    {"22021", "character not in repertoire"},
    {"22P02", "invalid input syntax"},
    {"22", "data exception"},
    {"23502", "null value violates a not-null constraint"},
    {"23503", "a foreign key constraint is violated"},
    {"23505", "duplicate key value violates a unique constraint"},
    {"23514", "a check constraint is violated"},
    {"23P01", "an exclusion constraint is violated"},
    {"23", "an integrity constraint is violated"},
    {"24", "invalid cursor state"},
    {"25", "invalid transaction state"},
    {"26", "invalid SQL statement name"},
    {"28", "invalid authorization"},
    {"2B", "dependent objects still exist"},
    {"34", "invalid cursor name"},
    {"3D", "invalid catalog name"},
    {"3F", "invalid schema name"},
    {"40001", "could not serialize access"},
    {"40P01", "deadlock detected"},
    {"40", "transaction rollback"},
    {"42501", "permission denied"},
    {"42601", "syntax error"},
    {"42703", "undefined column"},
    {"42883", "undefined function"},
    {"42P01", "undefined table"},
    {"42", "syntax error or access rule violation"},
    {"44", "check option violation"},
    {"53", "insufficient resources"},
    {"54", "program limit exceeded"},
    {"55P03", "lock not available"},
    {"55", "object not in prerequisite state"},
    {"57014", "canceling statement"},
    {"57", "operator intervention"},
    {"58", "system error"},
    {"P0", "raised exception"},
    {"XX", "internal error"},
});

constexpr std::array<std::string_view, 8> kSeverities = {"ERROR",  "FATAL", "PANIC", "WARNING",
                                                         "NOTICE", "DEBUG", "INFO",  "LOG"};

std::string_view TemplateFor(std::string_view sqlstate) {
  for (const auto& [prefix, text] : kTemplates) {
    if (sqlstate.substr(0, prefix.size()) == prefix) return text;
  }
  return "an error";
}

using base::IsDigit;

bool IsSqlstate(std::string_view text) {
  return text.size() == kSqlstateBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return IsDigit(c) || (c >= 'A' && c <= 'Z');
         });
}

bool IsPosition(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPositionDigits &&
         std::all_of(text.begin(), text.end(), IsDigit);
}

// Only these errors of the server name objects; a function can put anything there for others.
bool NamesObjects(std::string_view sqlstate) { return sqlstate.substr(0, 2) == "23"; }

template <typename Message>
std::string Scrub(std::string_view body, std::string_view severity) {
  Message scrubbed;
  std::string_view sqlstate = "XX000";
  std::string message;
  const auto report = Message::Decode(body);
  if (report.ok()) {
    const std::string_view said = report->Find(wire::field::kSeverityNotLocalized);
    if (std::find(kSeverities.begin(), kSeverities.end(), said) != kSeverities.end()) {
      severity = said;
    }
    if (IsSqlstate(report->Find(wire::field::kSqlstate))) {
      sqlstate = report->Find(wire::field::kSqlstate);
    }
  }
  message = TemplateFor(sqlstate);
  message += kWithheld;
  scrubbed.fields = {{wire::field::kSeverity, severity},
                     {wire::field::kSeverityNotLocalized, severity},
                     {wire::field::kSqlstate, sqlstate},
                     {wire::field::kMessage, message}};
  if (report.ok()) {
    const std::string_view position = report->Find(wire::field::kPosition);
    if (IsPosition(position)) scrubbed.fields.emplace_back(wire::field::kPosition, position);
    for (const char code : {'s', 't', 'c', 'd', 'n'}) {
      const std::string_view name = report->Find(code);
      if (!NamesObjects(sqlstate) || name.empty() || name.size() > kMaxNameBytes) continue;
      if (base::IsUtf8(name)) scrubbed.fields.emplace_back(code, name);
    }
  }
  std::string out;
  scrubbed.Encode(out);
  return out;
}

}  // namespace

std::string ScrubReport(char tag, std::string_view body) {
  return tag == wire::NoticeResponse::kTag ? Scrub<wire::NoticeResponse>(body, "NOTICE")
                                           : Scrub<wire::ErrorResponse>(body, "ERROR");
}

}  // namespace portreeve::mask
