#include "sql/collector.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "sql/characters.h"
#include "sql/classify.h"
#include "sql/known_functions.h"
#include "sql/session_parameters.h"
#include "sql/string_literals.h"

namespace portreeve::sql {
namespace {

// What a linear search may look through.
constexpr size_t kFewNames = 40;

static_assert(kRawAccessDdl == 1 << static_cast<int>(Access::kDdl));
static_assert(kRawAccessDdlIndex == static_cast<int>(Access::kDdl));
static_assert(kRawUsageAssigned == 1 << static_cast<int>(ColumnUsage::kAssigned));
static_assert(kRawWhereRestricting == static_cast<int>(Where::kRestricting));

std::string_view View(const char* text) { return text == nullptr ? std::string_view{} : text; }

// The parser cuts a name at NAMEDATALEN by bytes, the server between two characters.
std::string NameAsKept(std::string_view name) {
  size_t end = name.size();
  while (end > 0 && (static_cast<uint8_t>(name[end - 1]) & 0xc0) == 0x80) --end;
  if (end == 0) return std::string(name);
  const auto lead = static_cast<uint8_t>(name[end - 1]);
  const size_t wanted = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::string(name.substr(0, name.size() - end + 1 < wanted ? end - 1 : name.size()));
}

auto Key(const RelationUse& use) {
  return std::tuple<std::string_view, std::string_view, Access>(use.name, use.schema, use.access);
}

auto Key(const ColumnUse& use) {
  return std::tuple<std::string_view, std::string_view, uint32_t, std::string_view, ColumnUsage,
                    bool>(use.name, use.qualifier, use.level, use.schema, use.usage, use.may_miss);
}

auto Key(const FunctionUse& use) {
  return std::tuple<std::string_view, std::string_view, uint32_t>(use.name, use.schema,
                                                                  use.arguments);
}

std::string_view Key(const std::string& name) { return name; }

auto Key(const NameInSchema& use) {
  return std::pair<std::string_view, std::string_view>(use.name, use.schema);
}

// Adds a value unless it is there; of many values later ones are only looked at in KeepOnce.
// Returns its index.
template <typename T>
size_t AddOnce(std::vector<T>& values, T value) {
  if (values.size() <= kFewNames) {
    const auto found = std::ranges::find(values, value);
    if (found != values.end()) return static_cast<size_t>(found - values.begin());
  }
  values.push_back(std::move(value));
  return values.size() - 1;
}

// Keeps the first of equal values, in order. Returns where each value is now; nothing if all are
// where they were.
template <typename T>
std::vector<uint32_t> KeepOnce(std::vector<T>& values) {
  if (values.size() <= kFewNames) return {};
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    return std::pair(Key(values[a]), a) < std::pair(Key(values[b]), b);
  });
  std::vector<uint32_t> first(values.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const bool again = i > 0 && Key(values[order[i]]) == Key(values[order[i - 1]]);
    first[order[i]] = again ? first[order[i - 1]] : order[i];
  }
  size_t kept = 0;
  for (uint32_t i = 0; i < values.size(); ++i) {
    if (first[i] != i) {
      first[i] = first[first[i]];
      continue;
    }
    if (kept != i) values[kept] = std::move(values[i]);
    first[i] = static_cast<uint32_t>(kept++);
  }
  values.resize(kept);
  return first;
}

}  // namespace

void Collector::Add(const RawEvent& event) {
  switch (event.kind) {
    case kRawHasEffect:
      return Raise(static_cast<RawEffect>(event.code));
    case kRawRelation:
      return AddRelation(event);
    case kRawLevel:
      facts_.levels.push_back({static_cast<uint32_t>(event.location)});
      return;
    case kRawRange:
      return AddRange(event);
    case kRawColumn:
      return AddColumn(event);
    case kRawFunctionName:
      return AddFunction(event);
    case kRawFieldName:
      AddOnce(facts_.fields, std::string{View(event.first)});
      return;
    case kRawOperatorName:
      AddOnce(facts_.operators, {std::string{View(event.first)}, std::string{View(event.second)}});
      return;
    case kRawTypeName:
      AddOnce(facts_.types, {std::string{View(event.first)}, std::string{View(event.second)}});
      return;
    case kRawSetting:
      return AddSetting(event);
    case kRawSetConfig:
      return AddSetConfig(event);
    case kRawShown:
      facts_.parameter = LowerCase(View(event.first));
      return;
    case kRawNameUsed:
      return AddName(event);
    case kRawMakesRelation:
      facts_.makes_relations.push_back(
          {std::string{View(event.first)}, std::string{View(event.second)}, event.code != 0});
      return;
    case kRawSecret:
      return AddSecret(event);
    case kRawWhere:
      return AddWhere(event);
    case kRawChanges:
      ++facts_.changes;
      return;
    case kRawGivesRows:
      facts_.gives_rows = true;
      return;
    case kRawLimit:
      return AddLimit(event);
    case kRawCopiesIn:
      facts_.copies_in = true;
      return;
    case kRawMakesCode:
      facts_.makes_code = true;
      return;
    case kRawLocksRows:
      facts_.locks_rows = true;
      return;
    case kRawTooDeep:
      return RefuseToKnow("the statement is nested too deeply to be analysed");
    case kRawTooLarge:
      return RefuseToKnow("the statement has too many parts to be analysed");
    default:
      return RefuseToKnow("a part of the statement is not known to the gateway (node kind " +
                          std::to_string(event.code) + " of PostgreSQL 15's parser)");
  }
}

void Collector::Finish() {
  const EffectMeaning meaning = MeaningOf(effect_);
  facts_.statement_class = meaning.statement_class;
  facts_.sub_class = meaning.sub_class;
  facts_.housekeeping =
      meaning.housekeeping && settings_allowed_ && !calls_functions_ && facts_.relations.empty();
  facts_.gives_rows |= explains_;
  const std::vector<uint32_t> moved = KeepOnce(facts_.relations);
  for (RangeEntry& entry : facts_.range) {
    if (!moved.empty() && entry.relation != kNoIndex) entry.relation = moved[entry.relation];
  }
  KeepOnce(facts_.columns);
  KeepOnce(facts_.functions);
  KeepOnce(facts_.fields);
  KeepOnce(facts_.operators);
  KeepOnce(facts_.types);
}

void Collector::Raise(RawEffect effect) {
  effect_ = std::max(effect_, effect);
  explains_ |= effect == kRawExplain;
}

void Collector::AddName(const RawEvent& event) {
  // EXPLAIN ANALYZE runs what it explains but makes no name.
  if (explains_ && event.code != kRawNameExecute) return;
  facts_.name_use = static_cast<NameUse>(event.code);
  facts_.name = NameAsKept(View(event.first));
}

void Collector::RefuseToKnow(std::string reason) {
  Raise(kRawUnknown);
  facts_.unknown_reason = std::move(reason);
}

void Collector::AddRelation(const RawEvent& event) {
  const auto access = static_cast<Access>(event.code);
  const std::string_view name = View(event.second);
  // An UPDATE of this view is a SET of any parameter, the role included (PostgreSQL 54.24).
  if (access == Access::kUpdate && name == "pg_settings") {
    Raise(kRawSetRole);
    facts_.settings.emplace_back();
    ChangesAnything();
  }
  last_relation_ = static_cast<uint32_t>(AddOnce(
      facts_.relations, RelationUse{std::string{View(event.first)}, std::string{name}, access}));
}

void Collector::AddRange(const RawEvent& event) {
  RangeEntry& entry = facts_.range.emplace_back();
  entry.level = static_cast<uint32_t>(event.location);
  entry.alias = View(event.first);
  if ((event.code & kRawRangeIsRelation) != 0) entry.relation = last_relation_;
  entry.renames = (event.code & kRawRangeRenames) != 0;
}

void Collector::AddColumn(const RawEvent& event) {
  for (int usage = 0; usage <= static_cast<int>(ColumnUsage::kAssigned); ++usage) {
    if ((event.code & (1 << usage)) == 0) continue;
    AddOnce(facts_.columns,
            ColumnUse{static_cast<uint32_t>(event.location), std::string{View(event.first)},
                      std::string{View(event.second)}, std::string{View(event.third)},
                      static_cast<ColumnUsage>(usage), (event.code & kRawColumnMayMiss) != 0});
  }
}

void Collector::AddFunction(const RawEvent& event) {
  const std::string_view name = View(event.second);
  AddOnce(facts_.functions,
          FunctionUse{std::string{View(event.first)}, std::string{name}, event.code});
  if (name == "set_config") return;
  calls_functions_ = true;
  Raise(EffectOfFunction(name, event.code));
}

void Collector::AddWhere(const RawEvent& event) {
  const auto where = static_cast<Where>(event.code);
  facts_.where = facts_.where == Where::kNone ? where : std::min(facts_.where, where);
}

void Collector::AddLimit(const RawEvent& event) {
  const std::string_view digits = View(event.first);
  uint64_t limit = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
  if (error == std::errc{} && end == digits.data() + digits.size()) facts_.limit = limit;
}

void Collector::AddSetting(const RawEvent& event) {
  const int kind = event.code & ~kRawSetIsLocal;
  if (kind == kRawSetElsewhere) {
    if (ChangesRole(View(event.first))) Raise(kRawSetRole);
    return;
  }
  if (kind != kRawSetTransactionModes) {
    SettingUse& use = facts_.settings.emplace_back();
    use.name = LowerCase(View(event.first));
    if (event.second != nullptr) use.value = event.second;
    use.resets = kind == kRawSetDefault || kind == kRawResetAll;
    use.local = (event.code & kRawSetIsLocal) != 0;
  }
  if (kind == kRawResetAll) return;
  facts_.parameter = LowerCase(View(event.first));
  if (ChangesRole(facts_.parameter)) Raise(kRawSetRole);
  CheckSetting(event, kind);
}

void Collector::CheckSetting(const RawEvent& event, int kind) {
  switch (kind) {
    case kRawSetValue: {
      const bool allowed =
          event.second != nullptr &&
          CheckParameter(facts_.parameter, event.second) == ParameterVerdict::kAllowed;
      settings_allowed_ &= allowed;
      if (!allowed) NoteReading();
      return;
    }
    case kRawSetDefault:
      settings_allowed_ &= IsListedParameter(facts_.parameter);
      return;
    case kRawSetTransactionModes:
      return;
    default:
      settings_allowed_ = false;
      NoteReading();
  }
}

void Collector::NoteReading() {
  facts_.changes_encoding |= facts_.parameter == "client_encoding";
  facts_.changes_strings |= facts_.parameter == "standard_conforming_strings";
}

void Collector::ChangesAnything() {
  facts_.changes_encoding = true;
  facts_.changes_strings = true;
}

void Collector::AddSetConfig(const RawEvent& event) {
  SettingUse& use = facts_.settings.emplace_back();
  if (event.first == nullptr) {
    settings_allowed_ = false;
    ChangesAnything();
    return Raise(kRawSettingFunction);
  }
  use.name = LowerCase(View(event.first));
  use.value = View(event.second);
  use.local = (event.code & kRawSetIsLocal) != 0;
  facts_.parameter = use.name;
  if (ChangesRole(facts_.parameter)) return Raise(kRawSetRole);
  if (CheckParameter(facts_.parameter, View(event.second)) == ParameterVerdict::kAllowed) return;
  settings_allowed_ = false;
  NoteReading();
  Raise(kRawSettingFunction);
}

// When in doubt where the secret ends, to the end of the statement.
void Collector::AddSecret(const RawEvent& event) {
  const size_t end = size_t{facts_.offset} + facts_.length;
  const std::string_view text = sql_.substr(0, end);
  const auto after = event.location >= 0
                         ? std::optional<size_t>(static_cast<size_t>(event.location))
                         : EndOfWord(text, facts_.offset, "connection", mode_);
  const size_t from = after.value_or(facts_.offset);
  const auto literal = NextLiteral(text, from, mode_);
  const size_t begin = literal ? literal->begin : from;
  facts_.secrets.push_back({static_cast<uint32_t>(begin),
                            static_cast<uint32_t>((literal ? literal->end : end) - begin)});
}

}  // namespace portreeve::sql
