// The side that knows the password (RFC 5802 section 5). Its one rule: the login counts only when
// server_proved() is true, since a server that does not know the password can say that all is well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "scram/binding.h"

namespace portreeve::scram {

struct ClientOptions {
  std::string password;
  Binding binding = Binding::kUnsupported;
  std::string binding_data;  // kEndPoint: the hash of the server's certificate (RFC 5929 4.1).
  std::string nonce;         // Printable ASCII without commas, fresh and random.
  // A server that asks for fewer gets no proof: it would be cheap to try passwords against.
  uint32_t min_iterations = kDefaultIterations;
};

// First, Final and Verify in this order, each once; out of order is kFailedPrecondition.
class Client {
 public:
  explicit Client(ClientOptions options) : options_(std::move(options)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  std::string_view mechanism() const;

  // The client-first-message. The user's name stays empty: PostgreSQL takes that of the start-up.
  std::string First();

  // From the server-first-message to the client-final-message. kInvalidArgument: malformed, not an
  // answer to our nonce, or an iteration count out of bounds. Takes as long as the iterations do.
  absl::StatusOr<std::string> Final(std::string_view server_first);

  // Checks the server-final-message. kPermissionDenied: the server's own error, or its signature is
  // wrong.
  absl::Status Verify(std::string_view server_final);

  bool server_proved() const { return step_ == Step::kProved; }

 private:
  enum class Step : uint8_t { kStart, kFirstSent, kFinalSent, kProved, kFailed };

  std::string Gs2Header() const;

  ClientOptions options_;
  Step step_ = Step::kStart;
  std::string first_bare_;
  std::string server_signature_;
};

}  // namespace portreeve::scram
