// Turns host names into addresses on a thread of its own, since the system's resolver may wait for
// seconds. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/workers.h"
#include "net/event_loop.h"
#include "net/socket.h"

namespace portreeve::upstream {

class Resolver {
 public:
  using Done = std::function<void(absl::StatusOr<std::vector<net::Address>>)>;

  // `done` runs on the loop, which must outlive the resolver.
  void Resolve(std::string host, std::string port, net::EventLoop& loop, Done done);

 private:
  static constexpr size_t kMaxWaiting = 1'000;

  // A look-up under way is waited for in the end; the others are dropped.
  base::Workers workers_{1, kMaxWaiting};
};

}  // namespace portreeve::upstream
