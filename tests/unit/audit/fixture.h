// A journal in a folder of its own, and a disk that can be told to fail.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/journal.h"
#include "audit/reader.h"
#include "support/temp_folder.h"

namespace portreeve::audit {

using support::TempFolder;

// Fails as told; otherwise the real disk.
class FaultyDisk final : public Disk {
 public:
  ssize_t Write(int fd, const char* bytes, size_t count, off_t offset) override {
    ++writes;
    if (write_budget >= 0) {
      if (write_budget == 0) {
        errno = ENOSPC;
        return -1;
      }
      count = std::min(count, static_cast<size_t>(write_budget.load()));
      write_budget -= static_cast<int64_t>(count);
    }
    return Disk::Write(fd, bytes, count, offset);
  }
  int Sync(int fd) override {
    ++syncs;
    const std::lock_guard held(sync_gate);
    if (fail_syncs) {
      errno = EIO;
      return -1;
    }
    return Disk::Sync(fd);
  }
  int Truncate(int fd, off_t size) override {
    if (fail_truncates) {
      errno = EIO;
      return -1;
    }
    return Disk::Truncate(fd, size);
  }
  int Create(int folder_fd, const char* name) override {
    if (fail_creates) {
      errno = ENOSPC;
      return -1;
    }
    return Disk::Create(folder_fd, name);
  }

  std::atomic<int> writes{0};
  std::atomic<int> syncs{0};
  std::atomic<int64_t> write_budget{-1};  // Bytes that still fit; -1: no limit.
  std::atomic<bool> fail_syncs{false};
  std::atomic<bool> fail_truncates{false};
  std::atomic<bool> fail_creates{false};
  std::mutex sync_gate;  // Whoever holds it holds up every sync.
};

struct Fixture {
  TempFolder folder;
  base::SystemClock clock;
  base::Logger silent{base::LogLevel::kError, -1};
  FaultyDisk disk;
  Options options{.dir = folder.path() / "journal",
                  .lanes = 1,
                  .durability = Durability::kRelaxed,
                  .segment_bytes = uint64_t{64} << 20,
                  .clock = &clock,
                  .logger = &silent,
                  .disk = &disk};

  std::unique_ptr<Journal> Open() {
    auto journal = Journal::Open(options);
    INFO(journal.status());
    REQUIRE(journal.ok());
    return *std::move(journal);
  }

  absl::StatusOr<std::vector<Entry>> ReadAll() const {
    ASSIGN_OR_RETURN(auto reader, JournalReader::Open(options.dir));
    std::vector<Entry> entries;
    for (;;) {
      ASSIGN_OR_RETURN(auto entry, reader->Next());
      if (!entry) return entries;
      entries.push_back(*std::move(entry));
    }
  }

  // Only what ReadAll() yields without an error, of one lane.
  std::vector<proto::audit::Record> Lane(uint32_t lane) const {
    auto entries = ReadAll();
    INFO(entries.status());
    REQUIRE(entries.ok());
    std::vector<proto::audit::Record> records;
    for (const Entry& entry : *entries) {
      if (entry.record.lane() == lane) records.push_back(entry.record);
    }
    return records;
  }

  std::filesystem::path SegmentPath(uint32_t lane, uint64_t number) const {
    return options.dir / SegmentName(lane, number);
  }
};

inline std::string Slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void Spit(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline StatementRecord Query(uint64_t statement, std::string_view sql) {
  StatementRecord record;
  record.session = "s-1";
  record.statement = statement;
  record.sql = sql;
  record.decision = Decision::kAllow;
  return record;
}

inline StatementOutcome Done(uint64_t statement) {
  StatementOutcome outcome;
  outcome.session = "s-1";
  outcome.statement = statement;
  return outcome;
}

// True as soon as `condition` is; false after ten seconds.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace portreeve::audit
