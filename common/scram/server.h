// The side that knows the verifier (RFC 5802 section 5). Its one rule: what the client says about
// channel binding must agree with what it was offered and with the channel it came through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "scram/verifier.h"

namespace portreeve::scram {

struct ServerOptions {
  Verifier verifier;
  // The mechanism the client chose: kMechanismPlus or kMechanism.
  bool plus = false;
  // Whether kMechanismPlus stood in the list; then a client that says it was not there is being
  // lied to.
  bool plus_offered = false;
  std::string binding_data;  // Of this channel, if plus_offered (RFC 5929 4.1).
  std::string nonce;         // Printable ASCII without commas, fresh and random.
};

// First, then Final, each once; out of order is kFailedPrecondition. After an error the exchange is
// over.
class Server {
 public:
  explicit Server(ServerOptions options) : options_(std::move(options)) {}

  // From the client-first-message to the server-first-message. The name inside it is checked for
  // its form and otherwise passed over, as PostgreSQL does. kInvalidArgument: malformed, an
  // authorization identity, an extension, or a channel binding flag that does not agree.
  absl::StatusOr<std::string> First(std::string_view client_first);

  // From the client-final-message to the server-final-message; nullopt: the proof is wrong, or the
  // verifier is a mock. Takes the same time in both cases. kInvalidArgument: malformed, another
  // nonce, or bound to another channel.
  absl::StatusOr<std::optional<std::string>> Final(std::string_view client_final);

 private:
  enum class Step : uint8_t { kStart, kFirstSent, kOver };

  absl::Status CheckGs2Flag(std::string_view flag) const;

  ServerOptions options_;
  Step step_ = Step::kStart;
  std::string gs2_header_;
  std::string first_bare_;
  std::string server_first_;
  std::string nonce_;
};

}  // namespace portreeve::scram
