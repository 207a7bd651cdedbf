// A whole session over a socket pair: real loop, journal and tunnel; the test plays the client and,
// through a lane in memory, the agent with its server.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "base/check.h"
#include "hands.h"
#include "session/session.h"

namespace portreeve::session {

// Fails as told; otherwise the real disk.
class FaultyDisk final : public audit::Disk {
 public:
  ssize_t Write(int fd, const char* bytes, size_t count, off_t offset) override {
    if (!fail_writes) return Disk::Write(fd, bytes, count, offset);
    errno = ENOSPC;
    return -1;
  }
  int Sync(int fd) override {
    const std::lock_guard held(sync_gate);
    return Disk::Sync(fd);
  }
  std::atomic<bool> fail_writes{false};
  std::mutex sync_gate;  // Whoever holds it holds up every sync.
};

// True as soon as `condition` is; false after ten seconds.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

struct Frame {
  link::FrameHeader header;
  std::string payload;
};

// The agent's end of a lane.
class FakeAgent final : public link::Lane, public link::FrameSink, public fleet::TunnelListener {
 public:
  void Send(std::string frames) override {
    if (before_send) before_send();
    const std::lock_guard lock(mutex_);
    link::FrameReader reader;
    // A batch holds whole frames only.
    whole_ = reader.Feed(frames, *this).ok() && reader.at_boundary() && whole_;
  }
  size_t pending_bytes() const override { return 0; }
  void Close(std::string_view) override {}
  absl::Status OnData(const link::FrameHeader& header, std::string_view piece, bool) override {
    data_ += piece;
    frames_.push_back({header, std::string(piece)});
    return absl::OkStatus();
  }
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view payload) override {
    frames_.push_back({header, std::string(payload)});
    return absl::OkStatus();
  }
  void OnTunnelOpen(const std::shared_ptr<fleet::Tunnel>&) override {}
  void OnTunnelClosed(const std::shared_ptr<fleet::Tunnel>&, const absl::Status&) override {}

  bool whole() {
    const std::lock_guard lock(mutex_);
    return whole_;
  }
  // What has gone to the server so far.
  std::string data() {
    const std::lock_guard lock(mutex_);
    return data_;
  }
  std::vector<Frame> frames() {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  size_t Count(link::FrameKind kind) {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const Frame& frame : frames_) count += frame.header.kind == kind ? 1 : 0;
    return count;
  }
  std::optional<Frame> Find(link::FrameKind kind) {
    for (Frame& frame : frames()) {
      if (frame.header.kind == kind) return std::move(frame);
    }
    return std::nullopt;
  }

  std::function<void()> before_send;  // Set while nothing is under way.

 private:
  std::mutex mutex_;
  bool whole_ = true;
  std::string data_;
  std::vector<Frame> frames_;
};

struct World {
  explicit World(audit::Durability durability = audit::Durability::kRelaxed) {
    auto opened = audit::Journal::Open({.dir = folder.path() / "journal",
                                        .lanes = 1,
                                        .durability = durability,
                                        .clock = &clock,
                                        .logger = &silent,
                                        .disk = &disk});
    REQUIRE(opened.ok());
    journal = *std::move(opened);
    loop = std::make_unique<SessionLoop>(0, journal->lane(0), silent,
                                         mask::HashKey::FromSecret("test"));
    loop->Start();
    tunnel = std::make_shared<fleet::Tunnel>(0, "agent-1", "01", "127.0.0.1:1", *agent);
    tunnel->OnOpened(agent);
    REQUIRE(
        tunnel->OnFrame({0, 0, link::FRAME_KIND_HELLO}, link::Hello().SerializeAsString()).ok());
  }
  ~World() {
    // The lane ends its sessions; whoever has none is done.
    tunnel->OnClosed(absl::OkStatus());
    if (session != nullptr) {
      session->End({"57P01", "the test is over", "", ""}, "test");
      CHECK(Eventually([this] { return ended > 0; }));
    }
    loop->Stop();
    session.reset();
    if (client >= 0) close(client);
  }

  // A session that has not begun.
  void Make(std::shared_ptr<const policy::Policy> policy = MakePolicy(kAnything),
            int64_t lifetime_s = 3'600) {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    client = fds[0];
    SessionPlan plan;
    plan.id = kId;
    plan.principal.subject = "ann";
    plan.standing = {policy, grant != nullptr ? grant.get() : &policy->grants().front()};
    plan.catalog = catalog;
    plan.connection = "orders";
    plan.database = "db";
    plan.parameters = {{"DateStyle", "ISO"}};
    plan.protocol_version = 3u << 16;
    plan.credential_ends_unix_s = clock.UnixMicros() / 1'000'000 + lifetime_s;
    plan.statement_bytes = 1024 * 1024;
    session = std::make_shared<Session>(std::move(plan), MakeStream(base::UniqueFd(fds[1])), tunnel,
                                        *loop, SessionWorld{*journal, keys, clock, silent, rates},
                                        [this](const Session&) { ++ended; });
  }
  void Begin() {
    OnLoop([this] { session->Begin(); });
    REQUIRE(Eventually([this] { return agent->Count(link::FRAME_KIND_OPEN) == 1; }));
  }
  // A session that the client has been greeted in.
  void Open(std::shared_ptr<const policy::Policy> policy = MakePolicy(kAnything),
            int64_t lifetime_s = 3'600) {
    Make(std::move(policy), lifetime_s);
    Begin();
    AgentReady();
    REQUIRE(Eventually([this] { return Heard().ends_with(Ready()); }));
    heard.clear();
  }
  void AgentReady() {
    link::SessionReady ready;
    ready.set_server_pid(77);
    AgentSays(link::FRAME_KIND_READY, ready.SerializeAsString());
  }
  void OnLoop(std::function<void()> work) {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    loop->events().Post([&] {
      work();
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return done; }));
  }

  // This thread is the lane's.
  void AgentSays(link::FrameKind kind, const std::string& payload) {
    const bool ordered = kind != link::FRAME_KIND_CREDIT && kind != link::FRAME_KIND_CANCELLED;
    REQUIRE(tunnel->OnFrame({kId, ordered ? ++agent_sequence : 0, kind}, payload).ok());
    tunnel->OnBatchEnd();
  }
  void ServerSays(const std::string& bytes) {
    REQUIRE(tunnel->OnData({kId, ++agent_sequence, link::FRAME_KIND_DATA}, bytes, true).ok());
    tunnel->OnBatchEnd();
  }
  void AgentCredits(uint32_t bytes) {
    link::Credit credit;
    credit.set_bytes(bytes);
    AgentSays(link::FRAME_KIND_CREDIT, credit.SerializeAsString());
  }

  // Any thread; Catch may be asked on the test's only.
  void ClientSays(std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd writable{client, POLLOUT, 0};
      PORTREEVE_CHECK(poll(&writable, 1, 10'000) == 1);
      const ssize_t sent = send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      PORTREEVE_CHECK(sent > 0);
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // Everything that the client has got so far.
  const std::string& Heard() {
    char chunk[65'536];
    for (ssize_t got; (got = recv(client, chunk, sizeof chunk, 0)) >= 0;) {
      if (got == 0) {
        at_end = true;
        break;
      }
      heard.append(chunk, static_cast<size_t>(got));
    }
    return heard;
  }
  bool Hears(const std::string& bytes) {
    return Eventually([&] { return Heard().find(bytes) != std::string::npos; });
  }
  bool ServerGets(const std::string& bytes) {
    return Eventually([&] { return agent->data() == bytes; });
  }
  bool HearsEnd() {
    return Eventually([&] { return (Heard(), at_end); });
  }
  bool Aborted() {
    return Eventually([&] {
      for (const Frame& frame : agent->frames()) {
        link::CloseSession close;
        if (frame.header.kind == link::FRAME_KIND_CLOSE && close.ParseFromString(frame.payload) &&
            close.manner() == link::CloseSession::MANNER_ABORTED) {
          return true;
        }
      }
      return false;
    });
  }
  std::vector<proto::audit::Record> Records() {
    return support::RecordsIn(folder.path() / "journal");
  }

  static constexpr uint64_t kId = 0xabc;
  support::TempFolder folder;
  base::SystemClock clock;
  base::Logger silent{base::LogLevel::kError, -1};
  FaultyDisk disk;
  std::unique_ptr<audit::Journal> journal;
  CancelKeys keys;
  Rates rates;
  std::shared_ptr<FakeAgent> agent = std::make_shared<FakeAgent>();
  std::shared_ptr<fleet::Tunnel> tunnel;
  std::unique_ptr<SessionLoop> loop;
  std::function<std::unique_ptr<net::Stream>(base::UniqueFd)> MakeStream = [](base::UniqueFd fd) {
    return std::make_unique<net::SocketStream>(std::move(fd));
  };
  std::atomic<int> ended{0};
  uint64_t agent_sequence = 0;
  std::unique_ptr<const policy::Grant> grant;  // In place of the policy's own.
  std::shared_ptr<DatabaseCatalog> catalog;
  std::shared_ptr<Session> session;
  int client = -1;
  std::string heard;
  bool at_end = false;
};

}  // namespace portreeve::session
