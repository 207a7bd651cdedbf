// Which agents are there, who is picked, and who is cut off.

#include "world.h"

namespace portreeve::fleet {
namespace {

using absl::StatusCode;
using Strings = std::vector<std::string>;

void Attach(const Connected& lane, uint64_t first, int count) {
  for (int i = 0; i < count; ++i) {
    REQUIRE(lane.tunnel()->Attach(first + static_cast<uint64_t>(i), std::make_shared<Listener>()));
  }
}

TEST_CASE("a lane is let in by an agent's own certificate only") {
  World world;
  const Agent agent = world.Join();
  const Agent other = world.Join();
  const auto code = [&](const std::string& pem) {
    return world.fleet->Admit(0, {"whatever", pem, "addr"}).status().code();
  };
  CHECK(code(agent.issued.certificate_pem) == StatusCode::kOk);
  CHECK(code("") == StatusCode::kPermissionDenied);
  CHECK(code("nonsense") != StatusCode::kOk);
  CHECK(code(world.authority->ca_pem()) == StatusCode::kPermissionDenied);
  const auto server = world.authority->MakeServerTls({"localhost"});
  CHECK(code(server->certificate_chain_pem) == StatusCode::kPermissionDenied);
  // The name that counts is the certificate's, whatever the transport says.
  const auto handler = world.fleet->Admit(
      0, {other.issued.agent_id, agent.issued.certificate_pem, "ipv4:10.0.0.1:1"});
  REQUIRE(handler.ok());
  const auto tunnel = std::static_pointer_cast<Tunnel>(*handler);
  CHECK(tunnel->agent_id() == agent.issued.agent_id);
  CHECK(tunnel->certificate_serial() == agent.issued.serial);
  CHECK(tunnel->address() == "ipv4:10.0.0.1:1");
}

TEST_CASE("a revoked or expired agent is turned away, and that is on record") {
  World world;
  const Agent revoked = world.Join();
  REQUIRE(world.authority->Revoke(revoked.issued.agent_id).ok());
  CHECK(world.fleet->Admit(0, revoked.peer()).status().code() == StatusCode::kPermissionDenied);
  const Agent expired = world.Join();
  world.clock.Move(25 * kHourUs);
  CHECK(world.fleet->Admit(0, expired.peer()).status().code() == StatusCode::kPermissionDenied);
  CHECK(world.Records() ==
        Strings{"refused " + revoked.issued.agent_id, "refused " + expired.issued.agent_id});
}

TEST_CASE("a certificate of another authority is turned away, even under a known agent's name") {
  World world;
  World elsewhere;
  const Agent agent = world.Join();
  const Agent stranger = elsewhere.Join();
  CHECK(world.fleet->Admit(0, stranger.peer()).status().code() == StatusCode::kPermissionDenied);
}

TEST_CASE("an agent is there from its first HELLO to the end of its last lane") {
  World world;
  const Agent agent = world.Join();
  Connected one = world.Connect(agent);
  CHECK(world.fleet->Agents().empty());
  CHECK(world.fleet->Pick("orders") == nullptr);
  REQUIRE(one.Hello({"orders", "billing"}).ok());
  world.clock.Move(5'000'000);
  Connected two = world.Connect(agent);
  REQUIRE(two.Hello({"orders", "billing"}).ok());
  Attach(one, 1, 2);
  Attach(two, 10, 1);
  const auto agents = world.fleet->Agents();
  REQUIRE(agents.size() == 1);
  CHECK(agents.front().id == agent.issued.agent_id);
  CHECK(agents.front().version == "1");
  CHECK(agents.front().lanes == 2);
  CHECK(agents.front().sessions == 3);
  CHECK(agents.front().connections == Strings{"orders", "billing"});
  CHECK(agents.front().connected_since_unix_us == world.clock.UnixMicros() - 5'000'000);
  CHECK(world.fleet->Connections() == Strings{"billing", "orders"});
  one.handler->OnClosed(base::Unavailable("x"));
  CHECK(world.fleet->Agents().size() == 1);
  two.handler->OnClosed(base::Unavailable("x"));
  CHECK(world.fleet->Agents().empty());
  CHECK(world.fleet->Connections().empty());
}

TEST_CASE("joining and leaving are on record once, however many lanes there are") {
  World world;
  const Agent agent = world.Join();
  Connected one = world.Connect(agent);
  Connected two = world.Connect(agent);
  REQUIRE(one.Hello({"orders"}).ok());
  REQUIRE(two.Hello({"orders"}).ok());
  one.handler->OnClosed(base::Unavailable("x"));
  two.handler->OnClosed(base::Unavailable("x"));
  Connected silent = world.Connect(agent);
  silent.handler->OnClosed(base::Unavailable("x"));
  CHECK(world.Records() ==
        Strings{"joined " + agent.issued.agent_id + " orders", "left " + agent.issued.agent_id});
}

TEST_CASE("the lane with the fewest sessions among those that reach the connection is picked") {
  World world;
  const Agent both = world.Join();
  const Agent orders = world.Join();
  Connected one = world.Connect(both);
  Connected two = world.Connect(both);
  Connected three = world.Connect(orders);
  REQUIRE(one.Hello({"orders", "billing"}).ok());
  REQUIRE(two.Hello({"orders", "billing"}).ok());
  REQUIRE(three.Hello({"orders"}).ok());
  Attach(one, 1, 3);
  Attach(two, 10, 2);
  Attach(three, 20, 1);
  CHECK(world.fleet->Pick("orders") == three.tunnel());
  CHECK(world.fleet->Pick("billing") == two.tunnel());
  CHECK(world.fleet->Pick("order") == nullptr);
  CHECK(world.fleet->Pick("") == nullptr);
  Attach(three, 30, 2);
  CHECK(world.fleet->Pick("orders") == two.tunnel());
  two.tunnel()->Detach(10);
  two.tunnel()->Detach(11);
  Attach(two, 40, 4);
  CHECK(world.fleet->Pick("orders") != two.tunnel());
}

TEST_CASE("sessions that come one after the other spread evenly") {
  World world;
  std::vector<Connected> lanes;
  for (int i = 0; i < 3; ++i) {
    lanes.push_back(world.Connect(world.Join()));
    REQUIRE(lanes.back().Hello({"orders"}).ok());
  }
  for (uint64_t session = 1; session <= 30; ++session) {
    REQUIRE(world.fleet->Pick("orders")->Attach(session, std::make_shared<Listener>()));
  }
  for (const Connected& lane : lanes) CHECK(lane.tunnel()->session_count() == 10);
}

TEST_CASE("a lane that drains or is gone is not picked") {
  World world;
  const Agent agent = world.Join();
  Connected one = world.Connect(agent);
  Connected two = world.Connect(agent);
  REQUIRE(one.Hello({"orders"}).ok());
  REQUIRE(two.Hello({"orders"}).ok());
  Attach(two, 1, 5);
  REQUIRE(one.Deliver(FrameOf(link::FRAME_KIND_DRAIN, 0)).ok());
  CHECK(world.fleet->Pick("orders") == two.tunnel());
  two.handler->OnClosed(base::Unavailable("x"));
  CHECK(world.fleet->Pick("orders") == nullptr);
}

TEST_CASE("labels, sorted, and the database are those of the picked lane") {
  World world;
  const Agent agent = world.Join();
  Connected lane = world.Connect(agent);
  link::Hello hello;
  for (const char* name : {"billing", "orders"}) {
    auto* entry = hello.add_connections();
    entry->set_name(name);
    (*entry->mutable_labels())["kind"] = name;
    (*entry->mutable_labels())["env"] = "prod";
    entry->set_database(name == std::string("orders") ? "shop" : "ledger");
  }
  REQUIRE(lane.Deliver(FrameOf(link::FRAME_KIND_HELLO, 0, hello.SerializeAsString())).ok());
  using Labels = std::vector<std::pair<std::string, std::string>>;
  CHECK(Fleet::Labels(*lane.tunnel(), "orders") == Labels{{"env", "prod"}, {"kind", "orders"}});
  CHECK(Fleet::Labels(*lane.tunnel(), "nothing").empty());
  CHECK(Fleet::Database(*lane.tunnel(), "orders") == "shop");
  CHECK(Fleet::Database(*lane.tunnel(), "nothing").empty());
}

TEST_CASE("who is cut off loses every lane at once, and nobody else does") {
  World world;
  const Agent agent = world.Join();
  const Agent other = world.Join();
  Connected one = world.Connect(agent);
  Connected two = world.Connect(agent);
  Connected three = world.Connect(other);
  for (Connected* lane : {&one, &two, &three}) REQUIRE(lane->Hello({"orders"}).ok());
  world.fleet->CutOff(agent.issued.agent_id, "revoked");
  CHECK(one.lane->closed_for == "revoked");
  CHECK(two.lane->closed_for == "revoked");
  CHECK(three.lane->closed_for.empty());
  world.fleet->CutOff("agent-nobody", "x");
}

TEST_CASE("an agent that is revoked between its admission and its HELLO does not join") {
  World world;
  const Agent agent = world.Join();
  Connected lane = world.Connect(agent);
  REQUIRE(world.authority->Revoke(agent.issued.agent_id).ok());
  world.fleet->CutOff(agent.issued.agent_id, "revoked");
  CHECK(lane.Hello({"orders"}).ok());
  CHECK_FALSE(lane.lane->closed_for.empty());
  lane.handler->OnClosed(base::Unavailable("closed"));
  CHECK(world.fleet->Agents().empty());
  CHECK(world.Records().empty());
}

TEST_CASE("an agent serves what its join token was for, or less, and nothing else") {
  World world;
  const Agent agent = world.Join({"orders", "billing"});
  Connected good = world.Connect(agent);
  REQUIRE(good.Hello({"billing"}).ok());
  CHECK(world.fleet->Pick("billing") == good.tunnel());
  Connected bad = world.Connect(agent);
  CHECK(bad.Hello({"billing", "payroll"}).ok());
  CHECK(bad.lane->closed_for == "the agent's join token was not for the connection payroll");
  CHECK(world.fleet->Pick("payroll") == nullptr);
  CHECK(world.fleet->Pick("billing") == good.tunnel());
  bad.handler->OnClosed(base::Unavailable("closed"));
  REQUIRE(world.fleet->Agents().size() == 1);
  CHECK(world.fleet->Agents().front().lanes == 1);
  const std::string id = agent.issued.agent_id;
  CHECK(world.Records() ==
        Strings{"joined " + id + " billing", "refused " + id + " billing payroll"});
}

TEST_CASE("an agent that is refused again and again is on record once a minute") {
  World world;
  const Agent agent = world.Join({"orders"});
  const auto claim = [&] {
    Connected lane = world.Connect(agent);
    CHECK(lane.Hello({"payroll"}).ok());
    CHECK_FALSE(lane.lane->closed_for.empty());
    lane.handler->OnClosed(base::Unavailable("closed"));
  };
  for (int i = 0; i < 5; ++i) claim();
  world.clock.Move(Fleet::kRefusalRecordIntervalUs);
  claim();
  const std::string refused = "refused " + agent.issued.agent_id + " payroll";
  CHECK(world.Records() == Strings{refused, refused});
}

TEST_CASE("one agent cannot take lanes without end, spoken or silent") {
  World world;
  const Agent greedy = world.Join();
  const Agent other = world.Join();
  std::vector<Connected> lanes;
  for (size_t i = 0; i < Fleet::kMaxLanesPerAgent; ++i) {
    lanes.push_back(world.Connect(greedy));
    if (i % 2 == 0) REQUIRE(lanes.back().Hello({"orders"}).ok());
  }
  CHECK(world.fleet->Admit(0, greedy.peer()).status().code() == StatusCode::kResourceExhausted);
  CHECK(world.fleet->Admit(0, other.peer()).ok());
  // A lane that has ended makes room, even while a session still holds it.
  const auto held = lanes.front().tunnel();
  lanes.front().handler->OnClosed(base::Unavailable("x"));
  CHECK(world.fleet->Admit(0, greedy.peer()).ok());
}

}  // namespace
}  // namespace portreeve::fleet
