// The names of prepared statements and portals as the server has them. A name changes only when the
// server says so; until then the change is pending, and what stood before is kept behind it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/refusal.h"
#include "sql/facts.h"

namespace portreeve::session {

// A statement that was parsed and decided. Immutable; shared by its name, its portals and its
// turns.
struct PreparedStatement {
  std::string text;
  sql::Facts facts;
  std::string rule;
  bool durable_first = false;  // Its record must be fsynced before it is forwarded.
  bool may_copy_in = false;
  std::shared_ptr<const base::Refusal> refusal;  // Set: it was refused.
  uint32_t position = 0;                         // Where, for a syntax error; in characters from 1.
};

// kFailed: the server refused it. kSkipped: an earlier error of the pipeline made it pass it over.
enum class NameState : uint8_t { kPending, kConfirmed, kFailed, kSkipped };

// One meaning of a name. `state` is set by the answer hand and read by the request hand.
struct NameEntry {
  std::atomic<NameState> state{NameState::kPending};
  std::shared_ptr<const PreparedStatement> statement;  // Null: the name is closed.
  // Request hand only:
  uint64_t segment = 0;                 // Syncs sent before it.
  std::shared_ptr<NameEntry> previous;  // What holds if this does not come to be.
};

enum class Lookup { kFound, kUnknown, kUndecided };

// Request hand only, but for the entries' states.
class NameTable {
 public:
  // Chains of pending meanings and the number of names are bounded.
  static constexpr size_t kMaxNames = 10'000;

  // The server is asked to give `name` a meaning (null: to close it). `segment` counts the Syncs
  // sent so far: within one segment an error makes the server skip all that follows.
  std::shared_ptr<NameEntry> Set(std::string_view name, uint64_t segment,
                                 std::shared_ptr<const PreparedStatement> statement);

  // What the name means to a message sent now. kUndecided: that depends on answers still to come.
  Lookup Find(std::string_view name, uint64_t segment,
              std::shared_ptr<const PreparedStatement>& statement);

  bool full() const { return names_.size() >= kMaxNames; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::shared_ptr<NameEntry> unnamed_;  // By far the most used name.
  std::unordered_map<std::string, std::shared_ptr<NameEntry>, Hash, std::equal_to<>> names_;
};

}  // namespace portreeve::session
