// What holds for a handshake whatever it says.

#include "front/handshake.h"

#include <catch2/catch.hpp>

#include "door.h"

namespace portreeve::front {
namespace {

TEST_CASE("bytes that are no protocol at all are dropped") {
  for (const std::string& noise :
       {std::string("GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"), std::string(5'000, '\xff'),
        std::string("\x16\x03\x01\x02\0", 5), std::string("SSH-2.0-OpenSSH_9.2\r\n")}) {
    Door door;
    door.Say(noise);
    CHECK(door.HearsEnd());
    CHECK(Eventually([&] { return door.gone.load(); }));
    CHECK(door.passwords == 0);
  }
}

TEST_CASE("a client that floods a handshake that waits keeps nothing waiting but itself") {
  Door door;
  door.Say(Bytes(wire::CancelRequest{1, "abcd"}));
  REQUIRE(Eventually([&] { return door.cancels() == 1; }));
  door.Flood();
  door.FinishCancel();
  CHECK(door.HearsEnd());
  CHECK(Eventually([&] { return door.gone.load(); }));
}

}  // namespace
}  // namespace portreeve::front
