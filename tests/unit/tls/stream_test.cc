#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/random.h"
#include "tls_pair.h"

namespace portreeve::tls {
namespace {

Pair Connected(int buffer_bytes = 0) {
  static const TestCa kCa;
  static const Context kServer = ServerContext(kCa.Issue("db"));
  static const Context kClient = ClientContext(VerifyMode::kVerifyFull, kCa.certificate());
  Pair pair = MakePair(kServer, kClient, "db", buffer_bytes);
  const auto [server, client] = Pump(pair);
  REQUIRE(server == HandshakeState::kDone);
  REQUIRE(client == HandshakeState::kDone);
  return pair;
}

size_t BytesInSocket(int fd) {
  std::string wire(1 << 20, '\0');
  const ssize_t got = recv(fd, wire.data(), wire.size(), MSG_PEEK);
  return got > 0 ? static_cast<size_t>(got) : 0;
}

TEST_CASE("a handshake goes on through sockets that hold next to nothing") {
  Pair pair = Connected(1);
  CHECK(pair.server->version() == "TLSv1.3");
  CHECK(pair.client->peer_verified());
  CHECK_FALSE(pair.server->has_buffered_input());
}

TEST_CASE("megabytes cross small sockets unchanged, in both directions") {
  Pair pair = Connected(4096);
  const std::string sent = base::SecureRandomBytes(3 << 20);
  for (const bool upward : {true, false}) {
    net::Stream& from = upward ? *pair.client : *pair.server;
    net::Stream& to = upward ? *pair.server : *pair.client;
    std::string got;
    size_t done = 0;
    bool was_blocked = false;
    while (got.size() < sent.size()) {
      if (done < sent.size()) {
        // Pieces of many sizes, cut differently on every try.
        const size_t first = std::min<size_t>(sent.size() - done, 1 + got.size() % 30'000);
        const size_t second = sent.size() - done - first;
        auto* base = const_cast<char*>(sent.data()) + done;
        const iovec pieces[] = {{base, 0}, {base, first}, {nullptr, 0}, {base + first, second}};
        const net::IoResult put = from.Write(pieces);
        INFO(from.last_error() << " after " << done << " in " << first);
        REQUIRE((put.state == net::IoState::kDone || put.state == net::IoState::kWouldBlock));
        was_blocked |= put.state == net::IoState::kWouldBlock;
        done += put.bytes;
      }
      got += ReadSome(to, 1 + got.size() % 50'000);
    }
    CHECK(was_blocked);
    CHECK(got == sent);
  }
}

TEST_CASE("small pieces share one record") {
  Pair pair = Connected();
  std::vector<std::string> texts(100, "0123456789");
  std::vector<iovec> pieces;
  for (std::string& text : texts) pieces.push_back({text.data(), text.size()});
  CHECK(pair.client->Write(pieces).bytes == 1000);
  // Header, content type and tag cost 22 bytes a record; a hundred records would cost 2,200.
  CHECK(BytesInSocket(pair.server->fd()) < 1000 + 2 * 22);
  CHECK(ReadSome(*pair.server).size() == 1000);
}

TEST_CASE("one Read takes all records that fit, and what stays inside is told") {
  Pair pair = Connected();
  for (int i = 0; i < 10; ++i) REQUIRE(WriteText(*pair.client, "0123456789").bytes == 10);
  CHECK(ReadSome(*pair.server, 35).size() == 35);
  CHECK(pair.server->has_buffered_input());
  CHECK(ReadSome(*pair.server).size() == 65);
  CHECK_FALSE(pair.server->has_buffered_input());
  std::string none(10, '\0');
  CHECK(pair.server->Read(none).state == net::IoState::kWouldBlock);
}

TEST_CASE("half a record is not called readable") {
  auto [left, right] = ConnectedSockets();
  const TestCa ca;
  const Context server_context = ServerContext(ca.Issue("db"));
  const Context client_context = ClientContext(VerifyMode::kVerifyCa, ca.certificate());
  Pair pair = MakePair(server_context, client_context, "db");
  Pump(pair);
  REQUIRE(WriteText(*pair.client, std::string(1000, 'x')).bytes == 1000);
  // Take the record off the wire, give half of it back.
  char wire[2000];
  const ssize_t size = recv(pair.server->fd(), wire, sizeof wire, 0);
  REQUIRE(size > 1000);
  REQUIRE(send(pair.client->fd(), wire, 500, 0) == 500);
  std::string into(100, '\0');
  CHECK(pair.server->Read(into).state == net::IoState::kWouldBlock);
  CHECK_FALSE(pair.server->has_buffered_input());
  REQUIRE(send(pair.client->fd(), wire + 500, static_cast<size_t>(size) - 500, 0) == size - 500);
  CHECK(pair.server->Read(into).bytes == 100);
  CHECK(pair.server->has_buffered_input());
}

TEST_CASE("close_notify is an end, a cut connection is an error") {
  Pair orderly = Connected();
  REQUIRE(WriteText(*orderly.client, "last words").bytes == 10);
  orderly.client->ShutdownWrite();
  CHECK(ReadSome(*orderly.server) == "last words");
  std::string into(10, '\0');
  CHECK(orderly.server->Read(into).state == net::IoState::kEof);
  // The other half stays open.
  CHECK(WriteText(*orderly.server, "still here").bytes == 10);
  CHECK(ReadSome(*orderly.client) == "still here");

  Pair cut = Connected();
  cut.client.reset();
  CHECK(cut.server->Read(into).state == net::IoState::kError);
  CHECK_THAT(cut.server->last_error(), Catch::Matchers::Contains("without close_notify"));
  CHECK(WriteText(*cut.server, "x").state == net::IoState::kError);
}

TEST_CASE("writing to a peer that is gone is an error and not a signal") {
  Pair pair = Connected();
  pair.client.reset();
  net::IoResult result;
  for (int i = 0; i < 3 && result.state == net::IoState::kDone; ++i) {
    result = WriteText(*pair.server, "x");
  }
  CHECK(result.state == net::IoState::kError);
  CHECK_FALSE(pair.server->last_error().empty());
}

TEST_CASE("a flipped bit on the wire kills the stream") {
  Pair pair = Connected();
  REQUIRE(WriteText(*pair.client, "transfer 100 to bob").bytes == 19);
  char wire[200];
  const ssize_t size = recv(pair.server->fd(), wire, sizeof wire, 0);
  REQUIRE(size > 20);
  wire[10] = static_cast<char>(wire[10] ^ 1);
  REQUIRE(send(pair.client->fd(), wire, static_cast<size_t>(size), 0) == size);
  std::string into(100, '\0');
  CHECK(pair.server->Read(into).state == net::IoState::kError);
  CHECK(pair.server->Read(into).state == net::IoState::kError);
}

TEST_CASE("bytes that are no ClientHello fail the handshake") {
  const TestCa ca;
  const Context context = ServerContext(ca.Issue("db"));
  std::vector<std::string> hostile = {
      "GET / HTTP/1.1\r\n\r\n",
      std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8),
      std::string("\x16\x03\x01\xff\xff", 5) + std::string(200, 'x'),
      std::string("\x17\x03\x03\x00\x01\x00", 6),
      std::string(64 * 1024, '\0'),
  };
  for (int i = 0; i < 50; ++i) hostile.push_back(base::SecureRandomBytes(600));
  for (const std::string& bytes : hostile) {
    auto [left, right] = ConnectedSockets();
    auto stream = TlsStream::Accept(context, std::move(left)).value();
    CHECK(stream->Handshake() == HandshakeState::kWantRead);
    REQUIRE(send(right.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    shutdown(right.get(), SHUT_WR);
    HandshakeState state = HandshakeState::kWantRead;
    for (int i = 0; i < 10 && state != HandshakeState::kFailed; ++i) state = stream->Handshake();
    CHECK(state == HandshakeState::kFailed);
    CHECK_FALSE(stream->last_error().empty());
    CHECK(stream->Handshake() == HandshakeState::kFailed);
  }
}

TEST_CASE("nothing moves before the handshake is done") {
  const TestCa ca;
  auto [left, right] = ConnectedSockets();
  auto stream = TlsStream::Accept(ServerContext(ca.Issue("db")), std::move(left)).value();
  std::string into(10, '\0');
  CHECK(stream->Read(into).state == net::IoState::kError);
  CHECK(WriteText(*stream, "x").state == net::IoState::kError);
  CHECK(BytesInSocket(right.get()) == 0);
}

TEST_CASE("one thread reads while another writes") {
  Pair pair = Connected(8192);
  const std::string data = base::SecureRandomBytes(4 << 20);
  auto write_all = [&](net::Stream& stream) {
    for (size_t done = 0; done < data.size();) {
      const net::IoResult put = WriteText(stream, std::string_view(data).substr(done));
      if (put.state == net::IoState::kWouldBlock) std::this_thread::yield();
      if (put.state == net::IoState::kError) return;
      done += put.bytes;
    }
  };
  auto read_all = [&](net::Stream& stream, std::string& got) {
    std::string chunk(20'000, '\0');
    while (got.size() < data.size()) {
      const net::IoResult read = stream.Read(chunk);
      if (read.state == net::IoState::kError || read.state == net::IoState::kEof) return;
      if (read.state == net::IoState::kWouldBlock) std::this_thread::yield();
      got.append(chunk, 0, read.bytes);
    }
  };
  std::string at_server;
  std::string at_client;
  std::thread one([&] { write_all(*pair.client); });
  std::thread two([&] { write_all(*pair.server); });
  std::thread three([&] { read_all(*pair.client, at_client); });
  read_all(*pair.server, at_server);
  one.join();
  two.join();
  three.join();
  CHECK(at_server == data);
  CHECK(at_client == data);
}

TEST_CASE("a renegotiation that a TLS 1.2 client asks for is not granted") {
  const TestCa ca;
  const Context server = ServerContext(ca.Issue("db"));
  CHECK((SSL_CTX_get_options(server.get()) & SSL_OP_NO_COMPRESSION) != 0);
  const Context client = ClientContext(VerifyMode::kVerifyCa, ca.certificate());
  SSL_CTX_set_max_proto_version(client.get(), TLS1_2_VERSION);
  SSL_CTX_clear_options(client.get(), SSL_OP_NO_RENEGOTIATION);
  auto [left, right] = ConnectedSockets();
  auto stream = TlsStream::Accept(server, std::move(left)).value();
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(client.get()), SSL_free);
  SSL_set_fd(ssl.get(), right.get());
  int connected = 0;
  for (int turn = 0; turn < 100 && connected != 1; ++turn) {
    connected = SSL_connect(ssl.get());
    stream->Handshake();
  }
  REQUIRE(connected == 1);
  CHECK(stream->version() == "TLSv1.2");
  REQUIRE(SSL_renegotiate(ssl.get()) == 1);
  std::string into(100, '\0');
  int outcome = 0;
  for (int turn = 0; turn < 100; ++turn) {
    outcome = SSL_do_handshake(ssl.get());
    if (outcome == 1 || SSL_get_error(ssl.get(), outcome) != SSL_ERROR_WANT_READ) break;
    stream->Read(into);
  }
  CHECK(outcome != 1);
  CHECK(ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

TEST_CASE("a retry with fewer bytes than the half-sent record is refused, not garbled") {
  Pair pair = Connected(4096);
  const std::string data(1 << 20, 'x');
  net::IoResult result;
  while ((result = WriteText(*pair.client, data)).state == net::IoState::kDone) continue;
  REQUIRE(result.state == net::IoState::kWouldBlock);
  while (!ReadSome(*pair.server).empty()) continue;
  CHECK(WriteText(*pair.client, "x").state == net::IoState::kError);
  CHECK_THAT(pair.client->last_error(), Catch::Matchers::Contains("fewer bytes"));
}

}  // namespace
}  // namespace portreeve::tls
