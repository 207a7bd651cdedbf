#include <catch2/catch.hpp>

#include "door.h"

namespace portreeve::front {
namespace {

TEST_CASE("a cancel request is handed on with its key, and closed when it is done") {
  for (const size_t secret_bytes : {4u, 32u, 256u}) {
    Door door;
    const std::string secret(secret_bytes, '\x07');
    door.Say(Bytes(wire::CancelRequest{4711, secret}));
    REQUIRE(Eventually([&] { return door.cancels() == 1; }));
    CHECK(door.cancelled() == std::pair<uint32_t, std::string>(4711, secret));
    CHECK(door.Heard() == "");
    CHECK_FALSE(door.at_end);
    door.FinishCancel();
    CHECK(door.HearsEnd());
    CHECK(door.heard == "");
    CHECK(Eventually([&] { return door.gone.load(); }));
  }
}

TEST_CASE("a cancel request that is never done is closed in time, and may be done afterwards") {
  HandshakeOptions options;
  options.timeout_us = 100'000;
  Door door(options);
  door.Say(Bytes(wire::CancelRequest{1, "abcd"}));
  CHECK(door.HearsEnd());
  door.FinishCancel();
  CHECK(Eventually([&] { return door.gone.load(); }));
}

TEST_CASE("a key of an impossible length is refused") {
  for (const size_t secret_bytes : {0u, 3u, 257u}) {
    Door door;
    door.Say(Bytes(wire::CancelRequest{1, std::string(secret_bytes, 's')}));
    CHECK(door.HearsEnd());
    CHECK(door.cancels() == 0);
  }
}

}  // namespace
}  // namespace portreeve::front
