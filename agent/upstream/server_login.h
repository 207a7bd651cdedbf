// Logs in to a PostgreSQL server: bytes in, bytes out, no socket (PostgreSQL 55.2.1 and 55.3). Its
// one rule: a server that was to prove that it knows the password, and did not, is not logged in
// to, and a secret goes out in no weaker form than the request allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "base/status.h"
#include "scram/client.h"
#include "upstream/login_request.h"
#include "wire/backend.h"

namespace portreeve::upstream {

inline constexpr size_t kMaxLoginMessageBytes = 30000;
inline constexpr size_t kMaxLoginBytes = 256 * 1024;
inline constexpr size_t kMaxLoginParameters = 256;
inline constexpr size_t kMaxLoginNotices = 64;

// What a server said until it was ready.
struct ServerSession {
  uint32_t process_id = 0;  // 0 and no secret: the server gave none; it cannot be asked to cancel.
  std::string secret;
  std::vector<std::pair<std::string, std::string>> parameters;  // ParameterStatus, in order.
  std::vector<std::string> notices;                             // Whole NoticeResponse messages.
  wire::TransactionStatus status = wire::TransactionStatus::kIdle;
};

enum class Progress {
  kContinue,  // Send the reply, if there is one, and feed what comes.
  kDone,      // session() and leftover() are there.
  kRefused,   // The server said no: refusal() is there.
};

// Not thread-safe. Feed computes SCRAM's iterations on the calling thread (some milliseconds).
class ServerLogin {
 public:
  explicit ServerLogin(LoginRequest request) : request_(std::move(request)) {}
  ServerLogin(const ServerLogin&) = delete;
  ServerLogin& operator=(const ServerLogin&) = delete;
  ~ServerLogin();

  // The bytes to open with; see EncodeStartup for its errors. Once.
  absl::StatusOr<std::string> Start();

  // Takes bytes as they come from the server and appends to `reply` what is to be sent. An error
  // ends the login: kInvalidArgument for a violation of the protocol, kPermissionDenied for what
  // the request does not allow or a server that cannot prove itself, kResourceExhausted beyond the
  // limits, kFailedPrecondition before Start or after the end.
  absl::StatusOr<Progress> Feed(std::string_view bytes, std::string& reply);

  // After kDone.
  const ServerSession& session() const { return session_; }
  // After kDone: bytes that came behind the first ReadyForQuery.
  const std::string& leftover() const { return buffer_; }
  // After kRefused: the server's SQLSTATE and words.
  const base::Refusal& refusal() const { return refusal_; }

 private:
  enum class Step : uint8_t {
    kNew,
    kStarted,
    kPasswordSent,
    kSaslFirstSent,
    kSaslFinalSent,
    kSaslProved,
    kAuthenticated,
    kOver,
  };

  absl::StatusOr<Progress> Advance(std::string& reply);
  absl::StatusOr<Progress> OnMessage(char type, std::string_view message, std::string& reply);
  absl::Status OnAuthentication(std::string_view body, std::string& reply);
  absl::Status OnAuthenticationOk();
  absl::Status OnCleartext(std::string& reply);
  absl::Status OnMd5(std::string_view salt, std::string& reply);
  absl::Status OnSasl(const std::vector<std::string_view>& mechanisms, std::string& reply);
  absl::Status OnSaslContinue(std::string_view data, std::string& reply);
  absl::Status RequirePassword() const;
  absl::Status OnSettled(char type, std::string_view message);
  absl::Status OnParameter(std::string_view body);
  absl::Status OnKey(std::string_view body);
  absl::Status OnNotice(std::string_view message);
  absl::StatusOr<Progress> OnError(std::string_view body);

  LoginRequest request_;
  Step step_ = Step::kNew;
  std::unique_ptr<scram::Client> scram_;
  std::string buffer_;
  size_t bytes_seen_ = 0;
  ServerSession session_;
  base::Refusal refusal_;
};

}  // namespace portreeve::upstream
