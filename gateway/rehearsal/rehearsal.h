// Sessions and statements as a gateway decides them, without a gateway. Its one rule: what decides
// here is what decides there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "catalog/resolve.h"
#include "lineage/lineage.h"
#include "policy/mask_plan.h"
#include "policy/policy.h"
#include "policy/trace.h"
#include "rehearsal/caller.h"
#include "sql/facts.h"

namespace portreeve::rehearsal {

struct Opening {
  const policy::Grant* grant = nullptr;  // The policy's own. Null: the client hears `refusal`.
  bool chosen_by_default = false;
  base::Refusal refusal;
};

Opening OpenSession(const policy::Policy& policy, const Caller& caller);

struct Rehearsed {
  sql::Facts facts;
  std::vector<catalog::Findings> findings;  // One for each statement.
  // Null: no masks hold for the caller.
  std::shared_ptr<const policy::MasksInForce> in_force;
  // One for each statement: where its result comes from, and what the masks in force make of it.
  // The second is empty where none hold.
  std::vector<lineage::Lineage> lineages;
  std::vector<policy::MaskRuling> masked;
  policy::Decision decision;
  // One for each statement; one for a text that does not parse, and for a FunctionCall message.
  std::vector<policy::StatementTrace> traces;
};

// Where names lead in a new session under the grant. `search_path`: none for the snapshot's own.
catalog::NameSpace NamesOf(std::shared_ptr<const catalog::Snapshot> snapshot,
                           const policy::Grant& grant,
                           const std::optional<std::string>& search_path);

Rehearsed Rehearse(const policy::Policy& policy, const policy::Grant& grant, const Caller& caller,
                   const catalog::NameSpace& names, std::string_view text);
Rehearsed RehearseCall(const policy::Policy& policy, const policy::Grant& grant,
                       const policy::ConnectionRef& connection);

}  // namespace portreeve::rehearsal
