#include "upstream/read_pace.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "net/socket.h"

namespace portreeve::upstream {
namespace {

// Both ends of a TCP connection on loopback: other sockets know no watermark.
struct Connection {
  base::UniqueFd server;
  base::UniqueFd client;
};

Connection Connect() {
  const auto any = net::ResolveBlocking("127.0.0.1", "0");
  REQUIRE(any.ok());
  const auto listening = net::Listen(any->front(), 1);
  REQUIRE(listening.ok());
  const auto address = net::LocalAddress(listening->get());
  REQUIRE(address.ok());
  auto client = net::StartConnect(*address);
  REQUIRE(client.ok());
  net::Accepted accepted;
  while (net::Accept(listening->get(), accepted) == net::AcceptState::kNone) {
  }
  return {std::move(accepted.fd), *std::move(client)};
}

// Reads what comes and tells the pace, as a session does.
class Reader final : public net::EventLoop::Handler {
 public:
  Reader(net::EventLoop& loop, int fd) : pace(loop), fd_(fd) {
    REQUIRE(loop.Add(fd, EPOLLIN, this).ok());
  }
  void OnReady(uint32_t) override {
    const ssize_t got = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    total += static_cast<size_t>(got);
    pace.Note(fd_, static_cast<size_t>(got));
    if (on_read) on_read();
  }

  ReadPace pace;
  size_t total = 0;
  std::function<void()> on_read;

 private:
  const int fd_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

void Send(int fd, size_t bytes) {
  const std::string text(bytes, 'x');
  size_t sent = 0;
  while (sent < bytes) {
    const ssize_t now = send(fd, text.data() + sent, bytes - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (now > 0) sent += static_cast<size_t>(now);
  }
}

TEST_CASE("a stream is noticed, and its last bytes arrive all the same") {
  net::EventLoop loop;
  Connection connection = Connect();
  Reader reader(loop, connection.server.get());
  constexpr size_t kPiece = 64 * 1024;
  constexpr size_t kPieces = 64;
  size_t sent = 0;
  bool streamed = false;
  const std::function<void()> send_next = [&] {
    streamed |= reader.pace.streaming();
    if (sent == kPieces) return;
    ++sent;
    Send(connection.client.get(), kPiece);
    loop.Post(send_next);
  };
  loop.Post(send_next);
  // Far below the watermark.
  constexpr size_t kTail = 10;
  reader.on_read = [&] {
    if (reader.total == kPieces * kPiece) Send(connection.client.get(), kTail);
    if (reader.total == kPieces * kPiece + kTail) loop.Stop();
  };
  loop.Run();
  CHECK(streamed);
  CHECK(reader.total == kPieces * kPiece + kTail);
  reader.pace.Stop();
}

TEST_CASE("answers to single questions are no stream") {
  net::EventLoop loop;
  Connection connection = Connect();
  Reader reader(loop, connection.server.get());
  int answers = 0;
  reader.on_read = [&] {
    CHECK_FALSE(reader.pace.streaming());
    if (++answers == 20) return loop.Stop();
    Send(connection.client.get(), 8 * 1024);
  };
  Send(connection.client.get(), 8 * 1024);
  loop.Run();
  CHECK(answers == 20);
}

TEST_CASE("a pace that was stopped leaves no timer behind") {
  net::EventLoop loop;
  Connection connection = Connect();
  {
    ReadPace pace(loop);
    pace.Note(connection.server.get(), ReadPace::kStreamBytes);
    REQUIRE(pace.streaming());
    pace.Stop();
    CHECK_FALSE(pace.streaming());
  }
  // Longer than the timer of a pace that is gone would have taken.
  loop.Post([&] { loop.RunAt(loop.now_us() + 3 * ReadPace::kPatienceUs, [&] { loop.Stop(); }); });
  loop.Run();
}

}  // namespace
}  // namespace portreeve::upstream
