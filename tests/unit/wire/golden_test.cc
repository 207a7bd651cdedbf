// Conversations as libpq would trace them, taken from a PostgreSQL 15 server.
#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "base/file.h"
#include "wire/backend.h"
#include "wire/framing.h"
#include "wire/frontend.h"
#include "wire/trace.h"

namespace portreeve::wire {
namespace {

template <typename Variant>
std::string Encoded(const Variant& message) {
  std::string bytes;
  std::visit([&](const auto& alternative) { alternative.Encode(bytes); }, message);
  return bytes;
}

// The message as our own codec understands it and writes it again.
std::string ThroughCodec(const TracedMessage& message) {
  const auto header = ReadHeader(message.bytes);
  REQUIRE(header.has_value());
  const std::string_view body = std::string_view(message.bytes).substr(kHeaderBytes);
  if (message.side == Side::kFrontend) {
    REQUIRE(CheckFrontend(*header).ok());
    const auto decoded = DecodeFrontend(header->type, body);
    REQUIRE(decoded.ok());
    return Encoded(*decoded);
  }
  REQUIRE(CheckBackend(*header).ok());
  const auto decoded = DecodeBackend(header->type, body);
  REQUIRE(decoded.ok());
  return Encoded(*decoded);
}

TEST_CASE("a conversation of a real server is understood and written again to the byte") {
  const std::string name =
      GENERATE("simple_query", "extended_pipeline", "copy_both_ways", "login_scram");
  const auto text = base::ReadFile(
      std::string(PORTREEVE_SOURCE_DIR) + "/tests/golden/" + name + ".trace", 1 << 20);
  REQUIRE(text.ok());
  const auto messages = ParseTrace(*text);
  REQUIRE(messages.ok());
  REQUIRE(messages->size() > 20);
  std::string again;
  for (const TracedMessage& message : *messages) {
    const std::string bytes = ThroughCodec(message);
    REQUIRE(bytes == message.bytes);
    REQUIRE(AppendTrace(message.side, bytes, again).ok());
  }
  REQUIRE(again == *text);
}

}  // namespace
}  // namespace portreeve::wire
