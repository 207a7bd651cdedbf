// The names of prepared statements, or those of portals, as the server has them. A name changes
// only when the server says so; until then the change is pending, and what stood before is kept
// behind it.
//
// A name that is here and not in the server does no harm: the server says so when it is used. Every
// way in which the server can come to have another statement under a name must go through Set().
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "session/prepared_statement.h"
#include "session/result_limits.h"

namespace portreeve::session {

struct PortalMasks;

// kFailed: the server refused it or passed it over.
enum class NameState : uint8_t { kPending, kConfirmed, kFailed };

// One meaning of a name. `state` is set by the answer hand, in the order of the requests, and read
// by the request hand.
struct NameEntry {
  std::atomic<NameState> state{NameState::kPending};
  std::shared_ptr<const PreparedStatement> statement;  // Null: nothing has the name any more.
  uint64_t segment = 0;                                // Syncs sent before it.
  SharedCount count;                                   // What a portal has given; null: not asked.
  std::shared_ptr<PortalMasks> masks;                  // Of a portal; request hand only.
};

enum class Lookup { kFound, kUnknown, kUndecided };

// Request hand only, but for the entries' states.
class NameTable {
 public:
  static constexpr size_t kMaxNames = 10'000;
  // NAMEDATALEN - 1: the server tells names apart by so many bytes only.
  static constexpr size_t kMaxNameBytes = 63;
  // Of a change that does not share the fate of what follows it up to Sync, as in a simple Query.
  static constexpr uint64_t kNoSegment = UINT64_MAX;

  // The server is asked to give `name` a meaning, or to take it away (null). `segment` counts the
  // Syncs sent so far: within one segment an error makes the server pass over all that follows.
  // Returns null if there is nothing to take away.
  std::shared_ptr<NameEntry> Set(std::string_view name, uint64_t segment,
                                 std::shared_ptr<const PreparedStatement> statement);
  // The server is asked to take all names away.
  std::shared_ptr<NameEntry> RemoveAll(uint64_t segment);
  // The server has no names any more, and no change is pending.
  void Clear();

  // What the name means to a message sent now. kUndecided: that depends on answers still to come.
  Lookup Find(std::string_view name, uint64_t segment,
              std::shared_ptr<const PreparedStatement>& statement,
              std::shared_ptr<NameEntry>* entry = nullptr);

  // Names that are made from now on get a count of their own.
  void set_counts(bool counts) { counts_ = counts; }

  // No new name finds room.
  bool full();
  size_t size() const { return names_.size(); }

 private:
  struct Meaning {
    uint64_t serial;
    std::shared_ptr<NameEntry> entry;
  };
  // The meaning that stands, if any, and those that are pending, in the order of the requests.
  struct Slot {
    std::vector<Meaning> meanings;
    size_t first = 0;  // Those before it are spent.
    bool empty() const { return first == meanings.size(); }
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Unsettled {
    std::string name;
    std::shared_ptr<NameEntry> entry;
  };

  // Takes in what the server has said meanwhile.
  void Settle(Slot& slot) const;
  void SettleRemovals();
  void SettleNames();
  void Sweep();

  bool counts_ = false;
  Slot unnamed_;  // By far the most used name.
  std::unordered_map<std::string, Slot, Hash, std::equal_to<>> names_;
  // Lists, since most sessions never name anything, and an empty deque takes half a KiB.
  std::list<Unsettled> unsettled_;  // Named changes whose answer was not seen yet.
  std::list<Meaning> removals_;     // RemoveAll() likewise.
  uint64_t next_serial_ = 1;
  uint64_t gone_before_ = 0;  // Confirmed: every older meaning is gone.
  uint64_t oldest_ = 0;       // No name in names_ has an older meaning.
};

}  // namespace portreeve::session
