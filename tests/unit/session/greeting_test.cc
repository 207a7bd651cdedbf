#include "session/greeting.h"

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

using wire::Side;

SessionPlan Plan(bool by_default) {
  SessionPlan plan;
  const auto policy = MakePolicy(kAnything);
  plan.standing = {policy, &policy->grants().front()};
  plan.grant_chosen_by_default = by_default;
  return plan;
}

link::SessionReady ReadyServer() {
  link::SessionReady ready;
  ready.set_server_pid(4711);
  auto* status = ready.add_statuses();
  status->set_name("server_version");
  status->set_value("15.18");
  return ready;
}

std::string Notice() {
  wire::NoticeResponse notice;
  notice.fields = {{'S', "NOTICE"}, {'C', "00000"}, {'M', "welcome"}};
  return Bytes(notice);
}

TEST_CASE("a greeting is what a server says after the password, with a key of the gateway's") {
  const CancelKey key{4711, "abcd"};
  const std::string text = Greeting(Plan(false), ReadyServer(), key);
  CHECK(text == Bytes(wire::Authentication{}) + Status("server_version", "15.18") +
                    Bytes(wire::BackendKeyData{4711, "abcd"}) + Ready());
}

TEST_CASE("who named no grant is told which it is") {
  const std::string text = Greeting(Plan(true), ReadyServer(), {4711, "abcd"});
  CHECK(Names(Side::kBackend, text) ==
        "Authentication ParameterStatus BackendKeyData NoticeResponse ReadyForQuery");
  CHECK(text.find("under the grant test") != std::string::npos);
}

TEST_CASE("of an agent's notices only notices reach the client") {
  const std::string question =
      Bytes(wire::Authentication{wire::Authentication::Kind::kCleartextPassword, {}, {}});
  for (const std::string& smuggled : {question, Ready(), Notice().substr(0, 9), std::string("N"),
                                      std::string("N\0\0\0\x02", 5)}) {
    auto ready = ReadyServer();
    ready.set_notices(Notice() + smuggled + Notice());
    const std::string text = Greeting(Plan(false), ready, {4711, "abcd"});
    CHECK(Names(Side::kBackend, text) ==
          "Authentication ParameterStatus BackendKeyData NoticeResponse ReadyForQuery");
  }
}

}  // namespace
}  // namespace portreeve::session
