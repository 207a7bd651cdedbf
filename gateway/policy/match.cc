#include "policy/match.h"

#include <algorithm>

namespace portreeve::policy {
namespace {

using catalog::ColumnTouch;
using catalog::Findings;
using catalog::FunctionTouch;
using catalog::RelationTouch;
using sql::StatementClass;
using sql::SubClass;

constexpr ActClass kReading{StatementClass::kRead, SubClass::kSelect};
constexpr ActClass kCalling{StatementClass::kFunction, SubClass::kCall};

bool Fits(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [text](const Pattern& pattern) { return pattern.Fits(text); });
}

bool Fits(const std::vector<RelationPattern>& patterns, const RelationTouch& touch) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const RelationPattern& pattern) {
    return pattern.Fits(touch.schema, touch.name);
  });
}

bool FitsExactly(const std::vector<FunctionPattern>& patterns, const FunctionTouch& touch) {
  return touch.known &&
         std::any_of(patterns.begin(), patterns.end(), [&](const FunctionPattern& pattern) {
           return pattern.Fits(touch.schema, touch.name, touch.arguments);
         });
}

// A function that is not known may be the one that is meant if its name can be.
bool MayFit(const std::vector<FunctionPattern>& patterns, const FunctionTouch& touch) {
  if (touch.known) return FitsExactly(patterns, touch);
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const FunctionPattern& pattern) { return pattern.name.Fits(touch.name); });
}

bool MayFit(const std::vector<ColumnPattern>& patterns, const ColumnTouch& touch) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const ColumnPattern& pattern) {
    if (touch.schema.empty()) return true;  // No relation is known to have it.
    return pattern.relation.Fits(touch.schema, touch.relation) &&
           (touch.column.empty() || pattern.column.Fits(touch.column));
  });
}

bool MayBeThere(const Rule& rule, const ConnectionRef* connection) {
  return policy::MayBeThere(rule.databases, rule.connections, connection);
}

bool IsThere(const Rule& rule, const ConnectionRef* connection) {
  if (rule.databases.empty() && rule.connections.empty()) return true;
  if (connection == nullptr) return false;
  const bool database = rule.databases.empty() || (!connection->database.empty() &&
                                                   Fits(rule.databases, connection->database));
  return database && (rule.connections.empty() || Fits(rule.connections, connection->name));
}

bool WhereHolds(const Rule& rule, const Findings& findings) {
  return !rule.where_absent || findings.where == sql::Where::kAbsent ||
         findings.where == sql::Where::kTrivial;
}

bool Covers(const ClassSet& classes, ActClass act) {
  return classes.Covers(act.statement_class, act.sub_class);
}

// The classes of a refusal or hold, held against the acts of one statement.
class Meaning {
 public:
  Meaning(const Rule& rule, const Findings& findings) : rule_(rule), findings_(findings) {
    // A refusal by `any` means what the session wants to do, not what keeps it going.
    whole_ =
        rule.classes.empty() ||
        (findings.housekeeping ? rule.classes.Names(findings.statement_class, findings.sub_class)
                               : rule.classes.Covers(findings.statement_class, findings.sub_class));
  }

  // Without a condition on objects: one act is enough.
  bool AnyAct(Met& met) const {
    if (whole_ && !IsOnlyExcepted()) return true;
    for (const RelationTouch& touch : findings_.relations) {
      if (!MeansAct(touch)) continue;
      met.relation = &touch;
      return true;
    }
    if (!Covers(rule_.classes, kCalling)) return false;
    for (const FunctionTouch& touch : findings_.functions) {
      if (touch.harmless || FitsExactly(rule_.except, touch)) continue;
      met.function = &touch;
      return true;
    }
    return false;
  }

  bool Tables(Met& met) const {
    for (const RelationTouch& touch : findings_.relations) {
      if ((touch.known && !Fits(rule_.tables, touch)) || !(whole_ || MeansAct(touch))) continue;
      met.relation = &touch;
      return true;
    }
    return false;
  }

  bool Columns(Met& met) const {
    for (const ColumnTouch& touch : findings_.columns) {
      if (!MayFit(rule_.columns, touch) || !(whole_ || MeansUse(touch))) continue;
      met.column = &touch;
      return true;
    }
    // What a relation that is not known takes its columns from is not known either.
    for (const RelationTouch& touch : findings_.relations) {
      if (touch.known || !(whole_ || MeansAct(touch))) continue;
      met.relation = &touch;
      return true;
    }
    return false;
  }

  bool Functions(Met& met) const {
    const bool by_class =
        whole_ || Covers(rule_.classes, kCalling) ||
        std::any_of(findings_.relations.begin(), findings_.relations.end(),
                    [this](const RelationTouch& touch) { return MeansAct(touch); });
    if (!by_class) return false;
    for (const FunctionTouch& touch : findings_.functions) {
      if (!MayFit(rule_.functions, touch) || FitsExactly(rule_.except, touch)) continue;
      met.function = &touch;
      return true;
    }
    return false;
  }

  bool whole() const { return whole_; }

 private:
  // PostgreSQL, too, asks for the right to read where a change looks at what it changes.
  bool MeansAct(const RelationTouch& touch) const {
    if (Covers(rule_.classes, ClassOf(touch.access, findings_))) return true;
    return Covers(rule_.classes, kReading) &&
           std::any_of(findings_.columns.begin(), findings_.columns.end(),
                       [&touch](const ColumnTouch& column) {
                         return column.usage != sql::ColumnUsage::kAssigned &&
                                column.schema == touch.schema && column.relation == touch.name;
                       });
  }

  bool MeansUse(const ColumnTouch& touch) const {
    if (touch.usage != sql::ColumnUsage::kAssigned) return Covers(rule_.classes, kReading);
    return std::any_of(
        findings_.relations.begin(), findings_.relations.end(), [&](const RelationTouch& relation) {
          return relation.schema == touch.schema && relation.name == touch.relation &&
                 Covers(rule_.classes, ClassOf(relation.access, findings_));
        });
  }

  // The statement's class comes from nothing but functions that the rule leaves out.
  bool IsOnlyExcepted() const {
    if (rule_.except.empty() || findings_.sub_class != SubClass::kCall) return false;
    bool found = false;
    for (const FunctionTouch& touch : findings_.functions) {
      if (touch.harmless) continue;
      if (!FitsExactly(rule_.except, touch)) return false;
      found = true;
    }
    return found;
  }

  const Rule& rule_;
  const Findings& findings_;
  bool whole_;  // The statement's own class is meant.
};

// Statements that do what others do, by a name of their own: a rule that names them means what they
// do to relations.
bool IsVessel(SubClass sub_class) {
  switch (sub_class) {
    case SubClass::kSelect:
    case SubClass::kInsert:
    case SubClass::kUpdate:
    case SubClass::kDelete:
    case SubClass::kTruncate:
      return false;
    default:
      return true;
  }
}

bool GivesRelation(const Rule& rule, const Findings& findings, const RelationTouch& touch) {
  if (rule.tables.empty() ? rule.has_objects() : !touch.known || !Fits(rule.tables, touch)) {
    return false;
  }
  const ActClass act = ClassOf(touch.access, findings);
  if (Covers(rule.classes, act)) return true;
  // Locks that rows are given are taken by who may change them.
  if (touch.access == sql::Access::kLock &&
      Covers(rule.classes, {StatementClass::kWrite, SubClass::kUpdate})) {
    return true;
  }
  return act.statement_class == findings.statement_class && IsVessel(findings.sub_class) &&
         rule.classes.Covers(findings.statement_class, findings.sub_class);
}

bool GivesFunction(const Rule& rule, const FunctionTouch& touch) {
  if (rule.functions.empty() ? rule.has_objects() : !FitsExactly(rule.functions, touch)) {
    return false;
  }
  return !FitsExactly(rule.except, touch) && Covers(rule.classes, kCalling);
}

// The statement as such. A rule with objects gives it together with one of them.
bool GivesKind(const Rule& rule, const Findings& findings) {
  if (!rule.classes.Covers(findings.statement_class, findings.sub_class)) return false;
  if (!rule.has_objects()) return true;
  const auto by_relation = [&](const RelationTouch& touch) {
    return touch.direct &&
           ClassOf(touch.access, findings).statement_class == findings.statement_class &&
           GivesRelation(rule, findings, touch);
  };
  const auto by_function = [&](const FunctionTouch& touch) {
    return !touch.harmless && GivesFunction(rule, touch);
  };
  if (std::any_of(findings.relations.begin(), findings.relations.end(), by_relation)) return true;
  if (findings.sub_class == SubClass::kCall ||
      findings.statement_class == StatementClass::kFunction) {
    return std::any_of(findings.functions.begin(), findings.functions.end(), by_function);
  }
  // Who may read some tables may read none: SELECT 1.
  return findings.statement_class == StatementClass::kRead && findings.relations.empty() &&
         !rule.tables.empty();
}

}  // namespace

bool MayBeThere(const std::vector<Pattern>& databases, const std::vector<Pattern>& connections,
                const ConnectionRef* connection) {
  if (connection == nullptr) return true;
  const bool database =
      databases.empty() || connection->database.empty() || Fits(databases, connection->database);
  return database && (connections.empty() || Fits(connections, connection->name));
}

ActClass ClassOf(sql::Access access, const Findings& findings) {
  switch (access) {
    case sql::Access::kRead:
      return kReading;
    case sql::Access::kLock:
      return {StatementClass::kMisc, SubClass::kLock};
    case sql::Access::kInsert:
      return {StatementClass::kWrite, SubClass::kInsert};
    case sql::Access::kUpdate:
      return {StatementClass::kWrite, SubClass::kUpdate};
    case sql::Access::kDelete:
      return {StatementClass::kWrite, SubClass::kDelete};
    case sql::Access::kTruncate:
      return {StatementClass::kWrite, SubClass::kTruncate};
    case sql::Access::kDdl:
      break;
  }
  // VACUUM and GRANT work on a table without changing what it is.
  if (findings.statement_class == StatementClass::kMisc ||
      findings.statement_class == StatementClass::kRole) {
    return {findings.statement_class, findings.sub_class};
  }
  return {StatementClass::kDdl, SubClass::kDdl};
}

bool Means(const Rule& rule, const Findings& findings, const ConnectionRef* connection, Met& met) {
  const bool unknown = findings.statement_class == StatementClass::kUnknown;
  if (!MayBeThere(rule, connection) || !(unknown || WhereHolds(rule, findings))) return false;
  const Meaning meaning(rule, findings);
  if (!rule.has_objects()) return meaning.AnyAct(met);
  // What is not understood may touch anything.
  if (unknown && meaning.whole()) return true;
  return (rule.tables.empty() || meaning.Tables(met)) &&
         (rule.columns.empty() || meaning.Columns(met)) &&
         (rule.functions.empty() || meaning.Functions(met));
}

bool MeansCall(const Rule& rule, const ConnectionRef* connection) {
  if (!rule.tables.empty() || !rule.columns.empty() || rule.where_absent) return false;
  if (!MayBeThere(rule, connection)) return false;
  return rule.classes.empty() ||
         rule.classes.Names(StatementClass::kFunction, SubClass::kFunctionCall) ||
         (!rule.functions.empty() && Covers(rule.classes, kCalling));
}

bool Gives(const Rule& rule, const Findings& findings, const Act& act,
           const ConnectionRef* connection) {
  if (!WhereHolds(rule, findings) || !IsThere(rule, connection)) return false;
  if (act.relation != nullptr) return GivesRelation(rule, findings, *act.relation);
  if (act.function != nullptr) return GivesFunction(rule, *act.function);
  return GivesKind(rule, findings);
}

bool GivesCall(const Rule& rule, const ConnectionRef* connection) {
  return !rule.has_objects() && rule.except.empty() && !rule.where_absent &&
         rule.classes.NamesSubClass(SubClass::kFunctionCall) && IsThere(rule, connection);
}

}  // namespace portreeve::policy
