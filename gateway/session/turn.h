// A turn: one answer that the server owes. The request hand expects turns, the answer hand ends
// them, in the same order; that is how the gateway knows what every answer belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/refusal.h"
#include "session/name_table.h"

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
  size_t statement = 0;
  std::shared_ptr<NameEntry> entry;
};

struct Turn {
  TurnKind kind = TurnKind::kSync;
  size_t copies_in = 0;                    // COPY ... FROM STDIN in it.
  uint64_t statement = 0;                  // The record it has in the journal; 0: none.
  int64_t started_us = 0;                  // Monotonic.
  std::unique_ptr<RefusedAnswer> refused;  // The server got a substitute that it must reject.
  std::shared_ptr<NameEntry> entry;        // The name that comes to be or goes by its success.
  std::vector<NameChange> changes;
};

}  // namespace portreeve::session
