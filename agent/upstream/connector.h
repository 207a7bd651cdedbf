// Opens the byte stream to a server: name, address, TCP, TLS as the configuration demands. It never
// falls back to clear text when TLS is configured. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "net/event_loop.h"
#include "net/socket.h"
#include "net/stream.h"
#include "tls/tls_stream.h"
#include "upstream/resolver.h"
#include "upstream/server.h"

namespace portreeve::upstream {

struct Connected {
  std::unique_ptr<net::Stream> stream;
  bool tls_verified = false;                // Certificate and name were checked.
  std::optional<std::string> binding_data;  // tls-server-end-point, where there is one.
};

class Connector final : public net::EventLoop::Handler,
                        public std::enable_shared_from_this<Connector> {
 public:
  using Done = std::function<void(absl::StatusOr<Connected>)>;

  Connector(std::shared_ptr<const Server> server, Resolver& resolver, net::EventLoop& loop)
      : server_(std::move(server)), resolver_(resolver), loop_(loop) {}

  // `done` runs exactly once, unless Stop() comes first.
  void Start(Done done);
  void Stop();

  void OnReady(uint32_t events) override;

 private:
  enum class Step : uint8_t { kConnecting, kAskingTls, kHandshake };

  void TryNextAddress();
  void OnConnected();
  void OnTlsAnswer();
  void OnHandshake();
  void Fail(const absl::Status& status);
  void Finish(absl::StatusOr<Connected> result);
  void Unwatch();

  const std::shared_ptr<const Server> server_;
  Resolver& resolver_;
  net::EventLoop& loop_;
  Done done_;
  std::optional<net::EventLoop::TimerId> timer_;
  std::vector<net::Address> addresses_;
  size_t next_address_ = 0;
  Step step_ = Step::kConnecting;
  base::UniqueFd fd_;  // Until the stream exists.
  std::unique_ptr<tls::TlsStream> tls_;
  absl::Status last_failure_;
};

}  // namespace portreeve::upstream
