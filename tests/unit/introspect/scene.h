// A store of catalogs with a fleet of one agent, which the test speaks for.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "introspect/catalog_store.h"
#include "unit/fleet/world.h"
#include "unit/introspect/answers.h"

namespace portreeve::introspect {

using fleet::FrameOf;
using namespace std::chrono_literals;

inline const CatalogKey kKey{"orders", "shop"};

// Keeps what the gateway sends for a test on another thread to look at.
class SharedLane final : public link::Lane {
 public:
  void Send(std::string frames) override {
    const std::lock_guard lock(mutex_);
    for (fleet::Frame& frame : fleet::Frames(frames).all) frames_.push_back(std::move(frame));
    arrived_.notify_all();
  }
  size_t pending_bytes() const override { return 0; }
  void Close(std::string_view) override {}

  // The next frame of the kind; others before it are dropped.
  fleet::Frame Await(link::FrameKind kind) {
    std::unique_lock lock(mutex_);
    for (;;) {
      const bool in_time = arrived_.wait_for(lock, 10s, [&] { return next_ < frames_.size(); });
      REQUIRE(in_time);
      const fleet::Frame& frame = frames_[next_++];
      if (frame.header.kind == kind) return frame;
    }
  }
  size_t Count(link::FrameKind kind) {
    const std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count_if(
        frames_, [&](const fleet::Frame& frame) { return frame.header.kind == kind; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<fleet::Frame> frames_;  // mutex_
  size_t next_ = 0;                   // mutex_
};

struct Scene {
  explicit Scene(StoreOptions options = {}, bool joins = true) {
    if (joins) Join();
    store.emplace(*world.fleet, *world.journal, world.logger, options);
  }
  ~Scene() {
    store.reset();
    if (handler != nullptr) handler->OnClosed(absl::OkStatus());
    handler.reset();
  }

  void Join() {
    auto admitted = world.fleet->Admit(0, world.Join().peer());
    REQUIRE(admitted.ok());
    handler = *std::move(admitted);
    handler->OnOpened(lane);
    link::Hello hello;
    hello.set_agent_version("1");
    hello.add_connections()->set_name("orders");
    Deliver(FrameOf(link::FRAME_KIND_HELLO, 0, hello.SerializeAsString()));
  }
  void Deliver(const std::string& bytes) {
    link::FrameReader reader;
    REQUIRE(reader.Feed(numbers.Number(bytes), *handler).ok());
    handler->OnBatchEnd();
  }
  void Say(uint64_t session, std::string_view bytes) {
    Deliver(FrameOf(link::FRAME_KIND_DATA, session, bytes));
  }
  // Lets the next session be opened; its number.
  uint64_t Open() {
    const fleet::Frame open = lane->Await(link::FRAME_KIND_OPEN);
    opened.ParseFromString(open.payload);
    ++opens;
    return open.header.session;
  }
  uint64_t OpenReady() {
    const uint64_t session = Open();
    Deliver(FrameOf(link::FRAME_KIND_READY, session, link::SessionReady().SerializeAsString()));
    asked = lane->Await(link::FRAME_KIND_DATA).payload;
    return session;
  }
  // As a server with this catalog would, whatever is asked.
  void Answer(const std::vector<Rows>& parts = SmallAnswer()) {
    const uint64_t session = OpenReady();
    if (asked.find("pg_get_viewdef") == std::string::npos) {
      Say(session, Encoded(StampOf(parts)));
      if (StampOf(parts) == std::exchange(stamp, StampOf(parts))) return;
      asked = lane->Await(link::FRAME_KIND_DATA).payload;
    }
    stamp = StampOf(parts);
    asked_of_users = asked.find(">= 16384 AND c.relkind") != std::string::npos;
    Say(session, Encoded(asked_of_users ? OfUsers(parts) : parts));
  }

  using Result = absl::StatusOr<CatalogStore::Snapshot>;
  CatalogStore::Callback Into(std::promise<Result>& promise) {
    return [&promise](Result result) { promise.set_value(std::move(result)); };
  }
  // The records of readings: "began", "ended", "failed".
  std::vector<std::string> Records() {
    store.reset();
    handler->OnClosed(absl::OkStatus());
    handler.reset();
    world.fleet.reset();
    world.journal.reset();
    std::vector<std::string> records;
    for (const auto& record : support::RecordsIn(world.folder() / "journal")) {
      if (!record.has_catalog_read()) continue;
      const auto& read = record.catalog_read();
      CHECK(read.connection() == "orders");
      CHECK_FALSE(read.agent().empty());
      records.emplace_back(!read.ended() ? "began" : read.error().empty() ? "ended" : "failed");
      CHECK(read.version().empty() == (records.back() != "ended"));
    }
    return records;
  }

  fleet::World world;
  std::shared_ptr<SharedLane> lane = std::make_shared<SharedLane>();
  std::shared_ptr<link::LaneHandler> handler;
  support::FrameNumbers numbers;
  std::optional<CatalogStore> store;
  link::OpenSession opened;
  size_t opens = 0;
  std::string asked;
  bool asked_of_users = false;  // The last that was more than the stamp.
  std::vector<Rows> stamp;      // Last given.
};

inline Scene::Result Wait(std::promise<Scene::Result>& promise) {
  auto future = promise.get_future();
  REQUIRE(future.wait_for(10s) == std::future_status::ready);
  return future.get();
}

}  // namespace portreeve::introspect
