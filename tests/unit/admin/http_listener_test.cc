#include "admin/http_listener.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace portreeve::admin {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPatienceMs = 10'000;

net::Address Loopback(int port) {
  return net::ResolveBlocking("127.0.0.1", std::to_string(port)).value().front();
}

// A caller's end that waits for what it asks for.
class Caller {
 public:
  explicit Caller(const HttpListener& listener)
      : socket_(net::StartConnect(Loopback(listener.port())).value()) {}

  void Send(std::string_view bytes) {
    while (!bytes.empty() && Wait(POLLOUT, kPatienceMs)) {
      const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // Until the listener closes.
  std::string Rest() {
    std::string heard;
    char chunk[4096];
    while (Wait(POLLIN, kPatienceMs)) {
      const ssize_t got = read(socket_.get(), chunk, sizeof chunk);
      if (got <= 0) return heard;
      heard.append(chunk, static_cast<size_t>(got));
    }
    return heard + " (not closed)";
  }
  bool IsClosed() {
    char byte = 0;
    return Wait(POLLIN, kPatienceMs) && read(socket_.get(), &byte, 1) <= 0;
  }

 private:
  bool Wait(short events, int timeout_ms) {
    pollfd entry{socket_.get(), events, 0};
    return poll(&entry, 1, timeout_ms) > 0;
  }

  base::UniqueFd socket_;
};

constexpr char kRequest[] = "GET /livez HTTP/1.1\r\nHost: gw\r\n\r\n";

class Fixture {
 public:
  explicit Fixture(HttpListener::Answerer answerer = nullptr) {
    if (!answerer) {
      answerer = [](std::string_view request, const std::string&) { return std::string(request); };
    }
    listener = std::make_unique<HttpListener>(std::nullopt, std::move(answerer), logger);
    REQUIRE(listener->Listen(Loopback(0)).ok());
  }

  // How long a request takes from its connection to its answer.
  std::chrono::milliseconds Serve() {
    const auto started = Clock::now();
    Caller caller(*listener);
    caller.Send(kRequest);
    CHECK(caller.Rest() == kRequest);
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
  }

  base::Logger logger{base::LogLevel::kError, -1};
  std::unique_ptr<HttpListener> listener;
};

TEST_CASE("one connection carries one request, and the rest of what it sends is not answered") {
  Fixture fixture;
  Caller caller(*fixture.listener);
  caller.Send(std::string(kRequest) + kRequest + kRequest);
  CHECK(caller.Rest() == kRequest);
}

TEST_CASE("a request in two pieces is answered when it is whole") {
  Fixture fixture;
  Caller caller(*fixture.listener);
  caller.Send(std::string_view(kRequest).substr(0, 10));
  fixture.Serve();
  caller.Send(std::string_view(kRequest).substr(10));
  CHECK(caller.Rest() == kRequest);
}

TEST_CASE("callers that dawdle, more than there is room for, do not keep the next one waiting") {
  Fixture fixture;
  std::vector<std::unique_ptr<Caller>> dawdlers;
  for (size_t i = 0; i < 2 * HttpListener::kMaxConnections; ++i) {
    dawdlers.push_back(std::make_unique<Caller>(*fixture.listener));
    if (i % 2 == 0) dawdlers.back()->Send("GET /livez HTTP/1.1\r\nX: ");
  }
  CHECK(fixture.Serve() < std::chrono::milliseconds(HttpConnection::kRequestUs / 1'000 / 2));
  // The oldest made room.
  CHECK(dawdlers.front()->IsClosed());
}

TEST_CASE("who sends a byte at a time is given up at the deadline") {
  Fixture fixture;
  Caller caller(*fixture.listener);
  caller.Send("GET /livez HTTP/1.1\r\nX: ");
  const auto started = Clock::now();
  std::atomic<bool> closed = false;
  std::thread dribble([&] {
    while (!closed && Clock::now() - started < std::chrono::milliseconds(2 * kPatienceMs)) {
      caller.Send("a");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  CHECK(caller.IsClosed());
  closed = true;
  dribble.join();
  CHECK(Clock::now() - started < std::chrono::microseconds(2 * HttpConnection::kRequestUs));
}

TEST_CASE("an endless head or body is cut off with an answer that says why") {
  Fixture fixture;
  for (const std::string& begun :
       {std::string("GET / HTTP/1.1\r\nX: "),
        std::string("POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 9999999\r\n\r\n")}) {
    Caller caller(*fixture.listener);
    caller.Send(begun + std::string(2'000'000, 'a'));
    CHECK(caller.Rest().starts_with("HTTP/1.1 4"));
  }
}

TEST_CASE("an answer that nobody reads is given up, and holds no thread meanwhile") {
  const std::string large(16 * 1024 * 1024, 'x');
  Fixture fixture([&](std::string_view request, const std::string&) {
    return request.starts_with("GET /large") ? large : std::string(request);
  });
  std::vector<std::unique_ptr<Caller>> deaf;
  for (size_t i = 0; i < 2 * HttpListener::kThreads; ++i) {
    deaf.push_back(std::make_unique<Caller>(*fixture.listener));
    deaf.back()->Send("GET /large HTTP/1.1\r\nHost: gw\r\n\r\n");
  }
  CHECK(fixture.Serve() < std::chrono::microseconds(HttpConnection::kAnswerUs));
}

TEST_CASE("a port on which somebody listens already is an error") {
  Fixture fixture;
  HttpListener second(std::nullopt, nullptr, fixture.logger);
  CHECK_FALSE(second.Listen(Loopback(fixture.listener->port())).ok());
}

TEST_CASE("a listener that ends takes its open connections with it") {
  Fixture fixture;
  Caller idle(*fixture.listener);
  fixture.Serve();
  fixture.listener.reset();
  CHECK(idle.IsClosed());
}

}  // namespace
}  // namespace portreeve::admin
