#include "session/name_table.h"

#include <algorithm>
#include <utility>

namespace portreeve::session {

// Drops what has been superseded and what never came to be. Spent places are given back when they
// are half of all, so that a long pipeline is not moved about at each step.
void NameTable::Settle(Slot& slot) const {
  auto& meanings = slot.meanings;
  size_t& first = slot.first;
  const auto drop_first = [&] { meanings[first++].entry.reset(); };
  while (!slot.empty()) {
    Meaning& standing = meanings[first];
    const NameState state = standing.entry->state.load();
    if (state == NameState::kPending) break;
    if (state == NameState::kFailed || standing.serial < gone_before_) {
      drop_first();
      continue;
    }
    const bool alone = first + 1 == meanings.size();
    const NameState next = alone ? NameState::kPending : meanings[first + 1].entry->state.load();
    if (next == NameState::kPending) {
      if (alone && standing.entry->statement == nullptr) drop_first();
      break;
    }
    if (next == NameState::kFailed) meanings[first + 1] = std::move(standing);
    drop_first();
  }
  if (slot.empty()) {
    std::vector<Meaning>().swap(meanings);
    first = 0;
  } else if (first > meanings.size() / 2) {
    meanings.erase(meanings.begin(), meanings.begin() + static_cast<ptrdiff_t>(first));
    first = 0;
  }
}

void NameTable::SettleRemovals() {
  while (!removals_.empty()) {
    const NameState state = removals_.front().entry->state.load();
    if (state == NameState::kPending) return;
    if (state == NameState::kConfirmed) gone_before_ = removals_.front().serial;
    removals_.pop_front();
  }
}

void NameTable::SettleNames() {
  while (!unsettled_.empty() && unsettled_.front().entry->state.load() != NameState::kPending) {
    const auto found = names_.find(unsettled_.front().name);
    if (found != names_.end()) {
      Settle(found->second);
      if (found->second.empty()) names_.erase(found);
    }
    unsettled_.pop_front();
  }
}

std::shared_ptr<NameEntry> NameTable::Set(std::string_view name, uint64_t segment,
                                          std::shared_ptr<const PreparedStatement> statement) {
  name = name.substr(0, kMaxNameBytes);
  SettleRemovals();
  SettleNames();
  auto entry = std::make_shared<NameEntry>();
  entry->statement = std::move(statement);
  entry->segment = segment;
  if (counts_ && entry->statement != nullptr) entry->count = std::make_shared<ResultCount>();
  Slot* slot = &unnamed_;
  if (!name.empty()) {
    auto found = names_.find(name);
    if (found == names_.end()) {
      if (entry->statement == nullptr) return nullptr;
      found = names_.emplace(std::string(name), Slot()).first;
    }
    slot = &found->second;
    unsettled_.push_back({std::string(name), entry});
  }
  Settle(*slot);
  slot->meanings.push_back({next_serial_++, entry});
  return entry;
}

std::shared_ptr<NameEntry> NameTable::RemoveAll(uint64_t segment) {
  SettleRemovals();
  auto entry = std::make_shared<NameEntry>();
  entry->segment = segment;
  removals_.push_back({next_serial_++, entry});
  return entry;
}

void NameTable::Clear() {
  unnamed_ = Slot();
  names_.clear();
  unsettled_.clear();
  removals_.clear();
}

Lookup NameTable::Find(std::string_view name, uint64_t segment,
                       std::shared_ptr<const PreparedStatement>& statement,
                       std::shared_ptr<NameEntry>* entry) {
  name = name.substr(0, kMaxNameBytes);
  SettleRemovals();
  SettleNames();
  Slot* slot = &unnamed_;
  if (!name.empty()) {
    const auto found = names_.find(name);
    if (found == names_.end()) return Lookup::kUnknown;
    slot = &found->second;
  }
  Settle(*slot);
  if (slot->empty()) return Lookup::kUnknown;
  const Meaning& meaning = slot->meanings.back();
  const bool removed = !removals_.empty() && removals_.back().serial > meaning.serial;
  const std::shared_ptr<NameEntry>& found = removed ? removals_.back().entry : meaning.entry;
  // Within the segment the message shares the fate of what it relies on.
  if (found->state.load() == NameState::kPending && found->segment != segment) {
    return Lookup::kUndecided;
  }
  if (found->statement == nullptr) return Lookup::kUnknown;
  statement = found->statement;
  if (entry != nullptr) *entry = found;
  return Lookup::kFound;
}

bool NameTable::full() {
  if (names_.size() < kMaxNames) return false;
  SettleRemovals();
  SettleNames();
  if (gone_before_ > oldest_) Sweep();
  return names_.size() >= kMaxNames;
}

void NameTable::Sweep() {
  oldest_ = next_serial_;
  for (auto slot = names_.begin(); slot != names_.end();) {
    Settle(slot->second);
    if (slot->second.empty()) {
      slot = names_.erase(slot);
      continue;
    }
    oldest_ = std::min(oldest_, slot->second.meanings[slot->second.first].serial);
    ++slot;
  }
}

}  // namespace portreeve::session
