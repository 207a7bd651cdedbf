// Whether one rule speaks of one statement. Two questions with two answers to what is not known: a
// refusal or hold fits whatever may be meant, a permission only what certainly is.
#pragma once

#include <vector>

#include "catalog/findings.h"
#include "policy/policy.h"

namespace portreeve::policy {

// A part of a statement that needs a permission of its own: what it does to a relation, that it
// calls a function, or, with neither, what kind of statement it is.
struct Act {
  const catalog::RelationTouch* relation = nullptr;
  const catalog::FunctionTouch* function = nullptr;
};

// What a rule met in a statement: at most one is set.
struct Met {
  const catalog::RelationTouch* relation = nullptr;
  const catalog::ColumnTouch* column = nullptr;
  const catalog::FunctionTouch* function = nullptr;
};

// The classes of what is done to a relation. `finding` is of the statement that does it.
struct ActClass {
  sql::StatementClass statement_class;
  sql::SubClass sub_class;
};
ActClass ClassOf(sql::Access access, const catalog::Findings& findings);

// Lists that are empty mean any place, and so does a connection that is null; a database that is
// not known may be any.
bool MayBeThere(const std::vector<Pattern>& databases, const std::vector<Pattern>& connections,
                const ConnectionRef* connection);

// A rule that refuses or holds: does it mean this statement? Says in `met` what it met first.
bool Means(const Rule& rule, const catalog::Findings& findings, const ConnectionRef* connection,
           Met& met);

// The same of a FunctionCall message, which does not say which function it means.
bool MeansCall(const Rule& rule, const ConnectionRef* connection);

// A rule that allows or holds: does it give, or give once it is approved, what this act needs?
bool Gives(const Rule& rule, const catalog::Findings& findings, const Act& act,
           const ConnectionRef* connection);
bool GivesCall(const Rule& rule, const ConnectionRef* connection);

}  // namespace portreeve::policy
