// A statement that was parsed and decided. Immutable; shared by its name, its portals, its turns
// and the cache of decisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "policy/mask_plan.h"
#include "policy/policy.h"
#include "session/statement_traits.h"
#include "sql/facts.h"
#include "sql/parser.h"

namespace portreeve::session {

// What follows from a text where the session stands: under its policy, with what it knows of the
// database, and with what its names mean (decider.h).
struct Judgement {
  policy::Action action = policy::Action::kRefuse;
  std::string rule;
  std::string approval;                          // kHold: the one that it needs.
  bool observed = false;                         // It passes whatever the action is.
  std::shared_ptr<const base::Refusal> refusal;  // Null: it passes.
  uint32_t position = 0;                         // For a syntax error; in characters from 1.
  bool durable_first = false;  // Its record must be fsynced before it is forwarded.
  StatementTraits traits;
  // What is masked in the results of each statement of the text, null where it touches nothing that
  // is. Empty if none does.
  std::vector<std::shared_ptr<const policy::MaskPlan>> plans;
};

struct PreparedStatement {
  uint64_t serial = 0;  // No other of the process has it.
  std::string text;
  sql::LexerMode mode;   // That it was read in.
  std::string redacted;  // What is recorded of the text; empty: all of it.
  sql::Facts facts;
  size_t copies_in = 0;     // COPY ... FROM STDIN in it.
  bool uses_names = false;  // One of its statements has a `name_use`.

  // The judgement, and the footing that it was made on.
  uint64_t footing = 0;
  Judgement judgement;

  // What PREPARE and DECLARE in it make, by the index of the statement. Empty if there are none.
  std::vector<std::shared_ptr<const PreparedStatement>> makes;

  size_t bytes = 0;  // That it holds, near enough.
};

}  // namespace portreeve::session
