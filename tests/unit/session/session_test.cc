#include "session/session.h"

#include <catch2/catch.hpp>

#include "world.h"

namespace portreeve::session {
namespace {

using wire::Side;

TEST_CASE("the agent is asked for the server, and the client greeted when it is there") {
  World world;
  world.Make();
  world.Begin();
  link::OpenSession open;
  REQUIRE(open.ParseFromString(world.agent->Find(link::FRAME_KIND_OPEN)->payload));
  CHECK(open.connection() == "orders");
  CHECK(open.database() == "db");
  REQUIRE(open.parameters_size() == 1);
  CHECK(open.parameters(0).name() == "DateStyle");
  CHECK(world.Heard() == "");
  world.AgentReady();
  REQUIRE(Eventually([&] { return world.Heard().ends_with(Ready()); }));
  CHECK(Names(Side::kBackend, world.heard) == "Authentication BackendKeyData ReadyForQuery");
  CHECK(world.Records().back().has_session_opened());
}

TEST_CASE("what the server says before the client is greeted comes after the greeting") {
  World world;
  world.Make();
  world.Begin();
  // The loop cannot greet before it is let go.
  std::mutex gate;
  std::unique_lock closed(gate);
  world.loop->events().Post([&] { const std::lock_guard wait(gate); });
  world.AgentReady();
  world.ServerSays(Status("TimeZone", "UTC"));
  closed.unlock();
  REQUIRE(world.Hears(Status("TimeZone", "UTC")));
  CHECK(Names(Side::kBackend, world.heard) ==
        "Authentication BackendKeyData ReadyForQuery ParameterStatus");
}

TEST_CASE("no statement leaves before its record is in the file") {
  World world;
  world.Open();
  std::atomic<int> checked{0};
  world.agent->before_send = [&] {
    for (const auto& record : world.Records()) {
      if (record.has_statement() && record.statement().sql() == "SELECT 'kept'") ++checked;
    }
  };
  world.ClientSays(Query("SELECT 'kept'"));
  CHECK(world.ServerGets(Query("SELECT 'kept'")));
  CHECK(checked == 1);
  world.ServerSays(Complete("SELECT 1") + Ready());
  CHECK(world.Hears(Complete("SELECT 1") + Ready()));
  CHECK(world.agent->whole());
}

TEST_CASE("a write and all behind it wait for the disk, in their order") {
  World world(audit::Durability::kStrict);
  world.Open();
  {
    const std::lock_guard no_sync(world.disk.sync_gate);
    world.ClientSays(Query("SELECT 1"));
    CHECK(world.ServerGets(Query("SELECT 1")));
    world.ClientSays(Query("INSERT INTO t VALUES (1)"));
    world.ClientSays(Query("SELECT 2"));
    const auto key = world.session;
    key->Cancel([] {});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(world.agent->data() == Query("SELECT 1"));
    CHECK(world.agent->Count(link::FRAME_KIND_CANCEL) == 0);
  }
  CHECK(
      world.ServerGets(Query("SELECT 1") + Query("INSERT INTO t VALUES (1)") + Query("SELECT 2")));
  CHECK(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 1; }));
  uint64_t sequence = 0;
  for (const Frame& frame : world.agent->frames()) {
    if (frame.header.sequence == 0) continue;
    CHECK(frame.header.sequence == ++sequence);
  }
}

TEST_CASE("a client that says goodbye at once still gets its answers") {
  for (const bool strict : {false, true}) {
    World world(strict ? audit::Durability::kStrict : audit::Durability::kRelaxed);
    world.Open();
    const std::string asked = Query("INSERT INTO t VALUES (1)") + Bytes(wire::Terminate{});
    world.ClientSays(asked + Query("SELECT 'never'"));
    CHECK(world.ServerGets(asked));
    CHECK(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CLOSE) == 1; }));
    world.ServerSays(Complete("INSERT 0 1") + Ready());
    CHECK(world.Hears(Complete("INSERT 0 1") + Ready()));
    CHECK(world.ended == 0);
    world.AgentSays(link::FRAME_KIND_CLOSE, link::CloseSession().SerializeAsString());
    CHECK(world.HearsEnd());
    CHECK(Eventually([&] { return world.ended == 1; }));
    CHECK(world.agent->Count(link::FRAME_KIND_CLOSE) == 1);
  }
}

TEST_CASE("a client that is owed nothing ends at its goodbye") {
  World world;
  world.Open();
  world.ClientSays(Bytes(wire::Terminate{}));
  CHECK(world.HearsEnd());
  CHECK(world.ServerGets(Bytes(wire::Terminate{})));
  CHECK(Eventually([&] { return world.ended == 1; }));
  CHECK(Eventually([&] { return world.Records().back().has_session_closed(); }));
}

TEST_CASE("a client that closes its half hears what it is owed") {
  World world;
  world.Open();
  world.ClientSays(Query("SELECT 1"));
  REQUIRE(shutdown(world.client, SHUT_WR) == 0);
  CHECK(world.ServerGets(Query("SELECT 1")));
  world.ServerSays(Row("1") + Complete("SELECT 1") + Ready());
  CHECK(world.Hears(Row("1") + Complete("SELECT 1") + Ready()));
}

TEST_CASE("a client that goes away takes its server session with it") {
  World world;
  world.Open();
  close(std::exchange(world.client, -1));
  CHECK(world.Aborted());
  CHECK(Eventually([&] { return world.ended == 1; }));
}

TEST_CASE("a client that does not read stalls its server, and credit is given back exactly") {
  World world;
  world.Open(MakePolicy(kReadsOnly));
  uint64_t sent = 0;
  const auto granted = [&] {
    uint64_t bytes = 0;
    for (const Frame& frame : world.agent->frames()) {
      link::Credit credit;
      if (frame.header.kind == link::FRAME_KIND_CREDIT && credit.ParseFromString(frame.payload)) {
        bytes += credit.bytes();
      }
    }
    return bytes;
  };
  // Many refusals, each longer than what the server says.
  for (int i = 0; i < 3'000; ++i) {
    world.ClientSays(Query("DELETE FROM t"));
    const size_t turns = static_cast<size_t>(i) + 1;
    REQUIRE(Eventually([&] { return world.agent->Count(link::FRAME_KIND_DATA) == turns; }));
    const std::string answer = Error("42601", std::string(100, 'x')) + Ready();
    world.ServerSays(answer.substr(0, 9));
    world.ServerSays(answer.substr(9));
    sent += answer.size();
    world.Heard();
  }
  REQUIRE(Eventually([&] { return sent - granted() < link::kWindowBytes / 4; }));
  CHECK(granted() <= sent);
  CHECK(world.ended == 0);

  world.ClientSays(Query("SELECT 1"));
  REQUIRE(Eventually([&] { return world.agent->Count(link::FRAME_KIND_DATA) == 3'001; }));
  const uint64_t before = granted();
  const std::string row = Row(std::string(200'000, 'r'));
  for (int i = 0; i < 10; ++i) world.ServerSays(row);
  CHECK(granted() - before < 1'000'000);
  const size_t refusals = world.heard.size();
  REQUIRE(Eventually([&] { return world.Heard().size() >= refusals + 10 * row.size(); }));
  CHECK(Eventually([&] { return sent + 10 * row.size() - granted() < link::kWindowBytes / 4; }));
  CHECK(granted() <= sent + 10 * row.size());
}

TEST_CASE("the client is not read while the agent gives no credit") {
  World world;
  world.Open();
  world.ClientSays(Query("COPY t FROM STDIN"));
  CHECK(world.ServerGets(Query("COPY t FROM STDIN")));
  world.ServerSays(CopyIn());
  const std::string data = Data(std::string(100'000, 'x'));
  std::thread writer([&] {
    for (int i = 0; i < 60; ++i) world.ClientSays(data);
  });
  REQUIRE(Eventually([&] { return world.agent->data().size() > 1'000'000; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(world.agent->data().size() < 3'000'000);
  while (world.agent->data().size() < 60 * data.size()) world.AgentCredits(100'000);
  writer.join();
}

// Takes everything off the socket at once, as TLS does with a record.
class GreedyStream final : public net::Stream {
 public:
  explicit GreedyStream(base::UniqueFd fd) : inner_(std::move(fd)) {}
  net::IoResult Read(std::span<char> into) override {
    char chunk[65'536];
    net::IoResult result;
    while ((result = inner_.Read(chunk)).state == net::IoState::kDone) {
      buffer_.append(chunk, result.bytes);
    }
    if (buffer_.empty()) return result;
    const size_t taken = std::min(buffer_.size(), into.size());
    std::copy_n(buffer_.data(), taken, into.data());
    buffer_.erase(0, taken);
    return {taken, net::IoState::kDone};
  }
  net::IoResult Write(std::span<const iovec> pieces) override { return inner_.Write(pieces); }
  void ShutdownWrite() override { inner_.ShutdownWrite(); }
  int fd() const override { return inner_.fd(); }
  bool has_buffered_input() const override { return !buffer_.empty(); }
  std::string last_error() const override { return inner_.last_error(); }

 private:
  net::SocketStream inner_;
  std::string buffer_;
};

TEST_CASE("input that a stream has taken off the socket already is not forgotten") {
  World world;
  world.MakeStream = [](base::UniqueFd fd) {
    return std::make_unique<GreedyStream>(std::move(fd));
  };
  world.Open();
  // Data outside a COPY is dropped. More than one turn's reads, and all of it at hand at once.
  std::mutex gate;
  std::unique_lock closed(gate);
  world.loop->events().Post([&] { const std::lock_guard wait(gate); });
  const int large = 8'000'000;
  setsockopt(world.client, SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
  std::thread writer([&] {
    for (int i = 0; i < 30; ++i) world.ClientSays(Data(std::string(50'000, 'x')));
    world.ClientSays(Query("SELECT 1"));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  closed.unlock();
  writer.join();
  CHECK(world.ServerGets(Query("SELECT 1")));
}

TEST_CASE("a statement's time is measured, also while the client is silent") {
  World world;
  world.Open();
  world.ClientSays(Query("SELECT pg_sleep(1)"));
  CHECK(world.ServerGets(Query("SELECT pg_sleep(1)")));
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  world.ServerSays(Complete("SELECT 1") + Ready());
  uint64_t duration_us = 0;
  REQUIRE(Eventually([&] {
    for (const auto& record : world.Records()) {
      if (record.has_statement_outcome()) duration_us = record.statement_outcome().duration_us();
    }
    return duration_us > 0;
  }));
  CHECK(duration_us >= 100'000);
}

}  // namespace
}  // namespace portreeve::session
