#include "net/acceptor.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <vector>

namespace portreeve::net {
namespace {

Address Loopback(const std::string& port = "0") {
  const auto addresses = ResolveBlocking("127.0.0.1", port);
  REQUIRE(addresses.ok());
  return addresses->front();
}

// A loop that ends when `wanted` connections have come.
struct Port {
  explicit Port(size_t wanted)
      : acceptor(loop, {.accepted =
                            [this, wanted](Accepted accepted) {
                              taken.push_back(std::move(accepted));
                              if (taken.size() == wanted) loop.Stop();
                            },
                        .out_of_descriptors = [this] { on_shortage(); }}) {
    const absl::Status status = acceptor.Listen(Loopback(), 16);
    INFO(status);
    REQUIRE(status.ok());
  }
  base::UniqueFd Connect() const {
    auto fd = StartConnect(Loopback(std::to_string(acceptor.port())));
    REQUIRE(fd.ok());
    return *std::move(fd);
  }

  EventLoop loop;
  std::vector<Accepted> taken;
  std::function<void()> on_shortage = [] { FAIL("out of descriptors"); };
  Acceptor acceptor;
};

TEST_CASE("whoever connects is taken, with its address") {
  Port port(2);
  const base::UniqueFd one = port.Connect();
  const base::UniqueFd two = port.Connect();
  port.loop.Run();
  REQUIRE(port.taken.size() == 2);
  CHECK(port.taken[0].peer.is_loopback());
}

TEST_CASE("a port that somebody listens on is an error") {
  const Port port(1);
  EventLoop loop;
  Acceptor second(loop, {});
  CHECK_FALSE(second.Listen(Loopback(std::to_string(port.acceptor.port())), 16).ok());
}

TEST_CASE("without descriptors it waits, and goes on when there are some") {
  Port port(1);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const base::UniqueFd caller = port.Connect();
  const rlimit none{3, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  int shortages = 0;
  port.on_shortage = [&] {
    ++shortages;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  };
  port.loop.Run();
  CHECK(shortages == 1);
  CHECK(port.taken.size() == 1);
}

TEST_CASE("when it has closed, nobody is taken any more") {
  Port port(1);
  const std::string number = std::to_string(port.acceptor.port());
  port.acceptor.Close();
  const auto caller = StartConnect(Loopback(number));
  port.loop.RunAt(port.loop.now_us() + 50'000, [&] { port.loop.Stop(); });
  port.loop.Run();
  CHECK((!caller.ok() || !ConnectResult(caller->get()).ok()));
  CHECK(port.taken.empty());
}

}  // namespace
}  // namespace portreeve::net
