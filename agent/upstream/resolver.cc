#include "upstream/resolver.h"

#include <utility>

namespace portreeve::upstream {

void Resolver::Resolve(std::string host, std::string port, net::EventLoop& loop, Done done) {
  const bool waits = workers_.Do([host = std::move(host), port = std::move(port), &loop, done] {
    auto addresses = net::ResolveBlocking(host, port);
    loop.Post([done, addresses = std::move(addresses)] { done(addresses); });
  });
  if (waits) return;
  loop.Post([done = std::move(done)] {
    done(base::ResourceExhausted("too many host names wait to be resolved"));
  });
}

}  // namespace portreeve::upstream
