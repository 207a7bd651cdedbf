#include "rehearsal/question.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "policy/class_set.h"
#include "policy/pattern.h"
#include "rehearsal/own_catalog.h"
#include "rehearsal/rehearsal.h"
#include "sql/classify.h"
#include "yaml/diagnostics.h"

namespace portreeve::rehearsal {
namespace {

using catalog::ColumnTouch;
using catalog::Findings;
using sql::Access;
using sql::ColumnUsage;
using sql::StatementClass;
using sql::SubClass;

// One that nobody has: it fits patterns that fit every column.
constexpr std::string_view kSomeColumn = "some column";

struct TableAct {
  std::string_view name;
  StatementClass statement_class;
  SubClass sub_class;
  Access access;
  std::vector<ColumnUsage> uses;  // Of columns, by the least such statement.
};

const std::vector<TableAct>& TableActs() {
  static const std::vector<TableAct> acts = {
      {"select", StatementClass::kRead, SubClass::kSelect, Access::kRead, {ColumnUsage::kOutput}},
      {"insert",
       StatementClass::kWrite,
       SubClass::kInsert,
       Access::kInsert,
       {ColumnUsage::kAssigned}},
      {"update",
       StatementClass::kWrite,
       SubClass::kUpdate,
       Access::kUpdate,
       {ColumnUsage::kAssigned, ColumnUsage::kPredicate}},
      {"delete",
       StatementClass::kWrite,
       SubClass::kDelete,
       Access::kDelete,
       {ColumnUsage::kPredicate}},
      {"truncate", StatementClass::kWrite, SubClass::kTruncate, Access::kTruncate, {}},
      {"lock", StatementClass::kMisc, SubClass::kLock, Access::kLock, {}},
      {"ddl", StatementClass::kDdl, SubClass::kDdl, Access::kDdl, {}},
  };
  return acts;
}

bool IsMeant(const TableAct& act, std::string_view wanted) {
  return act.name == wanted ||
         (act.statement_class != StatementClass::kMisc && sql::Name(act.statement_class) == wanted);
}

class Asker {
 public:
  Asker(const policy::Policy& policy, const policy::Grant& grant,
        const policy::ConnectionRef& connection)
      : policy_(policy), grant_(grant), connection_(connection) {}

  Answer AboutTable(const TableAct& act, const policy::RelationPattern& table,
                    std::shared_ptr<const catalog::Snapshot> snapshot) const {
    sql::StatementFacts facts = FactsOf(act.statement_class, act.sub_class);
    facts.relations.push_back({table.schema.text(), table.name.text(), act.access});
    const bool by_where = act.access == Access::kUpdate || act.access == Access::kDelete;
    facts.where = by_where ? sql::Where::kRestricting : sql::Where::kNone;
    Findings findings = Resolved(facts, std::move(snapshot));
    const Findings bare = findings;
    AddColumns(act, table, kSomeColumn, findings);
    Answer answer{std::string(act.name), Decided(facts, findings), {}};
    if (!act.uses.empty()) {
      Findings all = bare;
      AddColumns(act, table, "", all);
      Add("with every column", Decided(facts, all), answer);
    }
    if (by_where) {
      Findings unrestricted = bare;
      unrestricted.where = sql::Where::kAbsent;
      if (act.access == Access::kUpdate) {
        unrestricted.columns.push_back(Touch(table, kSomeColumn, ColumnUsage::kAssigned));
      }
      Add("without a WHERE", Decided(facts, unrestricted), answer);
    }
    return answer;
  }

  Answer AboutFunction(const policy::FunctionPattern& function, uint32_t arguments,
                       std::shared_ptr<const catalog::Snapshot> snapshot) const {
    sql::StatementFacts facts = FactsOf(StatementClass::kRead, SubClass::kSelect);
    facts.functions.push_back({function.schema.text(), function.name.text(), arguments});
    return {"call", Decided(facts, Resolved(facts, std::move(snapshot))), {}};
  }

  Answer AboutKind(const sql::EffectMeaning& meaning) const {
    sql::StatementFacts facts = FactsOf(meaning.statement_class, meaning.sub_class);
    facts.housekeeping = meaning.housekeeping;
    return {std::string(sql::Name(meaning.sub_class)),
            Decided(facts, catalog::FindingsWithoutNames(facts)),
            {}};
  }

 private:
  static sql::StatementFacts FactsOf(StatementClass statement_class, SubClass sub_class) {
    sql::StatementFacts facts;
    facts.statement_class = statement_class;
    facts.sub_class = sub_class;
    facts.levels.emplace_back();
    return facts;
  }

  Findings Resolved(const sql::StatementFacts& statement,
                    std::shared_ptr<const catalog::Snapshot> snapshot) const {
    sql::Facts facts;
    facts.statements.push_back(statement);
    return catalog::Resolve(facts, NamesOf(std::move(snapshot), grant_, std::nullopt)).at(0);
  }

  policy::Decision Decided(const sql::StatementFacts& statement, const Findings& findings) const {
    sql::Facts facts;
    facts.statements.push_back(statement);
    return policy_.Decide(grant_, facts, {&findings, 1}, &connection_);
  }

  static ColumnTouch Touch(const policy::RelationPattern& table, std::string_view column,
                           ColumnUsage usage) {
    return {table.schema.text(), table.name.text(), std::string(column), usage};
  }

  static void AddColumns(const TableAct& act, const policy::RelationPattern& table,
                         std::string_view column, Findings& findings) {
    for (const ColumnUsage usage : act.uses) {
      findings.columns.push_back(Touch(table, column, usage));
    }
  }

  static void Add(std::string text, policy::Decision decision, Answer& answer) {
    if (decision.action <= answer.decision.action) return;
    answer.stricter.push_back({std::move(text), std::move(decision)});
  }

  const policy::Policy& policy_;
  const policy::Grant& grant_;
  const policy::ConnectionRef& connection_;
};

absl::StatusOr<std::vector<Answer>> AskAboutTable(const Asker& asker,
                                                  std::shared_ptr<const catalog::Snapshot> catalog,
                                                  std::string_view wanted,
                                                  std::string_view object) {
  const auto table = policy::RelationPattern::Parse(object);
  if (!table || object.find('*') != std::string_view::npos) {
    return base::InvalidArgument("`" + std::string(object) +
                                 "` is not of the form schema.table or schema.function(types)");
  }
  if (catalog == nullptr) {
    catalog::SnapshotParts parts = OwnCatalog();
    catalog::Relation relation;
    relation.oid = catalog::kFirstUserOid;
    relation.schema = table->schema.text();
    relation.name = table->name.text();
    parts.schemas.push_back(relation.schema);
    parts.usages.push_back({relation.schema, ""});
    parts.relations.push_back(std::move(relation));
    catalog = catalog::Snapshot::Make(std::move(parts));
  } else if (catalog->FindRelation(table->schema.text(), table->name.text()) == nullptr) {
    return base::NotFound("the catalog has no `" + std::string(object) + "`");
  }
  std::vector<Answer> answers;
  std::vector<std::string_view> names = {"read", "write"};
  for (const TableAct& act : TableActs()) {
    names.push_back(act.name);
    if (!IsMeant(act, wanted)) continue;
    answers.push_back(asker.AboutTable(act, *table, catalog));
    answers.back().act += " " + std::string(object);
  }
  if (!answers.empty()) return answers;
  return base::InvalidArgument("`" + std::string(wanted) + "` is nothing that is done to a table" +
                               yaml::DidYouMean(wanted, names));
}

absl::StatusOr<std::vector<Answer>> AskAboutFunction(
    const Asker& asker, std::shared_ptr<const catalog::Snapshot> catalog, std::string_view wanted,
    std::string_view object) {
  const auto function = policy::FunctionPattern::Parse(object);
  if (!function || !function->qualified || object.find('*') != std::string_view::npos) {
    return base::InvalidArgument("`" + std::string(object) +
                                 "` is not of the form schema.function(types)");
  }
  if (wanted != "function" && wanted != "call") {
    return base::InvalidArgument("a function is called: ask for `function` or `call`");
  }
  const std::string& types = function->arguments.text();
  const auto commas = static_cast<uint32_t>(std::count(types.begin(), types.end(), ','));
  const uint32_t count = types.empty() ? 0 : commas + 1;
  if (catalog == nullptr) {
    catalog::SnapshotParts parts = OwnCatalog();
    if (function->schema.text() != "pg_catalog") {
      catalog::Function made;
      made.oid = catalog::kFirstUserOid;
      made.schema = function->schema.text();
      made.name = function->name.text();
      made.arguments = types;
      made.min_arguments = made.max_arguments = static_cast<uint16_t>(count);
      parts.schemas.push_back(made.schema);
      parts.functions.push_back(std::move(made));
    }
    catalog = catalog::Snapshot::Make(std::move(parts));
  }
  const auto& functions = catalog->parts().functions;
  const auto named = catalog->FunctionsNamed(function->name.text());
  if (std::none_of(named.begin(), named.end(), [&](uint32_t index) {
        return functions[index].schema == function->schema.text() &&
               functions[index].arguments == types;
      })) {
    return base::NotFound("there is no function `" + std::string(object) + "`");
  }
  std::vector<Answer> answers = {asker.AboutFunction(*function, count, catalog)};
  answers[0].act += " " + std::string(object);
  return answers;
}

absl::StatusOr<std::vector<Answer>> AskAboutKind(const Asker& asker, std::string_view wanted) {
  std::vector<Answer> answers;
  // A class is asked for by what is typical of it.
  for (const TableAct& act : TableActs()) {
    if (IsMeant(act, wanted)) {
      answers.push_back(asker.AboutKind({act.statement_class, act.sub_class, false}));
    }
  }
  if (wanted == "function") wanted = "call";
  for (int effect = 0; answers.empty() && effect < kRawEffectCount; ++effect) {
    const sql::EffectMeaning meaning = sql::MeaningOf(static_cast<RawEffect>(effect));
    if (sql::Name(meaning.sub_class) == wanted) answers.push_back(asker.AboutKind(meaning));
  }
  if (!answers.empty()) return answers;
  const auto& names = policy::ClassSet::AllNames();
  const bool known = std::find(names.begin(), names.end(), wanted) != names.end();
  return base::InvalidArgument("there is no class `" + std::string(wanted) +
                               "` of which something certain could be said" +
                               (known ? "" : yaml::DidYouMean(wanted, names)));
}

}  // namespace

absl::StatusOr<std::vector<Answer>> Ask(const policy::Policy& policy, const policy::Grant& grant,
                                        const policy::ConnectionRef& connection,
                                        std::shared_ptr<const catalog::Snapshot> catalog,
                                        std::string_view wanted, std::string_view object) {
  const Asker asker(policy, grant, connection);
  if (object.ends_with(')')) {
    return AskAboutFunction(asker, std::move(catalog), wanted, object);
  }
  if (!object.empty()) return AskAboutTable(asker, std::move(catalog), wanted, object);
  if (wanted == sql::Name(SubClass::kFunctionCall)) {
    return std::vector<Answer>{
        {std::string(wanted), policy.DecideFunctionCall(grant, &connection), {}}};
  }
  return AskAboutKind(asker, wanted);
}

}  // namespace portreeve::rehearsal
