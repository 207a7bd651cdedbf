#include "session/decision_cache.h"

#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace portreeve::session {
namespace {

// Beside the statement itself.
constexpr size_t kEntryBytes = 256;

template <typename T>
bool IsSame(const std::weak_ptr<T>& kept, const std::shared_ptr<T>& other) {
  return !kept.owner_before(other) && !other.owner_before(kept);
}

void Append(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

std::string RestOf(const policy::ConnectionRef& connection, const catalog::NameSpace& names,
                   std::string_view masks) {
  std::string rest;
  Append(rest, connection.name);
  Append(rest, connection.database);
  for (const auto& [label, value] : connection.labels) {
    Append(rest, label);
    Append(rest, value);
  }
  rest += '/';
  Append(rest, masks);
  Append(rest, names.role);
  for (const std::string& path : names.search_paths) Append(rest, path);
  return rest;
}

}  // namespace

// Seeded by the process, so that no client can choose texts that meet.
size_t DecisionCache::Hash::operator()(const DecisionKey& key) const {
  const Reading& reading = key.reading;
  return absl::HashOf(absl::string_view(key.text.data(), key.text.size()), key.footing,
                      reading.standard_conforming_strings, reading.unsafe_encoding,
                      reading.strings_in_doubt, reading.encoding_in_doubt);
}

std::shared_ptr<const PreparedStatement> DecisionCache::Find(const DecisionKey& key) {
  if (key.text.size() > kMaxTextBytes) return nullptr;
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->statement;
}

void DecisionCache::Put(const Reading& reading,
                        const std::shared_ptr<const PreparedStatement>& statement) {
  if (statement->text.size() > kMaxTextBytes || !statement->redacted.empty() ||
      statement->uses_names) {
    return;
  }
  const size_t bytes = statement->bytes + kEntryBytes;
  if (bytes > max_bytes_) return;
  const DecisionKey key{statement->text, reading, statement->footing};
  if (index_.contains(key)) return;
  while (bytes_ + bytes > max_bytes_) DropLast();
  entries_.push_front({key, statement});
  index_.emplace(key, entries_.begin());
  bytes_ += bytes;
}

void DecisionCache::DropLast() {
  const Entry& last = entries_.back();
  bytes_ -= last.statement->bytes + kEntryBytes;
  index_.erase(last.key);
  entries_.pop_back();
}

uint64_t DecisionCache::FootingOf(const std::shared_ptr<const policy::Policy>& policy,
                                  const policy::Grant& grant,
                                  const policy::ConnectionRef& connection,
                                  const catalog::NameSpace& names, std::string_view masks) {
  // What a session has made itself, no other has.
  if (!names.made.empty()) return next_footing_++;
  std::string rest = RestOf(connection, names, masks);
  for (const Footing& footing : footings_) {
    if (footing.grant == &grant && IsSame(footing.policy, policy) &&
        IsSame(footing.snapshot, names.snapshot) && footing.rest == rest) {
      return footing.number;
    }
  }
  if (footings_.size() >= kMaxFootings) footings_.erase(footings_.begin());
  footings_.push_back({policy, &grant, names.snapshot, std::move(rest), next_footing_});
  return next_footing_++;
}

}  // namespace portreeve::session
