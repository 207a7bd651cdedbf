// The start-up packet and what may come before it, in clear.

#include <catch2/catch.hpp>

#include "door.h"

namespace portreeve::front {
namespace {

TEST_CASE("who asks for encryption where there is none is told so, once") {
  Door door;
  door.Say(Bytes(wire::GssEncRequest{}));
  CHECK(door.Hears("N"));
  door.Say(Bytes(wire::SslRequest{}));
  CHECK(door.Hears("NN"));
  door.Say(Startup());
  CHECK(door.Hears("NN" + AskForPassword()));

  for (const std::string& request : {Bytes(wire::GssEncRequest{}), Bytes(wire::SslRequest{})}) {
    Door again;
    again.Say(request + request);
    CHECK(again.HearsFatal("08P01"));
  }
}

TEST_CASE("what the client says of itself is read whole, however it is cut") {
  const std::string packet = Startup();
  for (size_t piece = 1; piece < packet.size(); piece += 11) {
    Door door;
    for (size_t at = 0; at < packet.size(); at += piece) {
      door.Say(packet.substr(at, piece));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(door.Hears(AskForPassword()));
    door.Say(Bytes(wire::PasswordMessage{"token"}));
    REQUIRE(door.PasswordIs("token"));
    const ClientHello hello = door.hello();
    CHECK(hello.user == "ann");
    CHECK(hello.database == "orders/db");
    CHECK(hello.protocol_version == wire::kProtocol30);
    CHECK_FALSE(hello.tls);
    const std::vector<std::pair<std::string, std::string>> others = {{"DateStyle", "ISO"}};
    CHECK(hello.parameters == others);
  }
}

TEST_CASE("the database is the user's name if none is given, and a user there must be") {
  Door door;
  door.Say(Startup(wire::kProtocol30, {{"user", "ann"}}) + Bytes(wire::PasswordMessage{"x"}));
  REQUIRE(door.PasswordIs("x"));
  CHECK(door.hello().database == "ann");

  Door nobody;
  nobody.Say(Startup(wire::kProtocol30, {{"database", "orders"}}));
  CHECK(nobody.HearsFatal("28000"));
  CHECK(nobody.heard.find("no user name") != std::string::npos);
}

TEST_CASE("protocol 3.2 is spoken, newer minor versions are talked down to it") {
  Door plain;
  plain.Say(Startup(wire::kProtocol32));
  CHECK(plain.Hears(AskForPassword()));
  plain.Say(Bytes(wire::PasswordMessage{"x"}));
  REQUIRE(plain.PasswordIs("x"));
  CHECK(plain.hello().protocol_version == wire::kProtocol32);

  for (const uint32_t minor : {3u, 9u, 9999u}) {
    Door newer;
    newer.Say(Startup(3u << 16 | minor));
    wire::NegotiateProtocolVersion negotiate;
    negotiate.version = wire::kProtocol32;
    CHECK(newer.Hears(Bytes(negotiate) + AskForPassword()));
    newer.Say(Bytes(wire::PasswordMessage{"x"}));
    REQUIRE(newer.PasswordIs("x"));
    CHECK(newer.hello().protocol_version == wire::kProtocol32);
  }
}

TEST_CASE("protocol options are answered by name and not taken for parameters") {
  Door door;
  door.Say(Startup(wire::kProtocol30,
                   {{"user", "ann"}, {"_pq_.one", "1"}, {"TimeZone", "UTC"}, {"_pq_.two", "2"}}));
  wire::NegotiateProtocolVersion negotiate;
  negotiate.version = wire::kProtocol30;
  negotiate.refused_options = {"_pq_.one", "_pq_.two"};
  CHECK(door.Hears(Bytes(negotiate) + AskForPassword()));
  door.Say(Bytes(wire::PasswordMessage{"x"}));
  REQUIRE(door.PasswordIs("x"));
  const std::vector<std::pair<std::string, std::string>> others = {{"TimeZone", "UTC"}};
  CHECK(door.hello().parameters == others);
}

TEST_CASE("other major versions and malformed packets are refused in words") {
  std::string doubled = Startup(wire::kProtocol30, {{"user", "a"}, {"user", "b"}});
  std::string leftover = Startup() + "x";
  leftover[3] = static_cast<char>(leftover.size());
  for (const std::string& packet :
       {Startup(2u << 16), Startup(4u << 16), doubled, leftover,
        std::string("\0\0\0\x0a\0\x03\0\0us", 10), std::string("\0\0\0\x09\x04\xd2\x16\x2fx", 9)}) {
    Door door;
    door.Say(packet);
    CHECK(door.HearsFatal("08P01"));
    close(std::exchange(door.client, -1));
    CHECK(Eventually([&] { return door.gone.load(); }));
  }
}

TEST_CASE("a length that no start-up packet has ends it without a word") {
  for (const uint32_t length : {0u, 4u, 7u, 10'005u, 0x7fffffffu, 0xffffffffu}) {
    Door door;
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
    door.Say(bytes);
    CHECK(door.HearsEnd());
    CHECK(door.heard == "");
    CHECK(Eventually([&] { return door.gone.load(); }));
  }
}

TEST_CASE("what has not authenticated in time is dropped, wherever it stands") {
  HandshakeOptions options;
  options.timeout_us = 100'000;
  for (const std::string& beginning :
       {std::string(), std::string("\0\0", 2), Startup().substr(0, 20), Startup(), Startup() + "p",
        Bytes(wire::GssEncRequest{})}) {
    Door door(options);
    door.Say(beginning);
    CHECK(door.HearsEnd());
    CHECK(Eventually([&] { return door.gone.load(); }));
    CHECK(door.passwords == 0);
  }
}

TEST_CASE("a client that leaves is forgotten, wherever it stood") {
  for (const std::string& beginning : {std::string(), std::string("\0", 1), Startup().substr(0, 9),
                                       Startup(), Startup() + "p\0"}) {
    Door door;
    door.Say(beginning);
    close(std::exchange(door.client, -1));
    CHECK(Eventually([&] { return door.gone.load(); }));
    CHECK(door.passwords == 0);
  }
}

}  // namespace
}  // namespace portreeve::front
