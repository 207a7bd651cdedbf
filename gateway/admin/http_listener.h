// The HTTP port: takes connections, reads their requests on one loop and has whole ones answered by
// a few threads. Its one rule: there is always room for the newest connection; who dawdles longest
// makes it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "admin/http_connection.h"
#include "base/log.h"
#include "base/workers.h"
#include "net/acceptor.h"
#include "net/event_loop.h"
#include "net/socket.h"
#include "tls/context.h"

namespace portreeve::admin {

class HttpListener final : public HttpConnectionListener {
 public:
  static constexpr size_t kMaxConnections = 256;
  static constexpr size_t kThreads = 4;

  // Makes the answer to a whole request; called by several threads.
  using Answerer = std::function<std::string(std::string_view request, const std::string& address)>;

  // Without `tls` it speaks in clear. `logger` must outlive it.
  HttpListener(std::optional<tls::Context> tls, Answerer answerer, base::Logger& logger)
      : tls_(std::move(tls)), answerer_(std::move(answerer)), logger_(logger) {}
  ~HttpListener() override;

  // Serves from its return on. A port that somebody listens on already is an error.
  absl::Status Listen(const net::Address& address);
  int port() const { return acceptor_.port(); }

  void OnRequest(HttpConnection& connection, std::string request) override;
  void OnGone(HttpConnection& connection) override;

 private:
  net::Acceptor::Events AcceptorEvents();
  void OnAccepted(net::Accepted accepted);
  void MakeRoom();
  void Answer(uint64_t id, const std::string& answer);

  const std::optional<tls::Context> tls_;
  const Answerer answerer_;
  base::Logger& logger_;
  net::EventLoop events_;
  net::Acceptor acceptor_{events_, AcceptorEvents()};
  // Loop thread. By age.
  std::map<uint64_t, std::shared_ptr<HttpConnection>> connections_;
  uint64_t next_id_ = 1;

  std::thread thread_;
  base::Workers workers_{kThreads, kMaxConnections};
};

}  // namespace portreeve::admin
