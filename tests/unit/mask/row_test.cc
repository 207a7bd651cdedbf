#include <catch2/catch.hpp>

#include "mask/row_masker.h"
#include "unit/mask/masks.h"
#include "unit/mask/rows.h"

namespace portreeve::mask {
namespace {

Detectors Redacting(const std::vector<std::string>& names) {
  auto made = Detectors::Make(names, {});
  REQUIRE(made.ok());
  return *std::move(made);
}

std::string MessageOf(const Row& row) {
  std::string message;
  message += wire::DataRow::kTag;
  const std::string body = BodyOf(row);
  for (int shift = 24; shift >= 0; shift -= 8) {
    message += static_cast<char>((body.size() + 4) >> shift);
  }
  return message + body;
}

TEST_CASE("a row keeps every column but the masked ones to the byte") {
  const Mask redact = With(Kind::kRedact);
  const Mask last = With(Kind::kKeepLast, 2);
  RowMasker masker({{}, {&redact, oid::kText}, {}, {&last, oid::kText, Format::kBinary}, {}},
                   TestKey(), nullptr);
  std::string out = "before";
  REQUIRE(masker.MaskRow(BodyOf({"1", "secret", std::nullopt, "12345678", "\0x"}), out).ok());
  REQUIRE(out == "before" + MessageOf({"1", "[redacted]", std::nullopt, "******78", "\0x"}));
  out.clear();
  REQUIRE(masker.MaskRow(BodyOf({"", std::nullopt, "", std::nullopt, ""}), out).ok());
  REQUIRE(out == MessageOf({"", std::nullopt, "", std::nullopt, ""}));
  REQUIRE(masker.counts().rows == 2);
  REQUIRE(masker.counts().masked == std::vector<uint64_t>{0, 1, 0, 1, 0});
}

TEST_CASE("a value that the mask does not fit becomes NULL") {
  const Mask redact = With(Kind::kRedact);
  const Mask month = With(Kind::kDateTrunc, 0, "month");
  RowMasker masker({{&redact, oid::kInt4}, {&month, oid::kDate}, {&redact, 20000}}, TestKey(),
                   nullptr);
  std::string out;
  REQUIRE(masker.MaskRow(BodyOf({"17", "29.02.2024", "label"}), out).ok());
  REQUIRE(out == MessageOf({std::nullopt, std::nullopt, std::nullopt}));
  REQUIRE(masker.counts().masked == std::vector<uint64_t>{1, 1, 1});
}

TEST_CASE("a row of another width, or cut or stretched anywhere, is refused and leaves nothing") {
  const Mask redact = With(Kind::kRedact);
  RowMasker masker({{}, {&redact, oid::kText}, {}}, TestKey(), nullptr);
  std::string out = "before";
  REQUIRE_FALSE(masker.MaskRow(BodyOf({"1", "2"}), out).ok());
  REQUIRE_FALSE(masker.MaskRow(BodyOf({"1", "2", "3", "4"}), out).ok());
  const std::string body = BodyOf({"one", "two", "three"});
  for (size_t cut = 0; cut < body.size(); ++cut) {
    REQUIRE_FALSE(masker.MaskRow(std::string(body, 0, cut), out).ok());
  }
  REQUIRE_FALSE(masker.MaskRow(body + '\0', out).ok());
  std::string negative = body;
  negative.replace(2, 4, "\xff\xff\xff\xfe");
  REQUIRE_FALSE(masker.MaskRow(negative, out).ok());
  REQUIRE(out == "before");
  REQUIRE(masker.counts().rows == 0);
}

TEST_CASE("a row without columns is a row") {
  RowMasker masker({}, TestKey(), nullptr);
  std::string out;
  REQUIRE(masker.MaskRow(BodyOf({}), out).ok());
  REQUIRE(out == MessageOf({}));
}

TEST_CASE("detectors look into texts that no mask covers, whatever holds them") {
  const Detectors detectors = Redacting({"email"});
  const Mask null_value = With(Kind::kNullValue);
  RowMasker masker({{nullptr, oid::kText},
                    {nullptr, oid::kJsonb, Format::kBinary},
                    {nullptr, oid::kTextArray},
                    {nullptr, oid::kInt4},
                    {&null_value, oid::kText},
                    {nullptr, 20000}},
                   TestKey(), &detectors);
  std::string out;
  REQUIRE(masker
              .MaskRow(BodyOf({"ask ada@example.com", "\1{\"to\":\"ada\\u0040example.com\"}",
                               "{ada@example.com,b}", "ada@example.com", "ada@example.com",
                               "ada@example.com"}),
                       out)
              .ok());
  REQUIRE(out == MessageOf({"ask [redacted]", "\1{\"to\":\"[redacted]\"}", "{\"[redacted]\",b}",
                            "ada@example.com", std::nullopt, std::nullopt}));
  REQUIRE(masker.counts().findings[static_cast<size_t>(Detector::kEmail)] == 4);
  REQUIRE(masker.counts().masked == std::vector<uint64_t>{0, 0, 0, 0, 1, 0});
}

TEST_CASE("an array in binary keeps its shape round what detectors take out") {
  const Detectors detectors = Redacting({"email"});
  RowMasker masker({{nullptr, oid::kTextArray, Format::kBinary}}, TestKey(), &detectors);
  // array_send(ARRAY['x', NULL, 'ada@example.com']) of the server.
  const auto element = [](std::string_view text) {
    return std::string("\0\0\0", 3) + static_cast<char>(text.size()) + std::string(text);
  };
  const std::string head("\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\3\0\0\0\1", 20);
  const std::string before = head + element("x") + "\xff\xff\xff\xff" + element("ada@example.com");
  const std::string after = head + element("x") + "\xff\xff\xff\xff" + element("[redacted]");
  std::string out;
  REQUIRE(masker.MaskRow(BodyOf({before}), out).ok());
  REQUIRE(out == MessageOf({after}));
  out.clear();
  const std::string clean = head + element("x") + "\xff\xff\xff\xff" + element("y");
  REQUIRE(masker.MaskRow(BodyOf({clean}), out).ok());
  REQUIRE(out == MessageOf({clean}));
  // What cannot be read as an array is searched as it is.
  out.clear();
  REQUIRE(
      masker.MaskRow(BodyOf({std::string_view(before).substr(0, before.size() - 1)}), out).ok());
  REQUIRE(out == MessageOf({std::nullopt}));
}

TEST_CASE("masking a row again allocates nothing that the first has not") {
  const Mask hash = With(Kind::kHash);
  RowMasker masker({{}, {&hash, oid::kText}}, TestKey(), nullptr);
  std::string out;
  const std::string body = BodyOf({"1", "secret"});
  REQUIRE(masker.MaskRow(body, out).ok());
  const std::string first = out;
  const size_t room = out.capacity();
  out.clear();
  REQUIRE(masker.MaskRow(body, out).ok());
  REQUIRE(out == first);
  REQUIRE(out.capacity() == room);
}

}  // namespace
}  // namespace portreeve::mask
