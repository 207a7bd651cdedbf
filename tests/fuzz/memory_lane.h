// A lane of the real journal whose file is in memory: what a commit writes is read back at once.
// Its one rule: nothing of it reaches a disk but an empty file, which is gone at once.
#pragma once

#include <sys/types.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/format.h"
#include "audit/lane_writer.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "portreeve/audit.pb.h"

namespace portreeve::session {

class MemoryLane {
 public:
  MemoryLane() {
    std::string name = std::filesystem::is_directory("/dev/shm") ? "/dev/shm/session-fuzz-XXXXXX"
                                                                 : "/tmp/session-fuzz-XXXXXX";
    PORTREEVE_CHECK(mkdtemp(name.data()) != nullptr);
    const std::filesystem::path folder = name;
    auto chain = audit::Chain::Open({.dir = folder,
                                     .journal_id = "0123456789abcdef",
                                     .lane = 1,
                                     .segment_bytes = audit::kMaxSegmentFileBytes / 2,
                                     .clock = &clock_,
                                     .logger = &silent_,
                                     .disk = &disk_});
    PORTREEVE_CHECK(chain.ok());
    writer_ = std::make_unique<audit::LaneWriter>(*std::move(chain), false, &clock_, &nobody_);
    // A program that is fuzzed does not come to its end.
    std::filesystem::remove_all(folder);
  }
  MemoryLane(const MemoryLane&) = delete;
  MemoryLane& operator=(const MemoryLane&) = delete;

  audit::LaneWriter& writer() { return *writer_; }

  // The statements among what the commit has written.
  std::vector<proto::audit::Statement> Commit() {
    PORTREEVE_CHECK(writer_->Commit().ok());
    const std::string written = std::exchange(disk_.written, {});
    std::string_view rest = written;
    if (rest.starts_with(audit::kSegmentMagic)) {
      seed_ = audit::ChecksumSeed(rest.substr(0, audit::kSegmentHeaderBytes));
      rest.remove_prefix(audit::kSegmentHeaderBytes);
    }
    std::vector<proto::audit::Statement> statements;
    while (!rest.empty()) {
      const audit::Frame frame = audit::ReadFrame(rest, seed_);
      PORTREEVE_CHECK(frame.state == audit::FrameState::kWhole);
      proto::audit::Record record;
      PORTREEVE_CHECK(
          record.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())));
      if (record.has_statement()) statements.push_back(record.statement());
      rest.remove_prefix(audit::kFrameHeaderBytes + frame.payload.size());
    }
    return statements;
  }

 private:
  class KeptDisk final : public audit::Disk {
   public:
    ssize_t Write(int, const char* bytes, size_t count, off_t) override {
      written.append(bytes, count);
      return static_cast<ssize_t>(count);
    }
    int Sync(int) override { return 0; }
    int SyncFolder(int) override { return 0; }
    int Truncate(int, off_t) override { return 0; }
    std::string written;
  };
  class Nobody final : public audit::Waker {
   public:
    void WakeSoon() override {}
    void WakeNow() override {}
  };

  base::SystemClock clock_;
  base::Logger silent_{base::LogLevel::kError, -1};
  KeptDisk disk_;
  Nobody nobody_;
  uint32_t seed_ = 0;
  std::unique_ptr<audit::LaneWriter> writer_;
};

}  // namespace portreeve::session
