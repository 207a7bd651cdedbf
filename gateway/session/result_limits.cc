#include "session/result_limits.h"

#include <array>
#include <charconv>

namespace portreeve::session {
namespace {

std::unique_ptr<base::Refusal> Exceeded(std::string message, const ResultLimits& limits,
                                        std::string_view limit, std::string hint) {
  return std::make_unique<base::Refusal>(base::Refusal{
      std::string(base::sqlstate::kConfigurationLimitExceeded), std::move(message),
      "Rule grants/" + limits.grant + "/limits/" + std::string(limit) + ".", std::move(hint)});
}

std::string Seconds(int64_t us) {
  const int64_t ms = us / 1'000;
  return ms % 1'000 == 0 ? std::to_string(ms / 1'000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

std::unique_ptr<base::Refusal> TooMuchOf(const ResultLimits& limits, const ResultCount& count) {
  constexpr char kHint[] = "Ask for less: with LIMIT, a narrower WHERE or fewer columns.";
  if (limits.rows && count.rows > *limits.rows) {
    return Exceeded("the result has more than " + std::to_string(*limits.rows) + " rows", limits,
                    "rows", kHint);
  }
  if (limits.bytes && count.bytes > *limits.bytes) {
    return Exceeded("the result has more than " + std::to_string(*limits.bytes) + " bytes", limits,
                    "bytes", kHint);
  }
  return nullptr;
}

std::optional<uint64_t> ChangedRows(std::string_view tag, bool copies_in) {
  constexpr auto kCounting =
      std::to_array<std::string_view>({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"});
  const std::string_view command = tag.substr(0, tag.find(' '));
  bool counts = false;
  for (const std::string_view each : kCounting) counts |= each == command;
  // COPY TO counts what it has sent.
  if (!counts || (command == "COPY") != copies_in) return std::nullopt;
  const std::string_view number = tag.substr(tag.rfind(' ') + 1);
  uint64_t rows = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), rows);
  if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) return std::nullopt;
  return rows;
}

std::unique_ptr<base::Refusal> TooManyChanged(const ResultLimits& limits,
                                              std::optional<uint64_t> changed) {
  if (!limits.affects_at_most) return nullptr;
  const std::string most = std::to_string(*limits.affects_at_most);
  if (!changed) {
    return Exceeded("the rows that this statement changes cannot be counted", limits,
                    "affects_at_most",
                    "A statement may change " + most +
                        " rows at most; write it as one INSERT, UPDATE, DELETE, MERGE or COPY.");
  }
  if (*changed <= *limits.affects_at_most) return nullptr;
  return Exceeded(
      "the statement would have changed " + std::to_string(*changed) + " rows; it was undone",
      limits, "affects_at_most",
      "A statement may change " + most + " rows at most: narrow its WHERE.");
}

base::Refusal TookTooLong(std::string_view grant, int64_t limit_us) {
  return {std::string(base::sqlstate::kQueryCanceled),
          "canceling statement: it ran for longer than " + Seconds(limit_us),
          "Rule grants/" + std::string(grant) + "/limits/statement_time.",
          "Ask for less at once, or connect under a grant that gives more time."};
}

}  // namespace portreeve::session
