#include "wire/startup.h"

#include <catch2/catch.hpp>

#include "wire/framing.h"
#include "wire/reader.h"

namespace portreeve::wire {
namespace {

using namespace std::string_view_literals;

template <typename Packet>
std::string Encoded(const Packet& packet) {
  std::string bytes;
  packet.Encode(bytes);
  REQUIRE(ReadStartupLength(bytes) == bytes.size());
  return bytes.substr(4);
}

template <typename Packet>
void RequireExact(const Packet& packet) {
  const std::string body = Encoded(packet);
  const auto decoded = DecodeStartupPacket(body);
  REQUIRE(decoded.ok());
  REQUIRE(std::holds_alternative<Packet>(*decoded));
  REQUIRE(Encoded(std::get<Packet>(*decoded)) == body);
  for (size_t cut = 0; cut < body.size(); ++cut) {
    REQUIRE_FALSE(DecodeStartupPacket(body.substr(0, cut)).ok());
  }
  REQUIRE_FALSE(DecodeStartupPacket(body + '\0').ok());
  REQUIRE_FALSE(DecodeStartupPacket(body + 'x').ok());
}

TEST_CASE("every start-up packet comes back as it went, and no other passes for it") {
  RequireExact(StartupMessage{kProtocol30, {{"user", "ann"}, {"database", "orders"}}});
  RequireExact(StartupMessage{kProtocol32, {{"user", "ann"}, {"options", ""}}});
  RequireExact(SslRequest{});
  RequireExact(GssEncRequest{});
}

TEST_CASE("the secret of a cancel request has 4 to 256 bytes") {
  for (const size_t bytes : {0, 3, 4, 256, 257}) {
    const std::string secret(bytes, 's');
    const std::string body = Encoded(CancelRequest{4711, secret});
    const auto decoded = CancelRequest::Decode(body);
    REQUIRE(decoded.ok() == (bytes >= kMinSecretBytes && bytes <= kMaxSecretBytes));
    if (decoded.ok()) REQUIRE(decoded->secret == secret);
    if (decoded.ok()) REQUIRE(decoded->process_id == 4711);
  }
}

TEST_CASE("the bytes of a start-up packet are those of the manual") {
  std::string bytes;
  StartupMessage{kProtocol30, {{"user", "a"}}}.Encode(bytes);
  SslRequest{}.Encode(bytes);
  REQUIRE(bytes == "\0\0\0\20\0\3\0\0user\0a\0\0\0\0\0\10\4\322\26\57"sv);
}

TEST_CASE("a parameter that is named twice is refused") {
  const std::string body = Encoded(StartupMessage{kProtocol30, {{"user", "a"}, {"user", "b"}}});
  REQUIRE_FALSE(StartupMessage::Decode(body).ok());
}

TEST_CASE("there is a limit to start-up parameters and to their names") {
  std::vector<std::string> names;
  for (size_t i = 0; i <= kMaxStartupParameters; ++i) names.push_back("n" + std::to_string(i));
  StartupMessage message;
  for (size_t i = 0; i < kMaxStartupParameters; ++i) message.parameters.emplace_back(names[i], "v");
  REQUIRE(StartupMessage::Decode(Encoded(message)).ok());
  message.parameters.emplace_back(names.back(), "v");
  REQUIRE_FALSE(StartupMessage::Decode(Encoded(message)).ok());
  const std::string name(kMaxNameBytes + 1, 'n');
  REQUIRE_FALSE(StartupMessage::Decode(Encoded(StartupMessage{kProtocol30, {{name, ""}}})).ok());
}

TEST_CASE("minor versions are for the receiver to judge, major ones are refused") {
  const auto newer = StartupMessage::Decode(Encoded(StartupMessage{3u << 16 | 9999, {}}));
  REQUIRE(newer.ok());
  REQUIRE(ProtocolMinor(newer->version) == 9999);
  const auto older = StartupMessage::Decode("\0\2\0\0user"sv);
  REQUIRE(absl::IsUnimplemented(older.status()));
  REQUIRE(absl::IsUnimplemented(StartupMessage::Decode("\0\4\0\0\0"sv).status()));
}

TEST_CASE("the length of a start-up packet is checked before it is waited for") {
  REQUIRE_FALSE(ReadStartupLength("\0\0\0"sv).has_value());
  REQUIRE(ReadStartupLength("\0\0\1\2"sv) == 258);
  REQUIRE(CheckStartupLength(8).ok());
  REQUIRE(CheckStartupLength(10004).ok());
  for (const uint32_t length : {0u, 4u, 7u, 10005u, 0xffffffffu}) {
    REQUIRE_FALSE(CheckStartupLength(length).ok());
  }
}

TEST_CASE("a parameter is found by its name") {
  const StartupMessage message{kProtocol30, {{"user", "ann"}, {"database", ""}}};
  REQUIRE(message.Find("user") == "ann");
  REQUIRE(message.Find("database") == "");
  REQUIRE_FALSE(message.Find("options").has_value());
}

}  // namespace
}  // namespace portreeve::wire
