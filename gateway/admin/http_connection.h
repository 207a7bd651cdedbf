// One HTTP connection: TLS, one request, its answer, the end. Its one rule: each of its steps has a
// deadline and a limit of bytes, and no thread waits for it. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/output_queue.h"
#include "net/socket.h"
#include "net/stream.h"
#include "tls/context.h"
#include "tls/tls_stream.h"

namespace portreeve::admin {

class HttpConnection;

class HttpConnectionListener {
 public:
  virtual ~HttpConnectionListener() = default;
  // A whole request has come; Answer follows.
  virtual void OnRequest(HttpConnection& connection, std::string request) = 0;
  // The last call.
  virtual void OnGone(HttpConnection& connection) = 0;
};

class HttpConnection final : public net::EventLoop::Handler,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  static constexpr int64_t kRequestUs = 5'000'000;  // For TLS and the request to come in.
  static constexpr int64_t kAnswerUs = 5'000'000;   // For the answer to go out.
  static constexpr int64_t kLingerUs = 1'000'000;   // For the peer to close behind it.

  // Without `tls` it speaks in clear. Loop and listener must outlive it.
  HttpConnection(uint64_t id, net::Accepted accepted, const std::optional<tls::Context>& tls,
                 net::EventLoop& loop, HttpConnectionListener& listener);

  void Start();
  void Answer(std::string answer);
  // Closes at once, whatever it is at.
  void Drop();

  uint64_t id() const { return id_; }
  const std::string& address() const { return address_; }
  // Its request is being answered: it holds nobody up but itself.
  bool answering() const { return step_ == Step::kAnswering; }

  void OnReady(uint32_t events) override;

 private:
  enum class Step : uint8_t { kTls, kReading, kAnswering, kWriting, kLingering, kGone };

  void ContinueTls();
  void ContinueReading();
  void ContinueWriting();
  void Discard();
  void Watch(uint32_t events);
  void SetDeadline(int64_t in_us);

  const uint64_t id_;
  net::EventLoop& loop_;
  HttpConnectionListener& listener_;
  const std::string address_;
  std::unique_ptr<net::Stream> stream_;
  tls::TlsStream* tls_ = nullptr;  // stream_, if it is in TLS.
  Step step_ = Step::kReading;
  std::string request_;
  size_t wanted_ = 0;  // Fewer bytes of it are not worth a look.
  net::OutputQueue output_;
  std::optional<net::EventLoop::TimerId> timer_;
};

}  // namespace portreeve::admin
