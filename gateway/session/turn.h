// A turn: one answer that the server owes. The request hand expects turns, the answer hand ends
// them, in the same order; that is how the gateway knows what every answer belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/refusal.h"
#include "session/name_table.h"
#include "session/portal_masks.h"
#include "session/result_limits.h"

namespace portreeve::session {

// By the request message, and by what ends its answer (PostgreSQL 55.2).
enum class TurnKind : uint8_t {
  kQuery,         // ... ReadyForQuery
  kFunctionCall,  // ... ReadyForQuery
  kSync,          // ReadyForQuery
  kParse,         // ParseComplete
  kBind,          // BindComplete
  kDescribe,      // RowDescription or NoData, perhaps after ParameterDescription
  kExecute,       // CommandComplete, EmptyQueryResponse or PortalSuspended
  kClose,         // CloseComplete
};

// What the client hears in place of the server's error.
struct RefusedAnswer {
  base::Refusal refusal;
  uint32_t position = 0;  // In characters from 1; 0: none.
};

// A name that SQL makes or removes: it changes when the `statement`th statement of the turn is
// complete (0: the first), whatever becomes of those behind it.
struct NameChange {
  // Of a guarded Query: with its Parse or its Bind.
  static constexpr size_t kAtParse = SIZE_MAX;
  static constexpr size_t kAtBind = SIZE_MAX - 1;

  size_t statement = 0;
  std::shared_ptr<NameEntry> entry;
};

// A portal's executions are counted together: those of the `statement`th statement of the turn.
struct PortalCount {
  size_t statement = 0;
  SharedCount count;
};

// How a turn goes out under the limits of its grant.
enum class Manner : uint8_t {
  kFreely,
  // Nothing follows it before it has been answered: what is cancelled or fails is this and no
  // other, and it can be made to fail when the server is done with it.
  kAlone,
  // And what it does is not final before it has been counted. A Query goes out as Parse, Bind,
  // Describe, Execute and, once the count is right, Sync; the answers that it did not ask for are
  // swallowed.
  kGuarded,
};

struct Turn {
  TurnKind kind = TurnKind::kSync;
  Manner manner = Manner::kFreely;
  size_t copies_in = 0;                    // COPY ... FROM STDIN in it.
  uint64_t statement = 0;                  // The record it has in the journal; 0: none.
  int64_t started_us = 0;                  // Monotonic.
  std::unique_ptr<RefusedAnswer> refused;  // The server got a substitute that it must reject.
  std::shared_ptr<NameEntry> entry;        // The name that comes to be or goes by its success.
  std::vector<NameChange> changes;
  std::shared_ptr<const ResultLimits> limits;  // Null: none.
  std::vector<PortalCount> counts;             // Every other statement is counted by itself.
  bool changes_catalog = false;                // By its success, or it may.

  std::shared_ptr<const SessionMasks> masks;  // Null: none hold, or the answer holds no values.
  // By the statements of its text; empty, or null at its place: nothing that is masked is touched.
  std::vector<std::shared_ptr<const policy::MaskPlan>> plans;
  std::shared_ptr<PortalMasks> portal;  // That is described or executed.
  bool reads_made = false;              // It may read relations that the catalog does not have.
  bool swallowed = false;               // The client has not asked for it.

  // Of the statement at that place; null: nothing that is masked is touched.
  const std::shared_ptr<const policy::MaskPlan>& PlanOf(size_t place) const {
    static const std::shared_ptr<const policy::MaskPlan> kNone;
    return place < plans.size() ? plans[place] : kNone;
  }
};

}  // namespace portreeve::session
