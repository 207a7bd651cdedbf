#include "sql/classify.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sql/collector.h"

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
    {StatementClass::kDdl, SubClass::kImportSchema, false},      // kRawImportSchema
    {StatementClass::kDdl, SubClass::kSubscription, false},      // kRawSubscription
    {StatementClass::kDdl, SubClass::kAlterSystem, false},       // kRawAlterSystem
    {StatementClass::kDdl, SubClass::kServerCode, false},        // kRawServerCode
    {StatementClass::kRole, SubClass::kRole, false},             // kRawRole
    {StatementClass::kRole, SubClass::kSetRole, false},          // kRawSetRole
    {StatementClass::kUnknown, SubClass::kUnknown, false},       // kRawUnknown
}};

static_assert(std::ranges::is_sorted(kMeanings, {}, &EffectMeaning::statement_class));

constexpr std::string_view kSpaces = " \t\n\r\f\v";

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

std::vector<StatementFacts> Classify(std::string_view sql, const LexerMode& mode,
                                     std::span<const RawEvent> events) {
  std::vector<StatementFacts> statements;
  for (size_t i = 0; i < events.size();) {
    StatementFacts& facts = statements.emplace_back();
    SetExtent(sql, events[i], facts);
    Collector collector(sql, mode, &facts);
    for (++i; i < events.size() && events[i].kind != kRawStatement; ++i) collector.Add(events[i]);
    collector.Finish();
  }
  return statements;
}

}  // namespace portreeve::sql
