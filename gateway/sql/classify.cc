#include "sql/classify.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "sql/known_functions.h"
#include "sql/session_parameters.h"

namespace portreeve::sql {
namespace {

// By RawEffect, in its order.
constexpr std::array<EffectMeaning, kRawEffectCount> kMeanings = {{
    {StatementClass::kMisc, SubClass::kUnknown, false},          // kRawNothing
    {StatementClass::kMisc, SubClass::kTransaction, true},       // kRawTransaction
    {StatementClass::kMisc, SubClass::kShow, true},              // kRawShow
    {StatementClass::kMisc, SubClass::kClose, true},             // kRawClose
    {StatementClass::kMisc, SubClass::kDeallocate, true},        // kRawDeallocate
    {StatementClass::kMisc, SubClass::kFetch, true},             // kRawFetch
    {StatementClass::kMisc, SubClass::kExecute, true},           // kRawExecute
    {StatementClass::kMisc, SubClass::kUnlisten, true},          // kRawUnlisten
    {StatementClass::kMisc, SubClass::kDiscard, true},           // kRawDiscard
    {StatementClass::kMisc, SubClass::kReset, true},             // kRawReset
    {StatementClass::kMisc, SubClass::kSet, true},               // kRawSet
    {StatementClass::kMisc, SubClass::kExecute, false},          // kRawExecuteComputed
    {StatementClass::kMisc, SubClass::kListen, false},           // kRawListen
    {StatementClass::kMisc, SubClass::kNotify, false},           // kRawNotify
    {StatementClass::kMisc, SubClass::kVacuum, false},           // kRawAnalyze
    {StatementClass::kMisc, SubClass::kLock, false},             // kRawLock
    {StatementClass::kMisc, SubClass::kVacuum, false},           // kRawVacuum
    {StatementClass::kMisc, SubClass::kTwoPhase, false},         // kRawTwoPhase
    {StatementClass::kMisc, SubClass::kCheckpoint, false},       // kRawCheckpoint
    {StatementClass::kMisc, SubClass::kLoad, false},             // kRawLoad
    {StatementClass::kRead, SubClass::kSelect, false},           // kRawSelect
    {StatementClass::kRead, SubClass::kPrepare, false},          // kRawPrepare
    {StatementClass::kRead, SubClass::kCursor, false},           // kRawCursor
    {StatementClass::kRead, SubClass::kCopyOut, false},          // kRawCopyOut
    {StatementClass::kRead, SubClass::kExplain, false},          // kRawExplain
    {StatementClass::kFunction, SubClass::kSet, false},          // kRawSettingFunction
    {StatementClass::kFunction, SubClass::kCall, false},         // kRawFunction
    {StatementClass::kFunction, SubClass::kCall, false},         // kRawCall
    {StatementClass::kFunction, SubClass::kReplication, false},  // kRawReplicationFunction
    {StatementClass::kFunction, SubClass::kDoBlock, false},      // kRawDo
    {StatementClass::kWrite, SubClass::kCall, false},            // kRawWriteFunction
    {StatementClass::kWrite, SubClass::kInsert, false},          // kRawInsert
    {StatementClass::kWrite, SubClass::kCopyIn, false},          // kRawCopyIn
    {StatementClass::kWrite, SubClass::kUpdate, false},          // kRawUpdate
    {StatementClass::kWrite, SubClass::kMerge, false},           // kRawMerge
    {StatementClass::kWrite, SubClass::kDelete, false},          // kRawDelete
    {StatementClass::kWrite, SubClass::kTruncate, false},        // kRawTruncate
    {StatementClass::kWrite, SubClass::kCopyFile, false},        // kRawCopyFile
    {StatementClass::kWrite, SubClass::kCopyProgram, false},     // kRawCopyProgram
    {StatementClass::kDdl, SubClass::kComment, false},           // kRawComment
    {StatementClass::kDdl, SubClass::kDdl, false},               // kRawDdl
    {StatementClass::kRole, SubClass::kRole, false},             // kRawRole
    {StatementClass::kRole, SubClass::kSetRole, false},          // kRawSetRole
    {StatementClass::kUnknown, SubClass::kUnknown, false},       // kRawUnknown
}};

static_assert(std::ranges::is_sorted(kMeanings, {}, &EffectMeaning::statement_class));

constexpr size_t kFewNames = 32;
constexpr std::string_view kSpaces = " \t\n\r\f\v";

std::string_view View(const char* text) { return text == nullptr ? std::string_view{} : text; }

std::string LowerCase(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

// The parser cuts a name at NAMEDATALEN by bytes, the server between two characters.
std::string NameAsKept(std::string_view name) {
  size_t end = name.size();
  while (end > 0 && (static_cast<uint8_t>(name[end - 1]) & 0xc0) == 0x80) --end;
  if (end == 0) return std::string(name);
  const auto lead = static_cast<uint8_t>(name[end - 1]);
  const size_t wanted = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::string(name.substr(0, name.size() - end + 1 < wanted ? end - 1 : name.size()));
}

// Keeps each value once: in order while there are few, sorted when a linear search would not do.
template <typename T, typename Key>
void KeepOnce(std::vector<T>& values, Key key) {
  const auto equal = [&](const T& a, const T& b) { return key(a) == key(b); };
  if (values.size() <= kFewNames) {
    auto end = values.begin();
    for (auto it = values.begin(); it != values.end(); ++it) {
      if (std::any_of(values.begin(), end, [&](const T& seen) { return equal(seen, *it); }))
        continue;
      if (it != end) *end = std::move(*it);
      ++end;
    }
    values.erase(end, values.end());
    return;
  }
  std::ranges::sort(values, {}, key);
  values.erase(std::unique(values.begin(), values.end(), equal), values.end());
}

Access AccessOf(uint16_t raw) {
  if (raw == kRawAccessRead) return Access::kRead;
  return raw == kRawAccessWrite ? Access::kUpdate : Access::kDdl;
}

// Collects one statement.
class Collector {
 public:
  explicit Collector(StatementFacts* facts) : facts_(facts) {}

  void Add(const RawEvent& event) {
    switch (event.kind) {
      case kRawHasEffect:
        return Raise(static_cast<RawEffect>(event.code));
      case kRawRelation:
        return AddRelation(event);
      case kRawFunctionName:
        return AddFunction(event);
      case kRawSetting:
        return AddSetting(event);
      case kRawSetConfig:
        return AddSetConfig(event);
      case kRawShown:
        facts_->parameter = LowerCase(View(event.first));
        return;
      case kRawNameUsed:
        return AddName(event);
      case kRawCopiesIn:
        facts_->copies_in = true;
        return;
      case kRawLocksRows:
        facts_->locks_rows = true;
        return;
      case kRawNoWhere:
        facts_->where = Where::kAbsent;
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

  void Finish() {
    const EffectMeaning meaning = MeaningOf(effect_);
    facts_->statement_class = meaning.statement_class;
    facts_->sub_class = meaning.sub_class;
    facts_->housekeeping =
        meaning.housekeeping && settings_allowed_ && !calls_functions_ && facts_->relations.empty();
    KeepOnce(facts_->relations, [](const RelationUse& use) {
      return std::tuple<std::string_view, std::string_view, Access>(use.schema, use.name,
                                                                    use.access);
    });
    KeepOnce(facts_->functions, [](const FunctionUse& use) {
      return std::tuple<std::string_view, std::string_view, uint32_t>(use.schema, use.name,
                                                                      use.arguments);
    });
  }

 private:
  void Raise(RawEffect effect) {
    effect_ = std::max(effect_, effect);
    explains_ |= effect == kRawExplain;
  }

  void AddName(const RawEvent& event) {
    // EXPLAIN ANALYZE runs what it explains but makes no name.
    if (explains_ && event.code != kRawNameExecute) return;
    facts_->name_use = static_cast<NameUse>(event.code);
    facts_->name = NameAsKept(View(event.first));
  }

  void RefuseToKnow(std::string reason) {
    Raise(kRawUnknown);
    facts_->unknown_reason = std::move(reason);
  }

  void AddRelation(const RawEvent& event) {
    const Access access = AccessOf(event.code);
    const std::string_view schema = View(event.first);
    // An UPDATE of this view is a SET of any parameter, the role included (PostgreSQL 54.24).
    if (event.code == kRawAccessWrite && View(event.second) == "pg_settings") {
      Raise(kRawSetRole);
      ChangesAnything();
    }
    facts_->relations.push_back({std::string{schema}, std::string{View(event.second)}, access});
  }

  void AddFunction(const RawEvent& event) {
    const std::string_view name = View(event.second);
    facts_->functions.push_back({std::string{View(event.first)}, std::string{name}, event.code});
    if (name == "set_config") return;
    calls_functions_ = true;
    Raise(EffectOfFunction(name, event.code));
  }

  void AddSetting(const RawEvent& event) {
    facts_->parameter = LowerCase(View(event.first));
    if (ChangesRole(facts_->parameter)) Raise(kRawSetRole);
    switch (event.code) {
      case kRawSetValue: {
        const bool allowed =
            event.second != nullptr &&
            CheckParameter(facts_->parameter, event.second) == ParameterVerdict::kAllowed;
        settings_allowed_ &= allowed;
        if (!allowed) NoteReading();
        return;
      }
      case kRawSetDefault:
        settings_allowed_ &= IsListedParameter(facts_->parameter);
        return;
      case kRawSetTransactionModes:
        return;
      default:
        settings_allowed_ = false;
        NoteReading();
    }
  }

  void NoteReading() {
    facts_->changes_encoding |= facts_->parameter == "client_encoding";
    facts_->changes_strings |= facts_->parameter == "standard_conforming_strings";
  }

  void ChangesAnything() {
    facts_->changes_encoding = true;
    facts_->changes_strings = true;
  }

  void AddSetConfig(const RawEvent& event) {
    if (event.first == nullptr) {
      settings_allowed_ = false;
      ChangesAnything();
      return Raise(kRawSettingFunction);
    }
    facts_->parameter = LowerCase(View(event.first));
    if (ChangesRole(facts_->parameter)) return Raise(kRawSetRole);
    if (CheckParameter(facts_->parameter, View(event.second)) == ParameterVerdict::kAllowed) return;
    settings_allowed_ = false;
    NoteReading();
    Raise(kRawSettingFunction);
  }

  StatementFacts* facts_;
  RawEffect effect_ = kRawNothing;
  bool explains_ = false;
  bool settings_allowed_ = true;
  bool calls_functions_ = false;
};

// Where the statement's text stands, without the white space around it.
void SetExtent(std::string_view sql, const RawEvent& event, StatementFacts& facts) {
  const size_t size = sql.size();
  const size_t begin = std::min(size, static_cast<size_t>(std::max(event.location, 0)));
  const size_t length = event.length > 0 ? static_cast<size_t>(event.length) : size - begin;
  const std::string_view text = sql.substr(begin, length);
  const size_t first = std::min(text.find_first_not_of(kSpaces), text.size());
  const size_t last = text.find_last_not_of(kSpaces);
  facts.offset = static_cast<uint32_t>(begin + first);
  facts.length = last == std::string_view::npos ? 0 : static_cast<uint32_t>(last + 1 - first);
}

}  // namespace

EffectMeaning MeaningOf(RawEffect effect) { return kMeanings[static_cast<size_t>(effect)]; }

std::vector<StatementFacts> Classify(std::string_view sql, std::span<const RawEvent> events) {
  std::vector<StatementFacts> statements;
  for (size_t i = 0; i < events.size();) {
    StatementFacts& facts = statements.emplace_back();
    SetExtent(sql, events[i], facts);
    Collector collector(&facts);
    for (++i; i < events.size() && events[i].kind != kRawStatement; ++i) collector.Add(events[i]);
    collector.Finish();
  }
  return statements;
}

}  // namespace portreeve::sql
