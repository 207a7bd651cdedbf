// Who opens a session in a rehearsal, to what and when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identity/principal.h"
#include "policy/policy.h"

namespace portreeve::rehearsal {

struct Caller {
  identity::Principal principal;
  policy::ConnectionRef connection;
  std::string requested;             // The grant that is named as the user; empty: none.
  std::optional<int64_t> at_unix_s;  // None: windows are taken to be open.
};

// RFC 3339, with its offset: "2026-11-25T09:30:00+01:00". None: it is no such text.
std::optional<int64_t> ParseInstant(std::string_view text);

}  // namespace portreeve::rehearsal
