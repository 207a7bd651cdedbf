// How a session ends, and that nothing of it stays.

#include <catch2/catch.hpp>

#include "world.h"

namespace portreeve::session {
namespace {

const std::string kName = SessionName(World::kId);

base::Refusal Killed() { return {"57P01", "terminating connection", "", ""}; }

bool HearsFatal(World& world, const std::string& sqlstate) {
  return world.Hears("C" + sqlstate) && world.heard.find("VFATAL") != std::string::npos &&
         world.HearsEnd();
}

// The reason that stands in the record of its end, once there is one.
std::string ClosedFor(World& world) {
  std::string reason;
  Eventually([&] {
    for (const auto& record : world.Records()) {
      if (record.has_session_closed() && record.session_closed().session() == kName) {
        reason = record.session_closed().reason();
        CHECK(record.session_closed().duration_us() < 10'000'000);
      }
    }
    return !reason.empty();
  });
  return reason;
}

TEST_CASE("a session that is ended before it begins asks no agent for anything") {
  World world;
  world.Make();
  world.session->End(Killed(), "test");
  world.OnLoop([&] { world.session->Begin(); });
  CHECK(HearsFatal(world, "57P01"));
  CHECK(world.agent->Count(link::FRAME_KIND_OPEN) == 0);
  CHECK(world.tunnel->session_count() == 0);
  CHECK(ClosedFor(world) == "test");
}

TEST_CASE("a session that is ended while it opens tells the agent and the client") {
  World world;
  world.Make();
  world.Begin();
  world.session->End(Killed(), "test");
  CHECK(HearsFatal(world, "57P01"));
  CHECK(world.Aborted());
  // A server that is ready too late finds nobody.
  world.AgentReady();
  CHECK(world.heard.find("VFATAL") == world.heard.rfind("VFATAL"));
  CHECK(world.tunnel->session_count() == 0);
  CHECK(ClosedFor(world) == "test");
}

TEST_CASE("why the server could not be reached is told") {
  World world;
  world.Make();
  world.Begin();
  link::SessionFailed failed;
  failed.set_sqlstate("3D000");
  failed.set_message("there is no such database");
  world.AgentSays(link::FRAME_KIND_FAILED, failed.SerializeAsString());
  CHECK(HearsFatal(world, "3D000"));
  CHECK(ClosedFor(world) == "the server could not be reached");
}

TEST_CASE("a server that closes while the session opens is told of as well") {
  World world;
  world.Make();
  world.Begin();
  world.AgentSays(link::FRAME_KIND_CLOSE, link::CloseSession().SerializeAsString());
  CHECK(HearsFatal(world, "08006"));
}

TEST_CASE("without a lane there is no session") {
  World world;
  world.tunnel->OnClosed(absl::OkStatus());
  world.Make();
  world.OnLoop([&] { world.session->Begin(); });
  CHECK(HearsFatal(world, "57P03"));
}

TEST_CASE("a link that is lost is told of at once") {
  World world;
  world.Open();
  world.tunnel->OnClosed(base::Unavailable("broken"));
  CHECK(HearsFatal(world, "08006"));
}

TEST_CASE("an open session ends in the middle of a statement") {
  World world;
  world.Open();
  world.ClientSays(Query("SELECT pg_sleep(100)"));
  CHECK(world.ServerGets(Query("SELECT pg_sleep(100)")));
  world.ServerSays(Row("1"));
  world.session->End(Killed(), "test");
  CHECK(HearsFatal(world, "57P01"));
  CHECK(world.heard.starts_with(Row("1")));
  CHECK(world.Aborted());
  CHECK(Eventually([&] {
    bool lost = false;
    for (const auto& record : world.Records()) {
      lost |= record.has_statement_outcome() &&
              record.statement_outcome().ending() == proto::audit::LOST;
    }
    return lost;
  }));
}

TEST_CASE("a message that was passed on in part is not followed by words of the gateway") {
  World world;
  world.Open();
  world.ClientSays(Query("SELECT 1"));
  CHECK(world.ServerGets(Query("SELECT 1")));
  const std::string row = Row(std::string(100, 'x'));
  world.ServerSays(row.substr(0, 50));
  CHECK(world.Hears(row.substr(0, 50)));
  world.session->End(Killed(), "test");
  CHECK(world.HearsEnd());
  CHECK(world.heard == row.substr(0, 50));
}

TEST_CASE("a server that breaks the protocol ends its session and no other") {
  World world;
  world.Open();
  world.ServerSays(Row("out of nowhere"));
  world.ServerSays(Ready());
  CHECK(HearsFatal(world, "08P01"));
  CHECK(world.heard.find("nowhere") == std::string::npos);
  CHECK(world.Aborted());
}

TEST_CASE("a client that breaks the protocol is told so") {
  World world;
  world.Open();
  world.ClientSays(Bytes(wire::PasswordMessage{"again"}));
  CHECK(HearsFatal(world, "08P01"));
  CHECK(world.agent->data() == "");
}

TEST_CASE("the grant's time, an idle time and the credential's time end a session") {
  SECTION("grant") {
    World world;
    world.Open(MakePolicy(kAnything, "    session: { max: 1s }\n"));
    CHECK(HearsFatal(world, "57P01"));
    CHECK(world.heard.find("session time is over") != std::string::npos);
  }
  SECTION("idle") {
    World world;
    world.Open(MakePolicy(kAnything, "    session: { idle: 1s }\n"));
    CHECK(HearsFatal(world, "57P01"));
    CHECK(world.heard.find("idle") != std::string::npos);
  }
  SECTION("credential") {
    World world;
    world.Open(MakePolicy(kAnything), 1);
    CHECK(HearsFatal(world, "57P01"));
    CHECK(world.heard.find("token") != std::string::npos);
  }
}

TEST_CASE("a session is not idle while it waits for the server") {
  World world;
  world.Open(MakePolicy(kAnything, "    session: { idle: 1s }\n"));
  world.ClientSays(Query("SELECT pg_sleep(100)"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1'600));
  world.ServerSays(Complete("SELECT 1") + Ready());
  CHECK(world.Hears(Complete("SELECT 1") + Ready()));
  CHECK(world.heard == Complete("SELECT 1") + Ready());
}

TEST_CASE("under a new policy a session goes on by its rules, or ends") {
  World world;
  world.Open();
  const auto stricter = MakePolicy(kReadsOnly);
  world.OnLoop([&] { world.session->Adopt(stricter); });
  world.ClientSays(Query("DELETE FROM t"));
  REQUIRE(Eventually([&] { return world.agent->Count(link::FRAME_KIND_DATA) == 1; }));
  CHECK(world.agent->data().find("DELETE") == std::string::npos);
  world.ServerSays(Error("42601") + Ready());
  CHECK(world.Hears("42501"));

  const auto other_role = MakePolicy(kReadsOnly, "    as: { role: other }\n");
  world.OnLoop([&] { world.session->Adopt(other_role); });
  CHECK(HearsFatal(world, "57P01"));
}

TEST_CASE("under a policy that observes what it would refuse passes, until it is enforced") {
  World world;
  const auto observing = MakePolicy(kReadsOnly, "defaults: { mode: observe }\n");
  world.Open(observing);
  world.ClientSays(Query("SET ROLE other"));
  CHECK(world.ServerGets(Query("SET ROLE other")));
  world.ServerSays(Complete("SET") + Ready());
  CHECK(world.Hears(Complete("SET") + Ready()));
  const auto enforced = MakePolicy(kReadsOnly);
  world.OnLoop([&] { world.session->Adopt(enforced); });
  CHECK(HearsFatal(world, "57P01"));
  CHECK(world.heard.find("the policy is enforced now") != std::string::npos);
}

TEST_CASE("a cancel is passed on and answered when the server has taken it") {
  World world;
  world.Open();
  std::atomic<int> done{0};
  world.session->Cancel([&] { ++done; });
  CHECK(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 1; }));
  CHECK(done == 0);
  world.AgentSays(link::FRAME_KIND_CANCELLED, "");
  CHECK(Eventually([&] { return done == 1; }));

  world.session->Cancel([&] { ++done; });
  world.session->End(Killed(), "test");
  CHECK(Eventually([&] { return done == 2; }));
  world.session->Cancel([&] { ++done; });
  CHECK(done == 3);
}

TEST_CASE("a cancel is answered only when one that was sent after it came has been taken") {
  World world;
  world.Open();
  std::atomic<int> first{0};
  std::atomic<int> others{0};
  world.session->Cancel([&] { ++first; });
  REQUIRE(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 1; }));
  for (int i = 0; i < 3; ++i) world.session->Cancel([&] { ++others; });
  world.OnLoop([] {});
  CHECK(world.agent->Count(link::FRAME_KIND_CANCEL) == 1);
  world.AgentSays(link::FRAME_KIND_CANCELLED, "");
  REQUIRE(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 2; }));
  CHECK(first == 1);
  CHECK(others == 0);
  world.AgentSays(link::FRAME_KIND_CANCELLED, "");
  CHECK(Eventually([&] { return others == 3; }));
  // An answer to nothing changes nothing.
  world.AgentSays(link::FRAME_KIND_CANCELLED, "");
  world.OnLoop([] {});
  CHECK(world.agent->Count(link::FRAME_KIND_CANCEL) == 2);
}

TEST_CASE("a key is good for as long as its session") {
  World world;
  world.Make();
  world.Begin();
  world.AgentReady();
  REQUIRE(Eventually([&] { return world.Heard().ends_with(Ready()); }));
  const auto at = world.heard.find("K");
  const auto key = wire::BackendKeyData::Decode(std::string_view(world.heard).substr(at + 5, 8));
  REQUIRE(key.ok());
  CHECK(key->process_id == 77);
  const CancelKey cancel_key{key->process_id, std::string(key->secret)};
  CHECK(world.keys.Find(cancel_key) == world.session);
  world.session->End(Killed(), "test");
  CHECK(world.HearsEnd());
  CHECK(world.keys.Find(cancel_key) == nullptr);
}

TEST_CASE("a statement whose record is lost is never sent, also when the disk has recovered") {
  World world(audit::Durability::kStrict);
  world.Open();
  world.disk.fail_writes = true;
  world.ClientSays(Query("INSERT INTO t VALUES (1)"));
  CHECK(HearsFatal(world, "53100"));
  CHECK(world.Aborted());
  world.disk.fail_writes = false;
  // Another record takes the place of the lost one.
  world.OnLoop([&] {
    audit::StatementRecord record;
    record.session = "another";
    world.journal->lane(0).Stage(record);
  });
  CHECK(Eventually([&] {
    bool kept = false;
    for (const auto& kept_record : world.Records()) {
      kept |= kept_record.has_statement() && kept_record.statement().session() == "another";
    }
    return kept;
  }));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(world.agent->data() == "");
}

TEST_CASE("when the journal fails the agent hears of every session that ended in that turn") {
  World world;
  world.Open();
  world.disk.fail_writes = true;
  world.ClientSays(Query("SELECT 1") + Bytes(wire::Terminate{}));
  CHECK(world.HearsEnd());
  CHECK(world.Aborted());
  CHECK(world.agent->data() == "");
  CHECK(Eventually([&] { return world.ended == 1; }));
  // The loop goes on without the session.
  world.session.reset();
  for (int i = 0; i < 3; ++i) {
    world.OnLoop([&] { world.journal->lane(0).Stage({}); });
  }
}

}  // namespace
}  // namespace portreeve::session
