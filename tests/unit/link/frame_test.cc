#include "link/frame.h"

#include <catch2/catch.hpp>
#include <vector>

#include "frames.h"

namespace portreeve::link {
namespace {

using Catch::Matchers::Contains;

std::string Varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}

// A head whose every number can be written as one likes, with as many bytes behind it as it says.
std::string Handmade(const std::string& session, const std::string& sequence,
                     const std::string& kind, const std::string& payload_bytes,
                     const std::string& payload) {
  const std::string fields =
      "\x08" + session + "\x10" + sequence + "\x18" + kind + "\x22" + payload_bytes + payload;
  return "\x0a" + Varint(fields.size()) + fields;
}

std::string Plain(const std::string& kind) {
  return Handmade(Varint(1), Varint(2), kind, Varint(1), "x");
}

TEST_CASE("frames come back as they were, however they are cut") {
  std::string batch;
  std::vector<HeardFrame> frames = {
      {{0, 0, FRAME_KIND_HELLO}, "hello"},     {{7, 1, FRAME_KIND_DATA}, std::string(300, 'd')},
      {{7, 2, FRAME_KIND_DATA}, ""},           {{UINT64_MAX, UINT64_MAX, FRAME_KIND_CREDIT}, ""},
      {{UINT64_MAX, 1, FRAME_KIND_DATA}, "x"}, {{1, 127, FRAME_KIND_PONG}, std::string(200, '\0')},
      {{128, 128, FRAME_KIND_CLOSE}, "bye"}};
  for (const HeardFrame& frame : frames) AppendFrame(batch, frame.header, frame.payload);
  CHECK(Read(batch).frames == frames);
  CHECK(Read(batch).ok());
  // One cut at every place, and every single byte for itself.
  for (size_t cut = 0; cut <= batch.size(); ++cut) {
    const Hearing hearing = Read(batch, {cut});
    if (hearing.frames != frames || !hearing.ok()) FAIL("cut at " << cut);
  }
  std::vector<size_t> everywhere(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) everywhere[i] = i;
  CHECK(Read(batch, everywhere).frames == frames);
}

TEST_CASE("every prefix of a batch is unfinished, and only its end is a boundary") {
  std::string batch;
  AppendFrame(batch, {7, 1, FRAME_KIND_CREDIT}, "abc");
  const size_t boundary = batch.size();
  AppendFrame(batch, {7, 2, FRAME_KIND_DATA}, "defg");
  for (size_t size = 0; size <= batch.size(); ++size) {
    const Hearing hearing = Read(std::string_view(batch).substr(0, size));
    INFO(size);
    CHECK(hearing.status.ok());
    CHECK(hearing.at_boundary == (size == 0 || size == boundary || size == batch.size()));
    CHECK(hearing.frames.size() == (size == batch.size() ? 2 : size >= boundary ? 1 : 0));
  }
}

TEST_CASE("what is written is protobuf's encoding of a FrameBatch") {
  std::string batch;
  AppendFrame(batch, {300, 70'000, FRAME_KIND_DATA}, "payload");
  AppendFrame(batch, {0, 0, FRAME_KIND_PING}, "");
  FrameBatch parsed;
  REQUIRE(parsed.ParseFromString(batch));
  REQUIRE(parsed.frames_size() == 2);
  CHECK(parsed.frames(0).session() == 300);
  CHECK(parsed.frames(0).sequence() == 70'000);
  CHECK(parsed.frames(0).kind() == FRAME_KIND_DATA);
  CHECK(parsed.frames(0).payload() == "payload");
  CHECK(parsed.frames(1).kind() == FRAME_KIND_PING);
  CHECK(parsed.frames(1).payload().empty());
  // The library leaves zeros out; that is another text for the same value, and refused.
  CHECK(Read(parsed.SerializeAsString()).frames.size() == 1);
  CHECK_FALSE(Read(parsed.SerializeAsString()).ok());
}

TEST_CASE("each kind's payload is taken up to its limit and refused beyond") {
  for (const FrameKind kind : {FRAME_KIND_DATA, FRAME_KIND_OPEN, FRAME_KIND_PING}) {
    const size_t limit = kind == FRAME_KIND_DATA ? kMaxDataBytes : kMaxControlBytes;
    std::string batch;
    AppendFrame(batch, {1, 1, kind}, std::string(limit, 'x'));
    const Hearing whole = Read(batch, {10, 1000, limit - 1});
    REQUIRE(whole.ok());
    CHECK(whole.frames.at(0).payload.size() == limit);
    const std::string head = Handmade(Varint(1), Varint(1), Varint(kind), Varint(limit + 1), "");
    CHECK_THAT(std::string(Read(head).status.message()), Contains("length is wrong"));
  }
  const std::string huge =
      Handmade(Varint(1), Varint(1), Varint(FRAME_KIND_DATA), Varint(UINT64_MAX), "");
  CHECK_FALSE(Read(huge).ok());
}

TEST_CASE("a frame's length must be that of its fields") {
  for (const int wrong : {-2, -1, 1, 2}) {
    std::string batch;
    AppendFrame(batch, {1, 1, FRAME_KIND_DATA}, "abcdef");
    batch[1] = static_cast<char>(batch[1] + wrong);
    CHECK_FALSE(Read(batch + std::string(8, '\0')).ok());
  }
}

TEST_CASE("kinds that there are not are refused, also those that become one when cut to an int") {
  CHECK(Read(Plain(Varint(FRAME_KIND_CREDIT))).ok());
  for (const uint64_t kind :
       {uint64_t{0}, uint64_t{13}, uint64_t{127}, uint64_t{1} << 31, (uint64_t{1} << 32) + 5,
        (uint64_t{1} << 32) + 6, (uint64_t{1} << 63) + 5, UINT64_MAX}) {
    INFO(kind);
    CHECK_FALSE(Read(Plain(Varint(kind))).ok());
  }
}

TEST_CASE("a number has one text: the shortest, of at most 64 bits") {
  const std::string one = Varint(1);
  const auto with = [&](const std::string& session) {
    return Read(Handmade(session, one, Varint(FRAME_KIND_PING), one, "x"));
  };
  CHECK(with(one).ok());
  CHECK(with(Varint(UINT64_MAX)).ok());
  CHECK(with(std::string(1, '\0')).ok());
  const std::string nine(9, '\xff');
  for (const std::string& session :
       {std::string("\x81\x00", 2), std::string("\x80\x00", 2), std::string("\x80\x80\x00", 3),
        std::string("\xff\x80\x00", 3), nine + '\x02', nine + '\x7f', nine + std::string(1, '\0'),
        nine + '\x81' + '\x00', std::string(10, '\xff') + '\x01', std::string(20, '\x80')}) {
    INFO(session.size());
    CHECK_FALSE(with(session).ok());
  }
  // The same for each of the other numbers.
  const std::string padded("\x81\x00", 2);
  const std::string ping = Varint(FRAME_KIND_PING);
  CHECK_FALSE(Read(Handmade(one, padded, ping, one, "x")).ok());
  CHECK_FALSE(Read(Handmade(one, one, std::string("\x8b\x00", 2), one, "x")).ok());
  CHECK_FALSE(Read(Handmade(one, one, ping, padded, "x")).ok());
  const std::string good = Handmade(one, one, ping, one, "x");
  const std::string long_length =
      "\x0a" + std::string{static_cast<char>(good[1] | 0x80), '\0'} + good.substr(2);
  CHECK_FALSE(Read(long_length).ok());
}

TEST_CASE("fields stand once, in their order, and nothing else stands among them") {
  std::string batch;
  AppendFrame(batch, {1, 1, FRAME_KIND_PING}, "x");
  for (const size_t tag_at : {0, 2, 4, 6, 8}) {
    for (int tag = 0; tag < 256; ++tag) {
      std::string changed = batch;
      if (changed[tag_at] == static_cast<char>(tag)) continue;
      changed[tag_at] = static_cast<char>(tag);
      if (Read(changed).ok()) FAIL("tag " << tag << " at " << tag_at);
    }
  }
  // An unknown field behind the payload, and one between two frames.
  CHECK_FALSE(Read("\x0a\x0c" + batch.substr(2) + std::string("\x28\x01", 2)).ok());
  CHECK_FALSE(Read(batch + std::string("\x10\x01", 2) + batch).ok());
}

TEST_CASE("a head that never ends is refused before it grows") {
  FrameReader reader;
  Hearing hearing;
  std::string endless = "\x0a";
  endless += std::string(100, '\xff');
  size_t fed = 0;
  absl::Status status;
  for (; fed < endless.size() && status.ok(); ++fed) {
    status = reader.Feed(std::string_view(endless).substr(fed, 1), hearing);
  }
  CHECK_FALSE(status.ok());
  CHECK(fed <= 46);
}

TEST_CASE("a frame before the bad one is heard, and the bad one is not") {
  std::string batch;
  AppendFrame(batch, {1, 1, FRAME_KIND_CREDIT}, "good");
  const Hearing hearing = Read(batch + "\x0a\x01");
  CHECK(hearing.frames.size() == 1);
  CHECK(hearing.status.ok());
  const Hearing bad = Read(batch + Plain(Varint(99)));
  CHECK(bad.frames.size() == 1);
  CHECK(bad.status.code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("a sink that refuses ends the reading with its own words") {
  class Refusing final : public FrameSink {
   public:
    absl::Status OnData(const FrameHeader&, std::string_view, bool) override {
      return base::ResourceExhausted("too much");
    }
    absl::Status OnFrame(const FrameHeader&, std::string_view) override {
      return base::DataLoss("not that");
    }
  };
  Refusing sink;
  std::string data;
  AppendFrame(data, {1, 1, FRAME_KIND_DATA}, "x");
  CHECK(FrameReader().Feed(data, sink).message() == "too much");
  std::string control;
  AppendFrame(control, {1, 1, FRAME_KIND_PING}, "x");
  CHECK(FrameReader().Feed(control, sink).message() == "not that");
}

TEST_CASE("the frames that fit are found, and the first always does") {
  std::string batch;
  std::vector<size_t> ends;
  for (const size_t size : {0, 10, 1000, 5, 100'000}) {
    AppendFrame(batch, {1, 1, FRAME_KIND_DATA}, std::string(size, 'x'));
    ends.push_back(batch.size());
  }
  for (size_t limit = 0; limit < batch.size() + 100; limit += 7) {
    size_t expected = ends.front();
    for (const size_t end : ends) {
      if (end <= limit) expected = end;
    }
    CHECK(LeadingFrames(batch, limit) == expected);
  }
}

}  // namespace
}  // namespace portreeve::link
