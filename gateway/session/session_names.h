// The prepared statements and portals of a session: what SQL and the protocol make in the same two
// spaces of names. Request hand only.
#pragma once

#include <cstdint>
#include <string_view>

#include "session/conversation.h"
#include "session/gatekeeper.h"
#include "session/name_table.h"
#include "session/turn.h"

namespace portreeve::session {

class SessionNames {
 public:
  NameTable& statements() { return statements_; }
  NameTable& portals() { return portals_; }
  bool full() { return statements_.full() || portals_.full(); }

  // Portals live no longer than their transaction; cursors WITH HOLD are unknown from then on.
  void ForgetPortals(const Conversation::View& view);

  // What the statement would run of what was decided before, if it were sent now. False: that
  // depends on answers still to come.
  bool Resolve(const PreparedStatement& statement, uint64_t segment, Reliance& reliance);
  // The names that the statement makes and removes, if it succeeds.
  void Change(const PreparedStatement& statement, uint64_t segment, Turn& turn);

 private:
  NameTable statements_;
  NameTable portals_;
};

}  // namespace portreeve::session
