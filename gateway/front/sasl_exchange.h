// The server's side of SASL in the start-up (PostgreSQL 55.3): which mechanisms are offered, and
// what becomes of each message of the client. Its one rule: what it answers and does depends on the
// user's name only through the verifier, never on whether that is a mock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "scram/server.h"
#include "scram/verifier.h"

namespace portreeve::front {

class SaslExchange {
 public:
  // A whole message of the client, with its header.
  static constexpr uint32_t kMaxMessageLength = 4'096;

  // `binding_data` of the channel (RFC 5929 4.1); empty: it has none, and -PLUS is not offered.
  // `nonce` must be fresh and random: printable ASCII without commas.
  SaslExchange(scram::Verifier verifier, std::string binding_data, std::string nonce);

  // AuthenticationSASL, which begins it.
  std::string Offer() const;

  struct Step {
    std::string answer;          // To send before anything else; empty after a wrong proof.
    std::optional<bool> proved;  // None: the client is to say more.
  };
  // The body of the client's next message. kInvalidArgument: it breaks SASL or SCRAM, and the
  // exchange is over.
  absl::StatusOr<Step> Take(std::string_view body);

 private:
  absl::StatusOr<Step> Begin(std::string_view body);
  absl::StatusOr<Step> Finish(std::string_view body);

  const scram::Verifier verifier_;
  const std::string binding_data_;
  const std::string nonce_;
  std::optional<scram::Server> server_;  // Once the client has chosen.
};

}  // namespace portreeve::front
