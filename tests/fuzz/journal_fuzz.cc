// The journal's reader on arbitrary bytes. The first byte of the input says how the rest is used:
// 0: as a segment file; 1: as what follows a right header; else: as records in right frames, cut by
// their own first byte, so that what lies behind the checksum is reached as well.

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "audit/format.h"
#include "audit/lane_reader.h"
#include "audit/print.h"
#include "base/check.h"

namespace {

namespace audit = portreeve::audit;

constexpr std::string_view kJournalId = "0123456789abcdef";

std::string Header() {
  return audit::EncodeSegmentHeader({.journal_id = std::string(kJournalId),
                                     .lane = 1,
                                     .number = 1,
                                     .first_sequence = 1,
                                     .created_unix_us = 1});
}

std::string Framed(std::string_view input, uint32_t seed) {
  std::string frames;
  while (!input.empty()) {
    const size_t length = std::min<size_t>(static_cast<uint8_t>(input[0]), input.size() - 1);
    const std::string payload = "\x09" + std::string(8, '\0') + "\x11" + std::string(8, '\1') +
                                "\x18\x01" + std::string(input.substr(1, length));
    audit::BeginFrame(frames, payload.size());
    frames += payload;
    input.remove_prefix(1 + length);
  }
  audit::SealFrames(frames, 1, seed);
  return frames;
}

std::string Segment(std::string_view input) {
  if (input.empty()) return {};
  const char mode = input[0];
  input.remove_prefix(1);
  if (mode == 0) return std::string(input);
  const std::string header = Header();
  if (mode == 1) return header + std::string(input);
  return header + Framed(input, audit::ChecksumSeed(header));
}

// A folder in memory if there is one, for as long as the process lives.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::is_directory("/dev/shm") ? "/dev/shm/journal-fuzz-XXXXXX"
                                                                 : "/tmp/journal-fuzz-XXXXXX";
    PORTREEVE_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder folder;
  const std::string bytes = Segment({reinterpret_cast<const char*>(data), size});
  std::ofstream(folder.path() / audit::SegmentName(1, 1), std::ios::binary | std::ios::trunc)
      << bytes;
  audit::LaneReader reader(folder.path(), std::string(kJournalId), 1, 1);
  uint64_t expected = 1;
  for (;;) {
    const auto head = reader.Head();
    if (!head.ok() || *head == nullptr) break;
    PORTREEVE_CHECK((*head)->sequence() == expected++);
    PORTREEVE_CHECK(reader.head_offset() < bytes.size());
    const std::string line = audit::ToLine(**head);
    const std::string json = audit::ToJsonLine(**head);
    for (const char character : line + json) {
      PORTREEVE_CHECK(static_cast<unsigned char>(character) >= 0x20);
    }
    reader.Pop();
  }
  return 0;
}
