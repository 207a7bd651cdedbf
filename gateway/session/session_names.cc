#include "session/session_names.h"

#include <utility>

namespace portreeve::session {
namespace {

using sql::NameUse;
using sql::StatementFacts;

// An earlier statement of the same text makes the name that statement `index` uses.
bool MadeBefore(const sql::Facts& facts, size_t index) {
  const StatementFacts& user = facts.statements[index];
  const NameUse maker = user.name_use == NameUse::kExecute ? NameUse::kPrepare : NameUse::kDeclare;
  for (size_t i = 0; i < index; ++i) {
    const StatementFacts& earlier = facts.statements[i];
    if (earlier.name_use == maker && earlier.name == user.name) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<const PreparedStatement> SessionNames::Hold(
    std::shared_ptr<const PreparedStatement> statement) {
  held_->fetch_add(statement->bytes);
  const PreparedStatement* bare = statement.get();
  return {bare, [held = held_, kept = std::move(statement)](const PreparedStatement*) {
            held->fetch_sub(kept->bytes);
          }};
}

void SessionNames::ForgetPortals(const Conversation::View& view) {
  if (view.idle && !view.in_transaction) portals_.Clear();
}

bool SessionNames::Resolve(const PreparedStatement& statement, uint64_t segment,
                           Reliance& reliance) {
  if (!statement.uses_names) return true;
  for (size_t i = 0; i < statement.facts.statements.size(); ++i) {
    const StatementFacts& facts = statement.facts.statements[i];
    const bool executes = facts.name_use == NameUse::kExecute;
    if (!executes && facts.name_use != NameUse::kFetch) continue;
    if (MadeBefore(statement.facts, i)) continue;
    std::shared_ptr<const PreparedStatement> found;
    std::shared_ptr<NameEntry> entry;
    switch ((executes ? statements_ : portals_).Find(facts.name, segment, found, &entry)) {
      case Lookup::kUndecided:
        return false;
      case Lookup::kUnknown:
        reliance.unknown = true;
        reliance.unknown_statement |= executes;
        break;
      case Lookup::kFound:
        reliance.on.push_back(std::move(found));
        reliance.places.push_back(i);
        if (entry->count != nullptr) reliance.counts.push_back({i, entry->count});
        break;
    }
  }
  return true;
}

void SessionNames::Change(const PreparedStatement& statement, uint64_t segment, Turn& turn) {
  if (!statement.uses_names) return;
  const auto add = [&](size_t index, std::shared_ptr<NameEntry> entry) {
    if (entry != nullptr) turn.changes.push_back({index, std::move(entry)});
  };
  for (size_t i = 0; i < statement.facts.statements.size(); ++i) {
    const StatementFacts& facts = statement.facts.statements[i];
    switch (facts.name_use) {
      case NameUse::kPrepare:
        add(i, statements_.Set(facts.name, segment, Hold(statement.makes[i])));
        break;
      case NameUse::kDeclare:
        add(i, portals_.Set(facts.name, segment, Hold(statement.makes[i])));
        break;
      case NameUse::kDeallocate:
      case NameUse::kClose: {
        NameTable& table = facts.name_use == NameUse::kClose ? portals_ : statements_;
        add(i, facts.name.empty() ? table.RemoveAll(segment)
                                  : table.Set(facts.name, segment, nullptr));
        break;
      }
      case NameUse::kDiscardAll:
        add(i, statements_.RemoveAll(segment));
        add(i, portals_.RemoveAll(segment));
        break;
      case NameUse::kNone:
      case NameUse::kExecute:
      case NameUse::kFetch:
        break;
    }
  }
}

}  // namespace portreeve::session
