// Turns the events of one statement into its facts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/facts.h"
#include "sql/parser.h"
#include "sql/raw_parse.h"

namespace portreeve::sql {

class Collector {
 public:
  // `sql` is the whole text; `facts` have their extent in it.
  Collector(std::string_view sql, const LexerMode& mode, StatementFacts* facts)
      : sql_(sql), mode_(mode), facts_(*facts) {}

  void Add(const RawEvent& event);
  // When all events were added.
  void Finish();

 private:
  void Raise(RawEffect effect);
  void RefuseToKnow(std::string reason);
  void AddRelation(const RawEvent& event);
  void AddRange(const RawEvent& event);
  void AddColumn(const RawEvent& event);
  void AddFunction(const RawEvent& event);
  void AddWhere(const RawEvent& event);
  void AddLimit(const RawEvent& event);
  void AddSetting(const RawEvent& event);
  void AddSetConfig(const RawEvent& event);
  void CheckSetting(const RawEvent& event, int kind);
  void AddName(const RawEvent& event);
  void AddSecret(const RawEvent& event);
  void NoteReading();
  void ChangesAnything();

  const std::string_view sql_;
  const LexerMode& mode_;
  StatementFacts& facts_;
  RawEffect effect_ = kRawNothing;
  uint32_t last_relation_ = kNoIndex;
  bool explains_ = false;
  bool settings_allowed_ = true;
  bool calls_functions_ = false;
};

}  // namespace portreeve::sql
