#include "wire/framing.h"

#include <catch2/catch.hpp>
#include <string>

namespace portreeve::wire {
namespace {

using namespace std::string_view_literals;

TEST_CASE("a header is read once all five bytes are there") {
  const auto bytes = "Q\0\1\2\3rest"sv;
  for (size_t size = 0; size < kHeaderBytes; ++size) {
    REQUIRE_FALSE(ReadHeader(bytes.substr(0, size)).has_value());
  }
  const auto header = ReadHeader(bytes);
  REQUIRE(header.has_value());
  REQUIRE(header->type == 'Q');
  REQUIRE(header->length == 0x010203);
  REQUIRE(header->body_bytes() == 0x010203 - 4);
  REQUIRE(header->message_bytes() == 0x010203 + 1);
}

TEST_CASE("a type that the direction does not know is refused whatever its length") {
  const std::string_view frontend = "BCDEFHPQSXcdfp";
  const std::string_view backend = "123ACDEGHIKNRSTVWZcdnstv";
  for (int type = 0; type < 256; ++type) {
    const char c = static_cast<char>(type);
    const bool from_client = frontend.find(c) != std::string_view::npos;
    const bool from_server = backend.find(c) != std::string_view::npos;
    bool client_ok = false;
    bool server_ok = false;
    for (uint32_t length = 0; length < 64; ++length) {
      client_ok |= CheckFrontend({c, length}).ok();
      server_ok |= CheckBackend({c, length}).ok();
    }
    INFO("type " << type);
    REQUIRE(client_ok == from_client);
    REQUIRE(server_ok == from_server);
  }
}

TEST_CASE("no message is shorter than its length word") {
  for (const char type : "BCDEFHPQSXcdfp"sv) {
    for (uint32_t length = 0; length < 4; ++length)
      REQUIRE_FALSE(CheckFrontend({type, length}).ok());
  }
  for (const char type : "123ACDEGHIKNRSTVWZcdnstv"sv) {
    for (uint32_t length = 0; length < 4; ++length)
      REQUIRE_FALSE(CheckBackend({type, length}).ok());
  }
}

TEST_CASE("messages without a body have exactly none") {
  for (const char type : {'H', 'S', 'X', 'c'}) {
    REQUIRE(CheckFrontend({type, 4}).ok());
    REQUIRE(absl::IsInvalidArgument(CheckFrontend({type, 5})));
  }
  for (const char type : {'1', '2', '3', 'I', 'n', 's', 'c'}) {
    REQUIRE(CheckBackend({type, 4}).ok());
    REQUIRE(absl::IsInvalidArgument(CheckBackend({type, 5})));
  }
}

TEST_CASE("each type of message has its largest length") {
  const auto frontend_limit = [](char type, uint32_t limit) {
    REQUIRE(CheckFrontend({type, limit}).ok());
    REQUIRE(absl::IsResourceExhausted(CheckFrontend({type, limit + 1})));
    REQUIRE(absl::IsResourceExhausted(CheckFrontend({type, 0xffffffff})));
  };
  for (const char type : {'E', 'D', 'C', 'f'}) frontend_limit(type, kSmallLength);
  for (const char type : {'Q', 'P', 'B', 'd', 'F'}) frontend_limit(type, kLargeLength);
  frontend_limit('p', kAuthenticationLength);
  const auto backend_limit = [](char type, uint32_t limit) {
    REQUIRE(CheckBackend({type, limit}).ok());
    REQUIRE(absl::IsResourceExhausted(CheckBackend({type, limit + 1})));
  };
  for (const char type : {'D', 'd', 'E', 'N', 'V'}) backend_limit(type, kLargeBackendLength);
  for (const char type : {'S', 'C', 'R', 'A'}) backend_limit(type, kSmallBackendLength);
  backend_limit('T', kRowDescriptionLength);
  backend_limit('K', 8 + kMaxSecretBytes);
}

TEST_CASE("messages have names for people") {
  REQUIRE(FrontendName('D') == "Describe");
  REQUIRE(BackendName('D') == "DataRow");
  REQUIRE(FrontendName('Z') == "unknown message");
}

}  // namespace
}  // namespace portreeve::wire
