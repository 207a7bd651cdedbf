// Sends one CancelRequest to a server over a connection of its own (PostgreSQL 55.2.8) and waits
// until the server has closed it: only then has the signal been given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/output_queue.h"
#include "net/stream.h"
#include "upstream/connector.h"

namespace portreeve::upstream {

// Loop thread only. Lives until `done` has run, or the loop ends.
class Canceller final : public net::EventLoop::Handler,
                        public std::enable_shared_from_this<Canceller> {
 public:
  static void Start(std::shared_ptr<const Server> server, Resolver& resolver, net::EventLoop& loop,
                    uint32_t process_id, std::string secret, std::function<void()> done);

  Canceller(net::EventLoop& loop, std::string request, std::function<void()> done)
      : loop_(loop), request_(std::move(request)), done_(std::move(done)) {}

  void OnReady(uint32_t events) override;

 private:
  void OnConnected(absl::StatusOr<Connected> connected);
  void Finish();

  net::EventLoop& loop_;
  const std::string request_;
  std::function<void()> done_;
  std::shared_ptr<Connector> connector_;
  std::unique_ptr<net::Stream> stream_;
  std::optional<net::EventLoop::TimerId> timer_;
};

}  // namespace portreeve::upstream
