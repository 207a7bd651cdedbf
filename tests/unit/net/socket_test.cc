#include "net/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "net/stream.h"

namespace portreeve::net {
namespace {

using Catch::Matchers::Contains;

Address Resolve(const std::string& host, const std::string& port) {
  const auto addresses = ResolveBlocking(host, port);
  INFO(addresses.status());
  REQUIRE(addresses.ok());
  REQUIRE_FALSE(addresses->empty());
  return addresses->front();
}

base::UniqueFd ListenOn(const Address& address) {
  auto listening = Listen(address, 16);
  INFO(listening.status());
  REQUIRE(listening.ok());
  return *std::move(listening);
}

bool WaitFor(int fd, short events) {
  pollfd entry{fd, events, 0};
  return poll(&entry, 1, 5'000) == 1;
}

int Option(int fd, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  REQUIRE(getsockopt(fd, level, name, &value, &length) == 0);
  return value;
}

TEST_CASE("a host and a port are read from their text") {
  const auto parsed = [](std::string_view text) {
    const auto result = ParseHostPort(text);
    INFO(text << ": " << result.status());
    REQUIRE(result.ok());
    return result->host + " " + result->port;
  };
  CHECK(parsed("gw.example.com:6433") == "gw.example.com 6433");
  CHECK(parsed("10.0.3.7:5432") == "10.0.3.7 5432");
  CHECK(parsed("localhost:0") == "localhost 0");
  CHECK(parsed("h:65535") == "h 65535");
  CHECK(parsed("[::1]:5432") == "::1 5432");
  CHECK(parsed("[fe80::1%eth0]:1") == "fe80::1%eth0 1");
  CHECK(parsed("[::ffff:10.0.0.1]:1") == "::ffff:10.0.0.1 1");
  CHECK(parsed("/run/postgresql:5432") == "/run/postgresql 5432");
}

TEST_CASE("a text that is no host and port is refused") {
  const std::string nul("a\0b:1", 5);
  const std::string nul_port("a:1\0", 4);
  for (const std::string& text : std::vector<std::string>{"",
                                                          ":",
                                                          "host",
                                                          "host:",
                                                          ":5432",
                                                          "host:http",
                                                          "host:-1",
                                                          "host:+1",
                                                          "host: 1",
                                                          "host:1 ",
                                                          "host:0x10",
                                                          "host:65536",
                                                          "host:99999",
                                                          "host:100000",
                                                          "host:184467440737",
                                                          "::1",
                                                          "::1:5432",
                                                          "fe80::1:5432",
                                                          "a:b:1",
                                                          "[]:5432",
                                                          "[::1:5432",
                                                          "::1]:5432",
                                                          "[::1]",
                                                          "[::1]5432",
                                                          "[host]:1",
                                                          "[10.0.0.1]:1",
                                                          "[[::1]]:1",
                                                          "[::1%]:1",
                                                          "ho[st:1",
                                                          "host name:1",
                                                          " host:1",
                                                          "host\n:1",
                                                          "host\t:1",
                                                          "\x7f:1",
                                                          nul,
                                                          nul_port,
                                                          "postgres://h:1",
                                                          std::string(300, 'h') + ":1"}) {
    INFO(text);
    const auto result = ParseHostPort(text);
    CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK_THAT(std::string(ParseHostPort("host:99999").status().message()),
             Contains("`99999` is not a port"));
}

TEST_CASE("a refused address is told without its control characters") {
  const std::string message(ParseHostPort("a\n\x1b[2Jforged:1").status().message());
  for (const char c : message) CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("only loopback addresses count as loopback") {
  for (const char* host : {"127.0.0.1", "127.255.0.9", "::1", "/tmp"}) {
    INFO(host);
    CHECK(Resolve(host, "1").is_loopback());
  }
  for (const char* host : {"0.0.0.0", "10.0.0.1", "128.0.0.1", "::", "fe80::1", "2001:db8::1"}) {
    INFO(host);
    CHECK_FALSE(Resolve(host, "1").is_loopback());
  }
  CHECK_FALSE(Address{}.is_loopback());
}

TEST_CASE("an address is written as it is read") {
  CHECK(Resolve("10.0.3.7", "5432").ToString() == "10.0.3.7:5432");
  CHECK(Resolve("::1", "65535").ToString() == "[::1]:65535");
  CHECK(Resolve("/tmp", "5432").ToString() == "unix");
}

TEST_CASE("what cannot be resolved is an error that names the host") {
  const auto unknown = ResolveBlocking("no-such-host.invalid", "1");
  CHECK(unknown.status().code() == absl::StatusCode::kUnavailable);
  CHECK_THAT(std::string(unknown.status().message()), Contains("no-such-host.invalid"));
  // The resolver would cut a port to sixteen bits.
  CHECK_FALSE(ResolveBlocking("127.0.0.1", "65536").ok());
  CHECK_FALSE(ResolveBlocking("127.0.0.1", "http").ok());
  CHECK_FALSE(ResolveBlocking("127.0.0.1", "").ok());
  CHECK_FALSE(ResolveBlocking("/tmp", "65536").ok());
  CHECK_FALSE(ResolveBlocking("/tmp", "1/../../x").ok());
  // It would take an empty name for this very host.
  CHECK_FALSE(ResolveBlocking("", "1").ok());
  CHECK_FALSE(ResolveBlocking("/" + std::string(108, 'x'), "1").ok());
}

TEST_CASE("a client connects and both sides are ready for small messages") {
  const std::string host = GENERATE("127.0.0.1", "::1");
  const base::UniqueFd listening = ListenOn(Resolve(host, "0"));
  const Address address = LocalAddress(listening.get()).value();
  CHECK_THAT(address.ToString(), !Contains(":0"));
  Accepted accepted;
  CHECK(Accept(listening.get(), accepted) == AcceptState::kNone);
  auto connecting = StartConnect(address);
  REQUIRE(connecting.ok());
  REQUIRE(WaitFor(connecting->get(), POLLOUT));
  CHECK(ConnectResult(connecting->get()).ok());
  REQUIRE(WaitFor(listening.get(), POLLIN));
  REQUIRE(Accept(listening.get(), accepted) == AcceptState::kAccepted);
  CHECK(accepted.peer.ToString() == LocalAddress(connecting->get()).value().ToString());
  CHECK(accepted.peer.is_loopback());
  for (const int fd : {accepted.fd.get(), connecting->get()}) {
    CHECK(Option(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
    CHECK(Option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(Accept(listening.get(), accepted) == AcceptState::kNone);
}

TEST_CASE("a server that is not there is told by the connect's result") {
  base::UniqueFd listening = ListenOn(Resolve("127.0.0.1", "0"));
  const Address address = LocalAddress(listening.get()).value();
  listening.Reset();
  auto connecting = StartConnect(address);
  absl::Status status = connecting.status();
  if (connecting.ok()) {
    REQUIRE(WaitFor(connecting->get(), POLLOUT));
    status = ConnectResult(connecting->get());
  }
  CHECK(status.code() == absl::StatusCode::kUnavailable);
  CHECK_THAT(std::string(status.message()), Contains("Connection refused"));
}

TEST_CASE("a port that is taken is an error that names it") {
  const base::UniqueFd listening = ListenOn(Resolve("127.0.0.1", "0"));
  const Address address = LocalAddress(listening.get()).value();
  const auto second = Listen(address, 16);
  REQUIRE_FALSE(second.ok());
  CHECK(std::string(second.status().message()) ==
        "cannot listen on " + address.ToString() + ": Address already in use");
  CHECK_FALSE(Listen(Address{}, 16).ok());
  CHECK_FALSE(StartConnect(Address{}).ok());
}

TEST_CASE("a process without descriptors left says so and can accept again later") {
  const base::UniqueFd listening = ListenOn(Resolve("127.0.0.1", "0"));
  auto connecting = StartConnect(LocalAddress(listening.get()).value());
  REQUIRE(connecting.ok());
  REQUIRE(WaitFor(listening.get(), POLLIN));
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  Accepted accepted;
  const AcceptState starved = Accept(listening.get(), accepted);
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(starved == AcceptState::kOutOfDescriptors);
  CHECK(Accept(listening.get(), accepted) == AcceptState::kAccepted);
}

TEST_CASE("a folder stands for PostgreSQL's Unix socket in it") {
  std::string folder = (std::filesystem::temp_directory_path() / "portreeve-net-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const Address address = Resolve(folder, "5432");
  {
    const base::UniqueFd listening = ListenOn(address);
    CHECK(std::filesystem::is_socket(folder + "/.s.PGSQL.5432"));
    auto connecting = StartConnect(address);
    REQUIRE(connecting.ok());
    Accepted accepted;
    REQUIRE(Accept(listening.get(), accepted) == AcceptState::kAccepted);
    CHECK(accepted.peer.ToString() == "unix");
    SocketStream near(*std::move(connecting));
    SocketStream far(std::move(accepted.fd));
    const iovec piece{const_cast<char*>("x"), 1};
    CHECK(near.Write({&piece, 1}).bytes == 1);
    char buffer[4];
    CHECK(far.Read(buffer).bytes == 1);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace portreeve::net
