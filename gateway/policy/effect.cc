#include "policy/effect.h"

#include <algorithm>
#include <array>
#include <vector>

namespace portreeve::policy {
namespace {

using sql::StatementClass;
using sql::SubClass;
using yaml::MapReader;

// PostgreSQL cuts longer names.
constexpr size_t kMaxIdentifierBytes = 63;

// Types whose names have several words, as pg_catalog.format_type writes them.
constexpr std::array<std::string_view, 7> kTypesOfWords = {"double precision",
                                                           "character varying",
                                                           "bit varying",
                                                           "timestamp without time zone",
                                                           "timestamp with time zone",
                                                           "time without time zone",
                                                           "time with time zone"};

// Statements in which no relation, column or function is named.
constexpr std::array kNamesNothing = {
    SubClass::kDoBlock,     SubClass::kSet,        SubClass::kSetRole,     SubClass::kShow,
    SubClass::kReset,       SubClass::kDiscard,    SubClass::kTransaction, SubClass::kTwoPhase,
    SubClass::kFetch,       SubClass::kClose,      SubClass::kDeallocate,  SubClass::kListen,
    SubClass::kUnlisten,    SubClass::kNotify,     SubClass::kCheckpoint,  SubClass::kLoad,
    SubClass::kReplication, SubClass::kAlterSystem};

// Statements that change or delete what a WHERE chooses, by themselves or by what stands in them.
constexpr std::array kChoosing = {SubClass::kUpdate,  SubClass::kDelete, SubClass::kMerge,
                                  SubClass::kExplain, SubClass::kCursor, SubClass::kPrepare,
                                  SubClass::kCopyOut};

bool HasCapital(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char character) { return character >= 'A' && character <= 'Z'; });
}

// What the patterns under one key can fit.
class NameCheck {
 public:
  NameCheck(MapReader& reader, std::string_view key, yaml::Diagnostics& diagnostics)
      : reader_(reader), key_(key), diagnostics_(diagnostics) {}

  void Check(const Pattern& name) {
    const std::string& text = name.text();
    if (text.find('*') == std::string::npos && text.size() > kMaxIdentifierBytes) {
      reader_.Error(key_, "`" + text + "` fits nothing: names have at most 63 bytes");
    }
    if (HasCapital(text) || text.find('"') != std::string::npos) {
      diagnostics_.Warning(reader_.KeyMark(key_),
                           "`" + text +
                               "` is the name as it stands in the catalog, where only "
                               "names that were made in quotes have capitals");
    }
  }
  void Check(const RelationPattern& relation) {
    Check(relation.schema);
    Check(relation.name);
  }
  void Check(const ColumnPattern& column) {
    Check(column.relation);
    Check(column.column);
  }
  void Check(const FunctionPattern& function) {
    Check(function.schema);
    Check(function.name);
    CheckTypes(function.arguments.text());
  }

 private:
  void CheckTypes(std::string_view list) {
    while (!list.empty()) {
      const size_t comma = list.find(", ");
      CheckType(list.substr(0, comma));
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 2);
    }
  }

  // A name in quotes can be anything.
  void CheckType(std::string_view type) {
    constexpr std::string_view kVariadic = "VARIADIC ";
    if (type.starts_with(kVariadic)) type.remove_prefix(kVariadic.size());
    if (type.find_first_of("\"*") != std::string_view::npos) return;
    while (type.ends_with("[]")) type.remove_suffix(2);
    const bool of_words = type.find(' ') != std::string_view::npos;
    if (of_words &&
        std::find(kTypesOfWords.begin(), kTypesOfWords.end(), type) == kTypesOfWords.end()) {
      reader_.Error(key_, "`" + std::string(type) +
                              "` is no type: write the types of arguments "
                              "without their names");
    } else if (HasCapital(type)) {
      reader_.Error(key_, "`" + std::string(type) + "` is no type: write it small");
    }
  }

  MapReader& reader_;
  std::string_view key_;
  yaml::Diagnostics& diagnostics_;
};

template <typename Kind>
void CheckNames(MapReader& reader, std::string_view key, const std::vector<Kind>& patterns,
                yaml::Diagnostics& diagnostics) {
  NameCheck check(reader, key, diagnostics);
  for (const Kind& pattern : patterns) check.Check(pattern);
}

// A function of somebody's own, in a schema that they may write to, would fit a name alone.
void CheckQualified(MapReader& reader, std::string_view key,
                    const std::vector<FunctionPattern>& patterns) {
  for (const FunctionPattern& pattern : patterns) {
    if (pattern.qualified) continue;
    const std::string& name = pattern.name.text();
    reader.Error(key, "`" + name + "` must say which schema: `public." + name + "`, or `*." + name +
                          "` for every one");
  }
}

void CheckClassesOfObjects(MapReader& reader, const Rule& rule) {
  if (!rule.has_objects()) return;
  for (const SubClass sub_class : kNamesNothing) {
    if (!rule.classes.NamesSubClass(sub_class)) continue;
    reader.Error("class", "`" + std::string(sql::Name(sub_class)) +
                              "` names no table, column or function: it needs a rule of its own");
  }
}

bool MayChoose(const ClassSet& classes) {
  return classes.empty() || std::any_of(kChoosing.begin(), kChoosing.end(), [&](SubClass each) {
           return classes.Covers(StatementClass::kWrite, each);
         });
}

void CheckPermission(MapReader& reader, const Rule& rule) {
  if (!rule.columns.empty()) reader.Error("columns", "are for rules that refuse or hold");
  if (rule.where_absent) reader.Error("where", "is for rules that refuse or hold");
  if (!rule.tables.empty() && !rule.functions.empty()) {
    reader.Error("functions", "needs a rule of its own, without `tables`");
  }
  CheckQualified(reader, "functions", rule.functions);
}

}  // namespace

void CheckConditions(MapReader& reader, const Rule& rule, yaml::Diagnostics& diagnostics) {
  CheckNames(reader, "tables", rule.tables, diagnostics);
  CheckNames(reader, "columns", rule.columns, diagnostics);
  CheckNames(reader, "functions", rule.functions, diagnostics);
  CheckNames(reader, "except", rule.except, diagnostics);
  CheckClassesOfObjects(reader, rule);
  CheckQualified(reader, "except", rule.except);
  if (!rule.except.empty() && rule.functions.empty() && !rule.classes.empty() &&
      !rule.classes.Covers(StatementClass::kFunction, SubClass::kCall)) {
    reader.Error("except", "leaves functions out, and the rule means none");
  }
  const auto left_out = [&](const FunctionPattern& function) {
    return std::any_of(rule.except.begin(), rule.except.end(),
                       [&](const FunctionPattern& each) { return each.Includes(function); });
  };
  if (!rule.functions.empty() &&
      std::all_of(rule.functions.begin(), rule.functions.end(), left_out)) {
    reader.Error("except", "leaves out every function that the rule means");
  }
  if (rule.where_absent && !MayChoose(rule.classes)) {
    reader.Error("where", "is for updates and deletes, and `class` means none");
  }
  if (rule.action == Action::kAllow) CheckPermission(reader, rule);
}

template <typename Kind>
bool Effects::Include(const std::vector<Kind>& all, const std::vector<Kind>& some) {
  if (all.empty()) return true;
  if (some.empty()) return false;
  left_ -= static_cast<int64_t>(all.size() * some.size());
  if (left_ < 0) return false;
  return std::all_of(some.begin(), some.end(), [&](const Kind& each) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Kind& other) { return other.Includes(each); });
  });
}

// Where the conditions of `some` hold, those of `all` do, but for the classes.
bool Effects::IncludesConditions(const Rule& all, const Rule& some) {
  const bool except = all.except.empty() || Include(some.except, all.except);
  return except && (!all.where_absent || some.where_absent) && Include(all.tables, some.tables) &&
         Include(all.columns, some.columns) && Include(all.functions, some.functions) &&
         Include(all.databases, some.databases) && Include(all.connections, some.connections);
}

// A housekeeping statement is refused or held by the name of its class only, never by `any`.
std::string_view Effects::WhyIdle(const Rule& rule, const Rule& other, bool other_is_earlier) {
  const bool stricter =
      other.action > rule.action ||
      (other.action == Action::kHold && rule.action == Action::kHold && other.quorum > rule.quorum);
  const bool as_strict = other.action == rule.action && other.quorum >= rule.quorum;
  if (!stricter && !(as_strict && other_is_earlier)) return {};
  const bool gives = rule.action == Action::kAllow;
  const bool classes = gives ? other.classes.Includes(rule.classes)
                             : other.classes.empty() || (!rule.classes.empty() &&
                                                         other.classes.NamesAllOf(rule.classes));
  if (!classes) return {};
  // What a permission gives beside its objects is not refused with them.
  if (gives && other.action != Action::kAllow &&
      (other.has_objects() || !other.except.empty() || other.where_absent)) {
    return {};
  }
  // A FunctionCall message may be a call of any function that is named, but not of any at all.
  const bool calls = !rule.functions.empty() && other.functions.empty() &&
                     rule.classes.Covers(StatementClass::kFunction, SubClass::kCall) &&
                     !other.classes.empty() &&
                     !other.classes.Names(StatementClass::kFunction, SubClass::kFunctionCall);
  if (calls && !gives) return {};
  if (!IncludesConditions(other, rule)) return {};
  const bool plain = other.is_unconditional();
  if (other.action == rule.action) {
    return plain ? " covers all its classes" : " covers all that it means";
  }
  if (other.action == Action::kHold) {
    return plain ? " holds all its classes" : " holds all that it means";
  }
  return plain ? " refuses all its classes" : " refuses all that it means";
}

}  // namespace portreeve::policy
