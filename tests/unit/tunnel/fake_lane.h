// A lane that keeps what an agent sends, and what the transport does with an agent's handler.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "link/frame.h"
#include "link/lane.h"

namespace portreeve::tunnel {

struct Frame {
  link::FrameKind kind;
  uint64_t session;
  uint64_t sequence;
  std::string payload;
};

// Thread-safe: sessions send from their own loop.
class FakeLane final : public link::Lane, private link::FrameSink {
 public:
  void Send(std::string frames) override {
    const std::lock_guard lock(mutex_);
    link::FrameReader reader;
    whole_ = whole_ && reader.Feed(frames, *this).ok() && reader.at_boundary();
    changed_.notify_all();
  }
  size_t pending_bytes() const override { return pending; }
  void Close(std::string_view reason) override {
    const std::lock_guard lock(mutex_);
    closed_for_ = reason;
  }

  std::string closed_for() const {
    const std::lock_guard lock(mutex_);
    return closed_for_;
  }
  std::vector<Frame> frames() const {
    const std::lock_guard lock(mutex_);
    CHECK(whole_);
    return frames_;
  }
  // All data of the session so far.
  std::string Data(uint64_t session) const {
    std::string data;
    for (const Frame& frame : frames()) {
      if (frame.kind == link::FRAME_KIND_DATA && frame.session == session) data += frame.payload;
    }
    return data;
  }
  // The first frame of the kind, once it is there; fails the test after ten seconds.
  Frame Await(link::FrameKind kind, uint64_t session) const {
    Frame found{};
    const bool there = Wait([&] {
      for (const Frame& frame : frames_) {
        if (frame.kind != kind || frame.session != session) continue;
        found = frame;
        return true;
      }
      return false;
    });
    INFO("a frame of kind " << kind);
    REQUIRE(there);
    return found;
  }
  bool AwaitDataBytes(uint64_t session, size_t bytes) const {
    return Wait([&] {
      size_t got = 0;
      for (const Frame& frame : frames_) {
        if (frame.kind == link::FRAME_KIND_DATA && frame.session == session) {
          got += frame.payload.size();
        }
      }
      return got >= bytes;
    });
  }

  std::atomic<size_t> pending = 0;

 private:
  absl::Status OnData(const link::FrameHeader& header, std::string_view piece, bool) override {
    frames_.push_back({header.kind, header.session, header.sequence, std::string(piece)});
    return absl::OkStatus();
  }
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view payload) override {
    frames_.push_back({header.kind, header.session, header.sequence, std::string(payload)});
    return absl::OkStatus();
  }
  bool Wait(const std::function<bool()>& condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), condition);
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Frame> frames_;
  std::string closed_for_;
  bool whole_ = true;
};

inline std::string FrameOf(link::FrameKind kind, uint64_t session, std::string_view payload = {}) {
  std::string bytes;
  link::AppendFrame(bytes, {session, 0, kind}, payload);
  return bytes;
}

// One batch, as the transport brings it; after an error it ends the lane.
inline absl::Status Deliver(link::LaneHandler& handler, std::string_view bytes) {
  link::FrameReader reader;
  absl::Status status = reader.Feed(bytes, handler);
  handler.OnBatchEnd();
  if (!status.ok()) handler.OnClosed(status);
  return status;
}

}  // namespace portreeve::tunnel
