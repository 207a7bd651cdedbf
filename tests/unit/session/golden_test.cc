// Conversations that were recorded between libpq or a script and a real server pass both hands
// unchanged, whenever the answers come.

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "hands.h"

namespace portreeve::session {
namespace {

std::vector<wire::TracedMessage> Load(const std::string& name) {
  std::ifstream file(std::string(PORTREEVE_SOURCE_DIR "/tests/golden/") + name + ".trace");
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  auto messages = wire::ParseTrace(text.str());
  INFO(name << ": " << messages.status());
  REQUIRE(messages.ok());
  std::erase_if(*messages, [](const auto& message) { return message.bytes[0] == 'X'; });
  return *std::move(messages);
}

// What is dropped where the server would ignore it makes no difference.
std::string WithoutCopy(std::string_view bytes) {
  std::string kept;
  while (const auto header = wire::ReadHeader(bytes)) {
    const auto message = bytes.substr(0, header->message_bytes());
    if (std::string_view("dcf").find(header->type) == std::string_view::npos) kept += message;
    bytes.remove_prefix(message.size());
  }
  return kept;
}

struct Flow {
  std::string sent;
  std::string heard;
};

// What passes of the messages of each side; a side that must wait does so.
class Replay {
 public:
  Replay() : hands_("{ class: [any, unknown, function_call], action: allow }") {}

  void Client(const std::string& bytes) { flow_.sent += hands_.Client(bytes); }
  void Server(const std::string& bytes) {
    flow_.heard += hands_.Server(bytes);
    REQUIRE(hands_.status.ok());
    if (!hands_.held.empty()) flow_.sent += hands_.Again();
  }
  Flow Finish() {
    CHECK(hands_.held == "");
    CHECK(hands_.turns() == 0);
    CHECK(hands_.progress.next == RequestHand::Next::kMore);
    return flow_;
  }

 private:
  Hands hands_;
  Flow flow_;
};

Flow Original(const std::vector<wire::TracedMessage>& messages) {
  Flow flow;
  for (const auto& message : messages) {
    (message.side == wire::Side::kFrontend ? flow.sent : flow.heard) += message.bytes;
  }
  return flow;
}

TEST_CASE("recorded conversations pass unchanged") {
  for (const char* name :
       {"simple_query", "extended_pipeline", "copy_both_ways", "session/pipeline_errors",
        "session/copy_errors", "session/names", "session/transactions"}) {
    INFO(name);
    const auto messages = Load(name);
    const Flow original = Original(messages);

    Replay as_recorded;
    for (const auto& message : messages) {
      if (message.side == wire::Side::kFrontend) as_recorded.Client(message.bytes);
      if (message.side == wire::Side::kBackend) as_recorded.Server(message.bytes);
    }
    const Flow first = as_recorded.Finish();
    CHECK(WithoutCopy(first.sent) == WithoutCopy(original.sent));
    CHECK(first.heard == original.heard);

    // Every answer comes as late as it can.
    Replay late;
    late.Client(original.sent);
    for (const auto& message : messages) {
      if (message.side == wire::Side::kBackend) late.Server(message.bytes);
    }
    const Flow second = late.Finish();
    CHECK(WithoutCopy(second.sent) == WithoutCopy(original.sent));
    CHECK(second.heard == original.heard);
  }
}

}  // namespace
}  // namespace portreeve::session
