#include "audit/format.h"

#include <catch2/catch.hpp>
#include <string>

#include "audit/crc32c.h"

namespace portreeve::audit {
namespace {

SegmentHeader Header() {
  return {.journal_id = "0123456789abcdef",
          .lane = 3,
          .number = 12,
          .first_sequence = 1000,
          .created_unix_us = 1'700'000'000'000'000};
}

// A record of nothing but sequence and time.
std::string Frames(int count, uint64_t first_sequence, uint32_t seed) {
  std::string frames;
  for (int i = 0; i < count; ++i) {
    BeginFrame(frames, kMinRecordBytes);
    frames += '\x09' + std::string(8, '\0') + '\x11' + std::string(8, '\x01');
  }
  SealFrames(frames, first_sequence, seed);
  return frames;
}

TEST_CASE("the checksum is CRC-32C as RFC 3720 B.4 shows it") {
  CHECK(ExtendCrc32c(0, std::string(32, '\0')) == 0x8a9136aa);
  CHECK(ExtendCrc32c(0, std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(ExtendCrc32c(0, "123456789") == 0xe3069283);
  CHECK(ExtendCrc32c(ExtendCrc32c(0, "1234"), "56789") == 0xe3069283);
}

TEST_CASE("a segment's header comes back as it was written") {
  const std::string bytes = EncodeSegmentHeader(Header());
  REQUIRE(bytes.size() == kSegmentHeaderBytes);
  const auto header = DecodeSegmentHeader(bytes);
  REQUIRE(header.ok());
  CHECK(header->journal_id == "0123456789abcdef");
  CHECK(header->lane == 3);
  CHECK(header->number == 12);
  CHECK(header->first_sequence == 1000);
  CHECK(header->created_unix_us == 1'700'000'000'000'000);
}

TEST_CASE("a segment's header with any bit changed is refused") {
  const std::string bytes = EncodeSegmentHeader(Header());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    CHECK_FALSE(DecodeSegmentHeader(changed).ok());
  }
  CHECK_FALSE(DecodeSegmentHeader(bytes.substr(0, bytes.size() - 1)).ok());
}

TEST_CASE("a frame with any bit changed is not taken for a record") {
  const std::string frame = Frames(1, 5, 99);
  REQUIRE(ReadFrame(frame, 99).state == FrameState::kWhole);
  CHECK(ReadFrame(frame, 99).sequence == 5);
  for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string changed = frame;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    CHECK(ReadFrame(changed, 99).state != FrameState::kWhole);
  }
}

TEST_CASE("a frame of another segment is not taken for a record") {
  CHECK(ReadFrame(Frames(1, 5, 99), 98).state == FrameState::kDamaged);
}

TEST_CASE("a frame that is cut anywhere wants more bytes") {
  const std::string frame = Frames(1, 5, 99);
  for (size_t size = 0; size < frame.size(); ++size) {
    CHECK(ReadFrame(frame.substr(0, size), 99).state == FrameState::kIncomplete);
  }
}

TEST_CASE("frames are numbered one after the other") {
  std::string frames = Frames(3, 41, 7);
  for (uint64_t sequence = 41; sequence < 44; ++sequence) {
    const Frame frame = ReadFrame(frames, 7);
    REQUIRE(frame.state == FrameState::kWhole);
    CHECK(frame.sequence == sequence);
    frames.erase(0, kFrameHeaderBytes + frame.payload.size());
  }
  CHECK(frames.empty());
}

TEST_CASE("a whole frame is found behind rubbish, and none in rubbish alone") {
  const std::string rubbish(1000, '\x09');
  CHECK(FindFrame(rubbish + Frames(1, 5, 99), 5, 99) == rubbish.size());
  CHECK(FindFrame(rubbish + Frames(1, 5, 99), 4, 99) == rubbish.size());
  CHECK_FALSE(FindFrame(rubbish + Frames(1, 5, 99), 6, 99));
  CHECK_FALSE(FindFrame(rubbish + Frames(1, 5, 99), 5, 98));
  CHECK_FALSE(FindFrame(rubbish, 1, 99));
}

TEST_CASE("a segment has one name") {
  CHECK(SegmentName(3, 12) == "0003-00000012.seg");
  const auto key = ParseSegmentName("0003-00000012.seg");
  REQUIRE(key);
  CHECK(key->lane == 3);
  CHECK(key->number == 12);
  const auto large = ParseSegmentName("0256-123456789.seg");
  REQUIRE(large);
  CHECK(large->number == 123456789);
  for (const char* bad :
       {"3-00000012.seg", "0003-12.seg", "0003-00000012.sega", "0003-00000000.seg",
        "0003_00000012.seg", "-.seg", "", ".seg", "0003-00000012", "LOCK", "+003-00000012.seg",
        "0003-0000001x.seg", "99999999999-00000001.seg"}) {
    CHECK_FALSE(ParseSegmentName(bad));
  }
}

TEST_CASE("the journal's file is one line and nothing else") {
  const std::string id = "0123456789abcdef";
  const std::string line = EncodeJournalFile(id);
  CHECK(line == "portreeve-journal 1 30313233343536373839616263646566\n");
  CHECK(*DecodeJournalFile(line) == id);
  CHECK_FALSE(DecodeJournalFile(line.substr(0, line.size() - 1)).ok());
  CHECK_FALSE(DecodeJournalFile(line + "\n").ok());
  CHECK_FALSE(DecodeJournalFile("portreeve-journal 2 30313233343536373839616263646566\n").ok());
  CHECK_FALSE(DecodeJournalFile("portreeve-journal 1 3031\n").ok());
}

}  // namespace
}  // namespace portreeve::audit
