// Who a session acts for. Fixed once, before the first statement, and never changed by a later
// message.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace portreeve::identity {

struct Principal {
  std::string subject;              // `sub`, or the mapped claim.
  std::string issuer;               // `iss`, as the configuration spells it.
  std::string issuer_name;          // The issuer's name in the configuration.
  std::vector<std::string> groups;  // From the issuer's groups claim.
  std::vector<std::pair<std::string, std::string>> claims;  // String claims, for policy's `claim:`.
  std::string method;                                       // How it was proved: "jwt", ...
  std::string credential_id;                                // `jti`, for the record. May be empty.
  // Who acts for the subject (RFC 8693 4.1): the present actor first, then the earlier ones.
  std::vector<std::string> act;
  int64_t expires_unix_s = 0;  // End of the proof itself.
};

}  // namespace portreeve::identity
