#include "net/output_queue.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace portreeve::net {
namespace {

struct Pair {
  SocketStream near{base::UniqueFd()};
  SocketStream far{base::UniqueFd()};
};

Pair Connected() {
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
  const int small = 4096;
  setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  return {SocketStream(base::UniqueFd(fds[0])), SocketStream(base::UniqueFd(fds[1]))};
}

std::vector<iovec> Pieces(const std::vector<std::string>& texts) {
  std::vector<iovec> pieces;
  for (const std::string& text : texts) {
    pieces.push_back({const_cast<char*>(text.data()), text.size()});
  }
  return pieces;
}

std::string ReadAll(Stream& stream, size_t limit = 1 << 20) {
  std::string all;
  char buffer[4096];
  while (all.size() < limit) {
    const IoResult result = stream.Read({buffer, std::min(sizeof buffer, limit - all.size())});
    if (result.state != IoState::kDone) break;
    all.append(buffer, result.bytes);
  }
  return all;
}

TEST_CASE("what fits goes out at once and nothing is kept") {
  Pair pair = Connected();
  OutputQueue queue;
  const std::vector<std::string> texts = {"one", "", "two", ""};
  const IoResult result = queue.Write(pair.near, Pieces(texts));
  CHECK(result.bytes == 6);
  CHECK(result.state == IoState::kDone);
  CHECK(queue.empty());
  CHECK(queue.size() == 0);
  CHECK(ReadAll(pair.far) == "onetwo");
  CHECK(queue.Write(pair.near, {}).bytes == 0);
  CHECK(queue.Flush(pair.near).bytes == 0);
}

TEST_CASE("more pieces than the system takes at once go out all the same") {
  Pair pair = Connected();
  OutputQueue queue;
  std::vector<std::string> texts;
  std::string all;
  for (int i = 0; i < 3'000; ++i) {
    texts.push_back(std::to_string(i % 10));
    all += texts.back();
  }
  size_t told = queue.Write(pair.near, Pieces(texts)).bytes;
  std::string got = ReadAll(pair.far);
  while (!queue.empty()) {
    told += queue.Flush(pair.near).bytes;
    got += ReadAll(pair.far);
  }
  CHECK((got == all));
  CHECK(told == all.size());
}

TEST_CASE("bytes keep their order and are counted once, however the socket takes them") {
  std::mt19937 random(GENERATE(1u, 2u, 3u, 4u));
  Pair pair = Connected();
  OutputQueue queue;
  std::string sent;
  std::string got;
  size_t told = 0;
  for (int round = 0; round < 400; ++round) {
    if (random() % 8 == 0) {
      queue.Append("appended");
      sent += "appended";
    }
    std::vector<std::string> texts;
    for (size_t i = random() % 5; i > 0; --i) {
      std::string text(random() % 3 == 0 ? random() % 6000 : random() % 20, '\0');
      for (char& c : text) c = static_cast<char>(random());
      sent += text;
      texts.push_back(std::move(text));
    }
    told += queue.Write(pair.near, Pieces(texts)).bytes;
    CHECK(told + queue.size() == sent.size());
    got += ReadAll(pair.far, random() % 9000);
    if (random() % 4 == 0) told += queue.Flush(pair.near).bytes;
  }
  while (!queue.empty()) {
    told += queue.Flush(pair.near).bytes;
    got += ReadAll(pair.far);
  }
  got += ReadAll(pair.far);
  CHECK((got == sent));
  CHECK(told == sent.size());
}

TEST_CASE("a stalled peer costs what was given and no more calls than needed") {
  Pair pair = Connected();
  OutputQueue queue;
  const std::vector<std::string> texts = {std::string(100'000, 'x')};
  const size_t out = queue.Write(pair.near, Pieces(texts)).bytes;
  CHECK(out > 0);
  CHECK(queue.size() == 100'000 - out);
  const IoResult again = queue.Flush(pair.near);
  CHECK(again.bytes == 0);
  CHECK(again.state != IoState::kError);
  CHECK(queue.size() == 100'000 - out);
}

TEST_CASE("a peer that is gone is an error and ends no process") {
  Pair pair = Connected();
  pair.far = SocketStream(base::UniqueFd());
  OutputQueue queue;
  const std::vector<std::string> texts = {"into the void"};
  CHECK(queue.Write(pair.near, Pieces(texts)).state == IoState::kError);
  CHECK(pair.near.last_error() == "Broken pipe");
  queue.Append("more");
  CHECK(queue.Flush(pair.near).state == IoState::kError);
  CHECK(queue.Write(pair.near, Pieces(texts)).state == IoState::kError);
}

TEST_CASE("a stream tells data, emptiness, the end and errors apart") {
  Pair pair = Connected();
  char buffer[16];
  CHECK(pair.far.Read(buffer).state == IoState::kWouldBlock);
  const iovec piece{const_cast<char*>("hello"), 5};
  CHECK(pair.near.Write({&piece, 1}).bytes == 5);
  const IoResult got = pair.far.Read(buffer);
  CHECK(got.state == IoState::kDone);
  CHECK(std::string(buffer, got.bytes) == "hello");
  pair.near.ShutdownWrite();
  CHECK(pair.far.Read(buffer).state == IoState::kEof);
  // The other half is still open.
  CHECK(pair.far.Write({&piece, 1}).bytes == 5);
  CHECK(pair.near.Read(buffer).bytes == 5);
  CHECK(pair.near.Write({&piece, 1}).state == IoState::kError);
}

TEST_CASE("a released socket is no longer closed by its stream") {
  Pair pair = Connected();
  base::UniqueFd released;
  {
    SocketStream stream = std::move(pair.near);
    released = stream.Release();
    CHECK(stream.fd() == -1);
  }
  SocketStream wrapped(std::move(released));
  const iovec piece{const_cast<char*>("x"), 1};
  CHECK(wrapped.Write({&piece, 1}).bytes == 1);
  CHECK(ReadAll(pair.far) == "x");
}

}  // namespace
}  // namespace portreeve::net
