// What a statement's result shows of masked columns, and which of its uses of them are refused. Its
// one rule: what was not followed from the columns to the result, and touches a masked one, is
// refused.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "catalog/findings.h"
#include "catalog/resolve.h"
#include "lineage/lineage.h"
#include "policy/masked_columns.h"
#include "sql/facts.h"
#include "sql/parser.h"

namespace portreeve::policy {

// For the results of one statement, however often it runs. Never changes.
struct MaskPlan {
  struct Output {
    const Mask* mask = nullptr;  // Null: it is clean.
    std::string column;          // What is masked there: "public.customers.email".
    catalog::Oid type = 0;       // By the catalog; 0: not known.
  };

  std::shared_ptr<const MaskedColumns> columns;  // Keeps the masks.
  // One for each column of the result. Empty: none is masked, and how many there are is not known.
  std::vector<Output> outputs;
  std::optional<lineage::CopyFormat> copies_out;
  // What values are looked for by it, each time that it runs.
  struct Search {
    const Mask* mask = nullptr;
    uint64_t constants = 0;
  };
  std::vector<Search> searches;
  bool masks = false;          // One of the outputs is masked.
  bool hides_reports = false;  // What is said of the statement may hold masked values.
};

struct MaskRuling {
  std::shared_ptr<const MaskPlan> plan;  // Null: it touches nothing that is masked.
  std::string_view rule;  // "masks/email", the policy's own; empty: it is not refused.
  base::Refusal refusal;
};

// A text, and how the session that sent it stands.
struct MaskQuestion {
  std::string_view text;
  sql::Limits limits;
  sql::LexerMode mode;
  const sql::Facts& facts;
  std::span<const catalog::Findings> findings;  // Of the facts' statements.
  const catalog::NameSpace& names;
};

// One for each statement of the text. `columns` are those of the question's snapshot.
std::vector<MaskRuling> RuleOnMasks(const MaskQuestion& question,
                                    const std::shared_ptr<const MaskedColumns>& columns);

// Of EXPLAIN of what the plan is for: one clean column.
std::shared_ptr<const MaskPlan> Explained(const MaskPlan& plan);

// What is refused where masks hold and nothing can be followed: the catalog is not known, a name of
// a prepared statement or cursor was not seen to be made, a FunctionCall message.
base::Refusal NotFollowed(std::string_view what);
inline constexpr std::string_view kNotFollowedRule = "masks";

}  // namespace portreeve::policy
