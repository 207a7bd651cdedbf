// A listening socket on an event loop. Its one rule: it never spins, not even when the process has
// no file descriptors left.
#pragma once

#include <functional>

#include "base/status.h"
#include "net/event_loop.h"
#include "net/socket.h"

namespace portreeve::net {

// Belongs to the loop's thread once the loop runs.
class Acceptor final : public EventLoop::Handler {
 public:
  struct Events {
    std::function<void(Accepted)> accepted;
    // Nothing is accepted for a while; said each time that this is tried in vain.
    std::function<void()> out_of_descriptors;
  };

  // The loop must outlive it, and run no more when it is destroyed.
  Acceptor(EventLoop& loop, Events events) : loop_(loop), events_(std::move(events)) {}

  // A port that somebody listens on already is an error. Port 0 asks the kernel.
  absl::Status Listen(const Address& address, int backlog);
  int port() const { return port_; }
  // Who connects from now on is refused by the system.
  void Close();

  void OnReady(uint32_t events) override;

 private:
  void Pause();

  EventLoop& loop_;
  const Events events_;
  base::UniqueFd listening_;
  int port_ = 0;
};

}  // namespace portreeve::net
