// The decisions that the sessions of one lane have in common: the same text, read in the same way
// on the same footing, is the same statement. Its one rule: what it does not know by every part of
// its key, it does not know. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/resolve.h"
#include "policy/policy.h"
#include "session/prepared_statement.h"
#include "session/reading.h"

namespace portreeve::session {

struct DecisionKey {
  std::string_view text;
  Reading reading;
  uint64_t footing = 0;
  bool operator==(const DecisionKey&) const = default;
};

class DecisionCache {
 public:
  static constexpr size_t kMaxBytes = size_t{16} << 20;
  // A longer text carries its data in it and will hardly come again.
  static constexpr size_t kMaxTextBytes = 16 * 1024;
  static constexpr size_t kMaxFootings = 256;

  explicit DecisionCache(size_t max_bytes = kMaxBytes) : max_bytes_(max_bytes) {}

  // Allocates nothing. Null: it is not here.
  std::shared_ptr<const PreparedStatement> Find(const DecisionKey& key);
  // Those that are too large, or hold secrets or names, are not taken.
  void Put(const Reading& reading, const std::shared_ptr<const PreparedStatement>& statement);

  // The same number for the same policy, grant, snapshot, meaning of names and masks (by their
  // key), as long as it is remembered; never the same for others.
  uint64_t FootingOf(const std::shared_ptr<const policy::Policy>& policy,
                     const policy::Grant& grant, const policy::ConnectionRef& connection,
                     const catalog::NameSpace& names, std::string_view masks = {});

  size_t bytes() const { return bytes_; }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    DecisionKey key;  // Its text is the statement's own.
    std::shared_ptr<const PreparedStatement> statement;
  };
  struct Hash {
    size_t operator()(const DecisionKey& key) const;
  };
  struct Footing {
    std::weak_ptr<const policy::Policy> policy;
    const policy::Grant* grant;  // The policy's own.
    std::weak_ptr<const catalog::Snapshot> snapshot;
    std::string rest;
    uint64_t number;
  };

  void DropLast();

  const size_t max_bytes_;
  size_t bytes_ = 0;
  std::list<Entry> entries_;  // The last used first.
  std::unordered_map<DecisionKey, std::list<Entry>::iterator, Hash> index_;
  std::vector<Footing> footings_;
  uint64_t next_footing_ = 1;
};

}  // namespace portreeve::session
