// The statements' side of the model: transactions, names, settings, and who may run what.

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/check.h"
#include "model_server.h"
#include "wire/backend.h"

namespace portreeve::session {
namespace {

using sql::NameUse;
using sql::StatementClass;
using sql::StatementFacts;
using sql::SubClass;

// What kRules say, in other words.
bool Allows(size_t rules, const StatementFacts& facts) {
  const StatementClass kind = facts.statement_class;
  const bool known = kind != StatementClass::kUnknown;
  switch (rules) {
    case 0:
      return true;
    case 1:
      return facts.housekeeping || kind == StatementClass::kRead;
    case 2:
      return facts.housekeeping || kind == StatementClass::kRead || kind == StatementClass::kWrite;
    default:
      return known && facts.sub_class != SubClass::kDelete;
  }
}

bool IsRead(const StatementFacts& facts) {
  return facts.statement_class == StatementClass::kRead ||
         facts.statement_class == StatementClass::kMisc;
}

// The first word in capitals, and whether anything but an end, or a word that adds nothing,
// follows.
std::pair<std::string, bool> Command(std::string_view sql) {
  std::vector<std::string> words(1);
  for (const char c : sql) {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      words.back() += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
    if (words.size() > 3) break;
  }
  const bool alone =
      words.size() == 1 || words[1].empty() || words[1] == "WORK" || words[1] == "TRANSACTION";
  return {words[0], alone};
}

}  // namespace

bool ModelServer::ExitsBlock(const Text& text) {
  if (text.facts.statements.size() != 1) return text.facts.statements.empty();
  const StatementFacts& facts = text.facts.statements.front();
  if (facts.sub_class != SubClass::kTransaction) return false;
  const std::string word = Command(text.sql).first;
  return word == "COMMIT" || word == "END" || word == "ROLLBACK" || word == "ABORT";
}

bool ModelServer::GivesRows(const Text& text) {
  if (text.facts.statements.size() != 1) return false;
  const SubClass sub_class = text.facts.statements.front().sub_class;
  return sub_class == SubClass::kSelect || sub_class == SubClass::kShow ||
         sub_class == SubClass::kExplain || sub_class == SubClass::kFetch ||
         sub_class == SubClass::kCursor;
}

ModelServer::TextPtr ModelServer::Part(const Text& text, const StatementFacts& facts) {
  auto part = std::make_shared<Text>();
  part->sql = text.sql.substr(facts.offset, facts.length);
  part->facts.statements.push_back(facts);
  part->facts.statements.front().name_use = NameUse::kNone;
  return part;
}

void ModelServer::CheckAllowed(const Text& text) const {
  if (tainted_) return;
  const auto& all = text.facts.statements;
  PORTREEVE_CHECK(std::all_of(all.begin(), all.end(), [this](const StatementFacts& facts) {
    return Allows(at_hand_.rules, facts);
  }));
  const bool readable = !text.facts.syntax_error && !text.facts.not_examined;
  PORTREEVE_CHECK(readable || at_hand_.rules == 0);
}

void ModelServer::CheckDurable(const Text& text) const {
  if (tainted_ || at_hand_.durable) return;
  const auto& all = text.facts.statements;
  PORTREEVE_CHECK(std::all_of(all.begin(), all.end(), IsRead));
}

ModelServer::Step ModelServer::Run(const Text& text, const StatementFacts& facts, bool described) {
  if (FailsNow()) return Fail("XX000");
  if (block_ == 'E' && !ExitsBlock(*Part(text, facts))) return Fail("25P02");
  const bool changes =
      facts.name_use != NameUse::kNone || facts.changes_strings || facts.changes_encoding;
  tainted_ |= changes && at_hand_.record.classes().empty();
  if (facts.name_use != NameUse::kNone) return RunByName(text, facts, described);
  return RunPlain(text, facts, described);
}

ModelServer::Step ModelServer::RunByName(const Text& text, const StatementFacts& facts,
                                         bool described) {
  switch (facts.name_use) {
    case NameUse::kPrepare:
      if (!statements_.emplace(facts.name, Part(text, facts)).second) return Fail("42P05");
      Say(wire::CommandComplete{"PREPARE"});
      return Step::kDone;
    case NameUse::kExecute:
      return RunPrepared(facts, described);
    case NameUse::kDeclare:
      return Declare(text, facts);
    case NameUse::kFetch:
      return Fetch(facts);
    default:
      return Remove(facts);
  }
}

ModelServer::Step ModelServer::RunPrepared(const StatementFacts& facts, bool described) {
  const auto found = statements_.find(facts.name);
  if (found == statements_.end() || facts.name.empty()) return Fail("26000");
  const TextPtr inner = found->second;
  CheckAllowed(*inner);
  CheckDurable(*inner);
  if (inner->facts.statements.empty()) return Fail("0A000");
  const StatementFacts& runs = inner->facts.statements.front();
  // The gateway would not see what it does to names.
  PORTREEVE_CHECK(runs.name_use == NameUse::kNone || tainted_);
  if (runs.name_use != NameUse::kNone) return Fail("0A000");
  return RunPlain(*inner, runs, described);
}

ModelServer::Step ModelServer::Declare(const Text& text, const StatementFacts& facts) {
  const TextPtr cursor = Part(text, facts);
  std::string upper = cursor->sql;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const bool held = upper.find("WITH HOLD") != std::string::npos;
  if (!held && block_ == 'I' && !implicit_block_) return Fail("25P01");
  if (!portals_.emplace(facts.name, Portal{.text = cursor, .held = held}).second) {
    return Fail("42P03");
  }
  Say(wire::CommandComplete{"DECLARE CURSOR"});
  return Step::kDone;
}

ModelServer::Step ModelServer::Fetch(const StatementFacts& facts) {
  const auto found = portals_.find(facts.name);
  if (found == portals_.end() || facts.name.empty()) return Fail("34000");
  const TextPtr cursor = found->second.text;
  if (!found->second.committed) {
    CheckAllowed(*cursor);
    CheckDurable(*cursor);
    const auto& all = cursor->facts.statements;
    PORTREEVE_CHECK(tainted_ || all.empty() || all.front().name_use == NameUse::kNone);
  }
  if (cursor->facts.statements.empty()) return Fail("34000");
  return GiveRows("FETCH ", !extended_);
}

ModelServer::Step ModelServer::Remove(const StatementFacts& facts) {
  if (facts.name_use == NameUse::kDiscardAll) {
    if (block_ != 'I' || implicit_block_) return Fail("25001");
    statements_.clear();
    portals_.clear();
    settings_ = {};
    Say(wire::CommandComplete{"DISCARD ALL"});
    return Step::kDone;
  }
  const bool closes = facts.name_use == NameUse::kClose;
  if (facts.name.empty()) {
    closes ? portals_.clear() : statements_.clear();
  } else if ((closes ? portals_.erase(facts.name) : statements_.erase(facts.name)) == 0) {
    return Fail(closes ? "34000" : "26000");
  }
  Say(wire::CommandComplete{closes ? "CLOSE CURSOR" : "DEALLOCATE"});
  return Step::kDone;
}

ModelServer::Step ModelServer::RunPlain(const Text& text, const StatementFacts& facts,
                                        bool described) {
  if (facts.copies_in) {
    Say(wire::CopyInResponse{});
    copying_ = true;
    return Step::kCopies;
  }
  switch (facts.sub_class) {
    case SubClass::kTransaction:
      return Control(text.sql.substr(facts.offset, facts.length));
    case SubClass::kCopyOut:
      Say(wire::CopyOutResponse{});
      for (uint32_t i = 0; i < rows_; ++i) Say(wire::CopyData{"1\n"});
      Say(wire::CopyDone{});
      Say(wire::CommandComplete{"COPY 1"});
      return Step::kDone;
    case SubClass::kSelect:
    case SubClass::kShow:
    case SubClass::kExplain:
    case SubClass::kCursor:
      Set(facts);
      return GiveRows("SELECT ", described);
    default:
      Set(facts);
      Say(wire::CommandComplete{"DONE"});
      return Step::kDone;
  }
}

void ModelServer::Set(const StatementFacts& facts) {
  const bool all = facts.sub_class == SubClass::kReset && facts.parameter.empty();
  if (facts.changes_strings) {
    settings_.conforming = false;
  } else if (all || facts.parameter == "standard_conforming_strings") {
    settings_.conforming = true;
  }
  if (facts.changes_encoding) {
    settings_.unsafe_encoding = true;
  } else if (all || facts.parameter == "client_encoding") {
    settings_.unsafe_encoding = false;
  }
}

ModelServer::Step ModelServer::GiveRows(std::string_view tag, bool described) {
  if (described) {
    wire::RowDescription row;
    row.fields.push_back({.name = "a"});
    Say(row);
  }
  const std::optional<std::string_view> values[] = {"1"};
  const std::string packed = wire::Values::Pack(values);
  const uint32_t left = rows_ > given_ ? rows_ - given_ : 0;
  const uint32_t now = max_rows_ > 0 ? std::min(left, max_rows_) : left;
  for (uint32_t i = 0; i < now; ++i) Say(wire::DataRow{wire::Values(1, packed)});
  given_ += now;
  suspended_ = now < left;
  if (suspended_) {
    Say(wire::PortalSuspended{});
  } else {
    Say(wire::CommandComplete{std::string(tag) + std::to_string(now)});
  }
  return Step::kDone;
}

ModelServer::Step ModelServer::Control(std::string_view sql) {
  const auto [word, alone] = Command(sql);
  if (word == "BEGIN" || word == "START") {
    if (block_ == 'I') block_ = 'T';
  } else if (!alone) {
    return Fail("0A000");
  } else if (word == "COMMIT" || word == "END") {
    block_ == 'E' ? Abort() : Commit();
    block_ = 'I';
  } else if (word == "ROLLBACK" || word == "ABORT") {
    Abort();
    block_ = 'I';
  } else {
    return Fail("0A000");
  }
  Say(wire::CommandComplete{word});
  return Step::kDone;
}

void ModelServer::Commit() {
  std::erase_if(portals_, [](const auto& entry) { return !entry.second.held; });
  for (auto& [name, portal] : portals_) portal.committed = true;
  before_ = settings_;
}

void ModelServer::Abort() {
  std::erase_if(portals_, [](const auto& entry) { return !entry.second.committed; });
  settings_ = before_;
}

}  // namespace portreeve::session
