// A gateway's side of the link without its transport: real authority, store and journal, a clock
// that can be moved, and lanes that keep what is sent.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/authority.h"
#include "fleet/fleet.h"
#include "fleet/tunnel.h"
#include "link/frame.h"
#include "link/lane.h"
#include "store/sqlite_store.h"
#include "support/frame_numbers.h"
#include "support/journal_records.h"
#include "tls/certificate.h"

namespace portreeve::fleet {

constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;

class FakeClock final : public base::Clock {
 public:
  int64_t UnixMicros() const override { return start_ + moved_; }
  int64_t MonotonicMicros() const override { return moved_; }
  void Move(int64_t us) { moved_ += us; }

 private:
  const int64_t start_ = base::SystemClock().UnixMicros();
  std::atomic<int64_t> moved_ = 0;
};

struct Frame {
  link::FrameHeader header;
  std::string payload;
};

// Takes frames apart.
class Frames final : public link::FrameSink {
 public:
  explicit Frames(std::string_view bytes) {
    link::FrameReader reader;
    REQUIRE(reader.Feed(bytes, *this).ok());
    REQUIRE(reader.at_boundary());
  }
  absl::Status OnData(const link::FrameHeader& header, std::string_view piece, bool) override {
    all.push_back({header, std::string(piece)});
    return absl::OkStatus();
  }
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view payload) override {
    all.push_back({header, std::string(payload)});
    return absl::OkStatus();
  }

  std::vector<Frame> all;
};

class FakeLane final : public link::Lane {
 public:
  void Send(std::string frames) override { sent += frames; }
  size_t pending_bytes() const override { return pending; }
  void Close(std::string_view reason) override { closed_for = reason; }

  std::string sent;
  std::string closed_for;
  size_t pending = 0;
};

inline std::string FrameOf(link::FrameKind kind, uint64_t session, std::string_view payload = {}) {
  std::string bytes;
  link::AppendFrame(bytes, {session, 0, kind}, payload);
  return bytes;
}

// A handler with the lane that it was given, and what the transport does with both.
struct Connected {
  std::shared_ptr<link::LaneHandler> handler;
  std::shared_ptr<FakeLane> lane = std::make_shared<FakeLane>();
  support::FrameNumbers numbers;

  explicit Connected(std::shared_ptr<link::LaneHandler> to) : handler(std::move(to)) {
    handler->OnOpened(lane);
  }
  // One batch; after an error the transport ends the lane.
  absl::Status Deliver(std::string_view bytes) {
    link::FrameReader reader;
    absl::Status status = reader.Feed(numbers.Number(bytes), *handler);
    handler->OnBatchEnd();
    if (!status.ok()) handler->OnClosed(status);
    return status;
  }
  absl::Status Hello(const std::vector<std::string>& connections) {
    link::Hello hello;
    hello.set_agent_version("1");
    for (const std::string& name : connections) hello.add_connections()->set_name(name);
    return Deliver(FrameOf(link::FRAME_KIND_HELLO, 0, hello.SerializeAsString()));
  }
  std::shared_ptr<Tunnel> tunnel() const { return std::static_pointer_cast<Tunnel>(handler); }
};

// Writes down what a session hears.
class Listener final : public TunnelSession {
 public:
  link::FrameOrder& order() override { return order_; }
  void OnReady(link::SessionReady ready) override {
    heard += "ready " + std::to_string(ready.server_pid()) + "\n";
  }
  void OnFailed(link::SessionFailed failed) override {
    heard += "failed " + failed.sqlstate() + "\n";
  }
  absl::Status OnAnswer(std::string_view piece) override {
    heard += "answer " + std::string(piece) + "\n";
    return answer_status;
  }
  void OnBatchEnd() override { heard += "batch end\n"; }
  void OnCredit(uint32_t bytes) override { heard += "credit " + std::to_string(bytes) + "\n"; }
  void OnServerClosed(link::CloseSession closed) override {
    heard += "closed " + closed.reason() + "\n";
  }
  void OnCancelled() override { heard += "cancelled\n"; }
  void OnLinkLost(const absl::Status& status) override { heard += "lost\n"; }

  std::string heard;
  absl::Status answer_status;

 private:
  link::FrameOrder order_;
};

// What an agent holds after it has joined.
struct Agent {
  std::string key_pem;
  IssuedCertificate issued;

  link::PeerIdentity peer() const {
    return {issued.agent_id, issued.certificate_pem, "ipv4:127.0.0.1:1"};
  }
};

class World {
 public:
  World() {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    auto opened = store::SqliteStore::Open(folder_ / "store.db");
    REQUIRE(opened.ok());
    store = *std::move(opened);
    authority = OpenAuthority();
    audit::Options options;
    options.dir = folder_ / "journal";
    options.durability = audit::Durability::kRelaxed;
    options.clock = &clock;
    options.logger = &logger;
    options.disk = &disk;
    auto journal_opened = audit::Journal::Open(options);
    REQUIRE(journal_opened.ok());
    journal = *std::move(journal_opened);
    fleet = std::make_unique<Fleet>(*authority, *journal, clock, logger);
  }
  ~World() {
    fleet.reset();
    journal.reset();
    std::filesystem::remove_all(folder_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  std::unique_ptr<CertificateAuthority> OpenAuthority() {
    auto opened = CertificateAuthority::Open(folder_, *store, clock, lifetime_us);
    INFO(opened.status());
    REQUIRE(opened.ok());
    return *std::move(opened);
  }

  static std::string Request(const std::string& key_pem) {
    return tls::MakeSigningRequest(key_pem, "anything").value();
  }

  Agent Join(const std::vector<std::string>& connections = {}) {
    Agent agent;
    agent.key_pem = tls::MakePrivateKey().value();
    const auto token = authority->CreateJoinToken("a name", kHourUs, connections);
    REQUIRE(token.ok());
    const auto issued = authority->Enrol(token->token, Request(agent.key_pem));
    INFO(issued.status());
    REQUIRE(issued.ok());
    agent.issued = *issued;
    return agent;
  }

  Connected Connect(const Agent& agent, size_t lane_index = 0) {
    auto handler = fleet->Admit(lane_index, agent.peer());
    INFO(handler.status());
    REQUIRE(handler.ok());
    return Connected(*std::move(handler));
  }

  // What the journal holds, each "joined ID ...", "left ID" and so on; closes the journal.
  std::vector<std::string> Records() {
    fleet.reset();
    journal.reset();
    std::vector<std::string> records;
    for (const auto& record : support::RecordsIn(folder_ / "journal")) {
      if (record.has_agent_joined()) {
        records.push_back("joined " + record.agent_joined().agent());
        for (const auto& name : record.agent_joined().connections()) records.back() += " " + name;
      }
      if (record.has_agent_left()) records.push_back("left " + record.agent_left().agent());
      if (record.has_agent_enrolled()) {
        records.push_back("enrolled " + record.agent_enrolled().agent());
        for (const auto& name : record.agent_enrolled().connections()) records.back() += " " + name;
      }
      if (record.has_agent_renewed()) {
        const auto& renewed = record.agent_renewed();
        records.push_back("renewed " + renewed.agent() + " " + renewed.old_certificate_serial() +
                          " " + renewed.certificate_serial());
      }
      if (record.has_agent_refused()) {
        records.push_back("refused " + record.agent_refused().agent());
        for (const auto& name : record.agent_refused().connections()) records.back() += " " + name;
      }
    }
    return records;
  }

  // Fails every write as long as it is told to.
  class FaultyDisk final : public audit::Disk {
   public:
    ssize_t Write(int fd, const char* bytes, size_t count, off_t offset) override {
      if (!failing) return Disk::Write(fd, bytes, count, offset);
      errno = ENOSPC;
      return -1;
    }
    std::atomic<bool> failing = false;
  };

  const int64_t lifetime_us = 24 * kHourUs;
  FakeClock clock;
  base::Logger logger{base::LogLevel::kError, -1};
  FaultyDisk disk;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<CertificateAuthority> authority;
  std::unique_ptr<audit::Journal> journal;
  std::unique_ptr<Fleet> fleet;

 private:
  std::filesystem::path folder_;
};

}  // namespace portreeve::fleet
