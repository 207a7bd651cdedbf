// How much of an answer a client may get and how much a statement may change under its grant: what
// is counted, and what the client hears at the limit. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/refusal.h"

namespace portreeve::session {

struct ResultLimits {
  std::string grant;  // Its name, for the client to hear.
  std::optional<uint64_t> rows;
  std::optional<uint64_t> bytes;
  std::optional<uint64_t> affects_at_most;

  bool bounds_results() const { return rows.has_value() || bytes.has_value(); }
};

// What a client has got of one statement, or of one portal in all its executions.
struct ResultCount {
  uint64_t rows = 0;
  uint64_t bytes = 0;
};
using SharedCount = std::shared_ptr<ResultCount>;

// Null: it may still be passed.
std::unique_ptr<base::Refusal> TooMuchOf(const ResultLimits& limits, const ResultCount& count);

// The rows that a CommandComplete speaks of; none where its statement changes rows that it does not
// count (PostgreSQL 55.7).
std::optional<uint64_t> ChangedRows(std::string_view tag, bool copies_in);
// Null: it changed no more than it may. `changed`: none is as good as too many.
std::unique_ptr<base::Refusal> TooManyChanged(const ResultLimits& limits,
                                              std::optional<uint64_t> changed);
// For statement_time.
base::Refusal TookTooLong(std::string_view grant, int64_t limit_us);

}  // namespace portreeve::session
