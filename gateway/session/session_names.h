// The prepared statements and portals of a session: what SQL and the protocol make in the same two
// spaces of names. Request hand only.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "session/conversation.h"
#include "session/gatekeeper.h"
#include "session/name_table.h"
#include "session/turn.h"

namespace portreeve::session {

class SessionNames {
 public:
  // What the prepared statements of one session may hold together.
  static constexpr size_t kMaxHeldBytes = size_t{64} << 20;

  NameTable& statements() { return statements_; }
  NameTable& portals() { return portals_; }
  bool HasRoomFor(const PreparedStatement& statement) const {
    return held_->load() + statement.bytes <= kMaxHeldBytes;
  }
  // The statement as one that a name holds: counted until the last of its holders lets go.
  std::shared_ptr<const PreparedStatement> Hold(std::shared_ptr<const PreparedStatement> statement);
  bool full() { return statements_.full() || portals_.full(); }

  // Portals live no longer than their transaction; cursors WITH HOLD are unknown from then on.
  void ForgetPortals(const Conversation::View& view);

  // What the statement would run of what was decided before, if it were sent now. False: that
  // depends on answers still to come.
  bool Resolve(const PreparedStatement& statement, uint64_t segment, Reliance& reliance);
  // The names that the statement makes and removes, if it succeeds.
  void Change(const PreparedStatement& statement, uint64_t segment, Turn& turn);

 private:
  const std::shared_ptr<std::atomic<size_t>> held_ = std::make_shared<std::atomic<size_t>>(0);
  NameTable statements_;
  NameTable portals_;
};

}  // namespace portreeve::session
