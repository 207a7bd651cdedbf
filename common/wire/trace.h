// The text form of a conversation, one message a line, as libpq's PQtrace writes it without time
// stamps:
//   F <tab> 13 <tab> Query <tab> "SELECT 1"
//   B <tab> 5 <tab> ReadyForQuery <tab> I
// Its one rule: the way from bytes to text and back loses nothing. It is driven by a table of its
// own, so that it checks the codecs rather than repeating them. It shows bound values and
// passwords: for tests and for people at a terminal, never for a log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace portreeve::wire {

enum class Side : char { kFrontend = 'F', kBackend = 'B' };

struct TracedMessage {
  Side side = Side::kFrontend;
  std::string bytes;  // The whole message with its type and length.
};

// Appends the line of each of the messages that stand one after the other in `bytes`. Not for
// start-up packets, which have no type byte. kInvalidArgument for what is not a whole message.
absl::Status AppendTrace(Side side, std::string_view bytes, std::string& text);

// The messages of a text that AppendTrace wrote, in order. Empty lines and lines that begin with
// `#` are passed over. kInvalidArgument, with the number of the line, for everything else.
absl::StatusOr<std::vector<TracedMessage>> ParseTrace(std::string_view text);

}  // namespace portreeve::wire
