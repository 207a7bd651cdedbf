#include "session/name_table.h"

#include <utility>

namespace portreeve::session {
namespace {

// Goes back to the meaning that stands, as far as the server has spoken. A failed Parse of the
// unnamed statement leaves none: the server forgets the old one first.
void Settle(std::shared_ptr<NameEntry>& entry, bool unnamed) {
  while (entry != nullptr) {
    const NameState state = entry->state.load();
    if (state == NameState::kPending) return;
    if (state == NameState::kConfirmed) {
      entry->previous = nullptr;
      return;
    }
    const bool forgotten = unnamed && state == NameState::kFailed;
    entry = forgotten ? nullptr : std::shared_ptr<NameEntry>(entry->previous);
  }
}

}  // namespace

std::shared_ptr<NameEntry> NameTable::Set(std::string_view name, uint64_t segment,
                                          std::shared_ptr<const PreparedStatement> statement) {
  auto entry = std::make_shared<NameEntry>();
  entry->statement = std::move(statement);
  entry->segment = segment;
  std::shared_ptr<NameEntry>* slot = &unnamed_;
  if (!name.empty()) {
    auto found = names_.find(name);
    if (found == names_.end()) found = names_.emplace(std::string(name), nullptr).first;
    slot = &found->second;
  }
  Settle(*slot, name.empty());
  entry->previous = std::move(*slot);
  *slot = entry;
  return entry;
}

Lookup NameTable::Find(std::string_view name, uint64_t segment,
                       std::shared_ptr<const PreparedStatement>& statement) {
  auto found = names_.end();
  std::shared_ptr<NameEntry>* slot = &unnamed_;
  if (!name.empty()) {
    found = names_.find(name);
    if (found == names_.end()) return Lookup::kUnknown;
    slot = &found->second;
  }
  Settle(*slot, name.empty());
  const NameEntry* entry = slot->get();
  if (entry == nullptr ||
      (entry->statement == nullptr && entry->state.load() == NameState::kConfirmed)) {
    if (found != names_.end()) names_.erase(found);
    return Lookup::kUnknown;
  }
  // Within the segment the message shares the fate of what it relies on.
  if (entry->state.load() == NameState::kPending && entry->segment != segment) {
    return Lookup::kUndecided;
  }
  if (entry->statement == nullptr) return Lookup::kUnknown;
  statement = entry->statement;
  return Lookup::kFound;
}

}  // namespace portreeve::session
