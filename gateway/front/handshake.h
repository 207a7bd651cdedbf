// One client from its first byte to an authenticated session or a refusal: SSLRequest, direct TLS,
// start-up packet, password or SCRAM (PostgreSQL 55.2.1). Its one rule: bytes are read exactly as
// far as the phase goes, so that nothing sent before TLS can be taken for something said inside it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/refusal.h"
#include "front/sasl_exchange.h"
#include "net/event_loop.h"
#include "net/output_queue.h"
#include "net/socket.h"
#include "net/stream.h"
#include "scram/verifier.h"
#include "tls/context.h"
#include "tls/tls_stream.h"
#include "wire/startup.h"

namespace portreeve::front {

using StartupParameters = std::vector<std::pair<std::string, std::string>>;

// What the client said, once it has been read whole. Views are gone by then: everything is owned.
struct ClientHello {
  uint32_t protocol_version = 0;
  std::string user;
  std::string database;
  StartupParameters parameters;  // All others, in order.
  std::string preamble;  // NegotiateProtocolVersion, if the client asked for more than there is.
  std::string client_address;
  bool tls = false;
};

class HandshakeListener {
 public:
  virtual ~HandshakeListener() = default;
  // A cancel request came; call `done` when it may be closed.
  virtual void OnCancel(uint32_t process_id, std::string secret, const std::string& client_address,
                        std::function<void()> done) = 0;
  // The password is there. The listener judges it and either takes the stream or refuses.
  virtual void OnPassword(class Handshake& handshake, const ClientHello& hello,
                          std::string password) = 0;
  // What the client of this user name proves itself against by SCRAM; none: it says its password.
  virtual std::optional<scram::Verifier> VerifierOf(const std::string& user) = 0;
  // The exchange is over. The listener takes the stream or refuses; if not `proved`, it refuses.
  virtual void OnScram(class Handshake& handshake, const ClientHello& hello, bool proved) = 0;
  // The connection is over or has been taken; the handshake is dropped at the end of the turn.
  virtual void OnGone(class Handshake& handshake) = 0;
};

struct HandshakeOptions {
  std::optional<tls::Context> tls;  // None: in clear, on loopback only.
  int64_t timeout_us = 10'000'000;
};

// Front loop only.
class Handshake final : public net::EventLoop::Handler,
                        public std::enable_shared_from_this<Handshake> {
 public:
  // A token as password; PostgreSQL's own limit is PG_MAX_AUTH_TOKEN_LENGTH.
  static constexpr uint32_t kMaxPasswordLength = 20'000;

  Handshake(net::Accepted accepted, const HandshakeOptions& options, net::EventLoop& loop,
            HandshakeListener& listener, base::Logger& logger);
  ~Handshake() override;

  void Start();
  // Says no with a FATAL and closes once the client has it.
  void Refuse(const base::Refusal& refusal);
  // Gives the stream away: the client is authenticated.
  std::unique_ptr<net::Stream> Take();
  const std::string& client_address() const { return client_address_; }

  void OnReady(uint32_t events) override;

 private:
  enum class Step : uint8_t {
    kFirstByte,  // Peeks whether TLS begins at once.
    kTls,
    kStartupLength,
    kStartupBody,
    kPasswordHeader,
    kPasswordBody,
    kWaiting,  // For the listener.
    kClosing,
    kGone,
  };

  void Advance();
  // Reads until `wanted` bytes are in buffer_. False: not yet, or over.
  bool ReadExactly(size_t wanted);
  // Each returns false when nothing more can be done in this turn.
  bool OnFirstByte();
  bool OnTlsHandshake();
  bool OnStartupLength();
  bool OnStartupBody();
  bool OnPasswordHeader();
  bool OnPasswordBody();
  bool OnSaslBody(std::string_view body);
  bool OnSslRequest();
  bool OnGssEncRequest();
  bool OnStartupMessage(const wire::StartupMessage& message);
  bool OnCancelRequest(const wire::CancelRequest& request);
  bool BeginTls();
  // AuthenticationCleartextPassword, or AuthenticationSASL with an exchange of its own.
  std::string AskForProof();
  void Negotiate(const wire::StartupMessage& message);
  void PeekForTheEnd();
  void Send(std::string_view bytes);
  bool Violation(std::string_view what);
  void Drop(std::string_view why);
  void Watch(uint32_t events);

  const HandshakeOptions options_;  // A reload may change them for those who come later.
  net::EventLoop& loop_;
  HandshakeListener& listener_;
  base::Logger& logger_;
  const std::string client_address_;
  std::unique_ptr<net::Stream> stream_;
  tls::TlsStream* tls_ = nullptr;  // stream_, when it is one.
  bool direct_tls_ = false;
  bool tls_refused_ = false;
  bool gss_refused_ = false;
  Step step_ = Step::kFirstByte;
  std::string buffer_;
  size_t expected_ = 0;
  ClientHello hello_;
  std::optional<SaslExchange> sasl_;
  net::OutputQueue output_;
  std::optional<net::EventLoop::TimerId> timer_;
};

}  // namespace portreeve::front
