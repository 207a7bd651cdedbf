#include <catch2/catch.hpp>

#include "door.h"

namespace portreeve::front {
namespace {

std::string Message(char type, uint32_t length, const std::string& body) {
  std::string bytes(1, type);
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
  return bytes + body;
}

TEST_CASE("only a password message may answer the question for one") {
  for (const std::string& message :
       {Bytes(wire::Query{"SELECT 1"}), Startup(), Bytes(wire::SslRequest{}),
        Bytes(wire::Terminate{}), Message('p', 3, ""), Message('p', 0, ""),
        Message('p', Handshake::kMaxPasswordLength + 1, std::string(30'000, 'x')),
        Message('p', 0xffffffff, ""), Message('p', 9, "token"), Message('p', 4, ""),
        Message('p', 12, std::string("to\0ken\0x", 8))}) {
    Door door;
    door.Say(Startup());
    REQUIRE(door.Hears(AskForPassword()));
    door.Say(message);
    CHECK(door.HearsFatal("08P01"));
    CHECK(door.passwords == 0);
    close(std::exchange(door.client, -1));
    CHECK(Eventually([&] { return door.gone.load(); }));
  }
}

TEST_CASE("the longest password, and an empty one, reach the listener") {
  const std::string longest(Handshake::kMaxPasswordLength - 5, 't');
  for (const std::string& password : {longest, std::string()}) {
    Door door;
    const std::string message = Bytes(wire::PasswordMessage{password});
    door.Say(Startup() + message.substr(0, 5));
    REQUIRE(door.Hears(AskForPassword()));
    door.Say(message.substr(5));
    CHECK(door.PasswordIs(password));
  }
}

TEST_CASE("what follows the password is left for the session") {
  Door door;
  const std::string query = Bytes(wire::Query{"SELECT 1"});
  door.Say(Startup() + Bytes(wire::PasswordMessage{"token"}) + query);
  REQUIRE(door.PasswordIs("token"));
  CHECK(door.gone);
  REQUIRE(door.taken != nullptr);
  char bytes[100];
  const net::IoResult result = door.taken->Read(bytes);
  CHECK(std::string(bytes, result.bytes) == query);
}

TEST_CASE("what follows a password that is not judged at once waits unread") {
  Door door;
  door.judges_later = true;
  const std::string query = Bytes(wire::Query{"SELECT 1"});
  door.Say(Startup() + Bytes(wire::PasswordMessage{"token"}) + query);
  REQUIRE(door.PasswordIs("token"));
  door.Admit();
  REQUIRE(door.taken != nullptr);
  char bytes[100];
  const net::IoResult result = door.taken->Read(bytes);
  CHECK(std::string(bytes, result.bytes) == query);
}

TEST_CASE("who leaves before the password is judged is gone") {
  for (const std::string& last_words : {std::string(), Bytes(wire::Query{"SELECT 1"})}) {
    Door door;
    door.judges_later = true;
    door.Say(Startup() + Bytes(wire::PasswordMessage{"token"}) + last_words);
    REQUIRE(door.PasswordIs("token"));
    close(std::exchange(door.client, -1));
    CHECK(Eventually([&] { return door.gone.load(); }));
  }
}

TEST_CASE("a refusal reaches the client, even one that has not been listened to") {
  Door door;
  door.refuse_with = base::Refusal{"28P01", "authentication failed", "because", "try again"};
  door.Say(Startup() + Bytes(wire::PasswordMessage{"token"}) + std::string(100'000, 'x'));
  CHECK(door.HearsFatal("28P01"));
  CHECK(door.heard.find("authentication failed") != std::string::npos);
  CHECK(door.heard.find("because") != std::string::npos);
  CHECK(door.heard.find("try again") != std::string::npos);
  CHECK(Eventually([&] { return door.gone.load(); }));
}

}  // namespace
}  // namespace portreeve::front
