// Masking and searching the same again allocates nothing: the sanitizer counts every allocation,
// those of OpenSSL and RE2 as well. In other builds there is nothing that could count them.
#ifdef __SANITIZE_ADDRESS__

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "mask/copy_masker.h"
#include "mask/row_masker.h"
#include "unit/mask/masks.h"
#include "unit/mask/rows.h"

// sanitizer/allocator_interface.h, which does not come with g++.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             size_t),
                                                         void (*free_hook)(const volatile void*));

namespace portreeve::mask {
namespace {

std::atomic<uint64_t> allocations{0};

void Count(const volatile void*, size_t) { ++allocations; }
void Ignore(const volatile void*) {}

const bool counts = __sanitizer_install_malloc_and_free_hooks(Count, Ignore) != 0;

template <typename Act>
uint64_t AllocationsOf(const Act& act) {
  // Buffers grow, and automata learn, in the first rounds.
  for (int i = 0; i < 10; ++i) act();
  const uint64_t before = allocations;
  for (int i = 0; i < 100; ++i) act();
  return allocations - before;
}

const Detectors& All() {
  static const Detectors detectors =
      *Detectors::Make(std::vector<std::string>(kDetectorNames.begin(), kDetectorNames.end()), {});
  return detectors;
}

TEST_CASE("what is counted are allocations") {
  REQUIRE(counts);
  std::string text;
  REQUIRE(AllocationsOf([&] { std::string(100, 'x').swap(text); }) == 100);
  void* volatile memory = nullptr;  // Or the compiler would leave out both.
  REQUIRE(AllocationsOf([&] {
            memory = std::malloc(100);
            std::free(memory);
          }) == 100);
}

TEST_CASE("masking a row allocates nothing, whatever the mask, with detectors or without") {
  const std::vector<Mask> masks = {
      With(Kind::kRedact),       With(Kind::kNullValue),
      With(Kind::kPartialEmail), With(Kind::kHash),
      With(Kind::kKeepLast, 4),  With(Kind::kConstant, 0, "a constant of more than a few bytes")};
  const Mask round = With(Kind::kRound, 1);
  const Mask hash = With(Kind::kHash);
  const Mask month = With(Kind::kDateTrunc, 0, "month");
  std::vector<ColumnPlan> plan;
  Row row;
  for (const Mask& mask : masks) {
    plan.push_back({&mask, oid::kText});
    row.emplace_back("ada.lovelace@example.com");
  }
  const auto add = [&](const Mask* mask, uint32_t type, std::string_view value) {
    plan.push_back({mask, type});
    row.emplace_back(value);
  };
  add(&round, oid::kNumeric, "123456789012345678901234567890.126");
  add(&round, oid::kFloat8, "1.2345678e+20");
  add(&month, oid::kTimestamptz, "2024-08-29 13:47:59.123456+02");
  add(&hash, oid::kUuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  add(&hash, oid::kBytea, "\\x000102030405060708090a0b0c0d0e0f10111213141516171819");
  add(nullptr, oid::kText, "a text of some length with nothing to be found in it");
  add(nullptr, oid::kText, "one with ada@example.com and 192.0.2.1 in it");
  add(nullptr, oid::kJson, R"({"a":"ada\u0040example.com","b":[1,"\n"],"c":"a longer string"})");
  add(nullptr, oid::kTextArray, R"({a,"b \"c\" of some length",ada@example.com})");
  const std::string body = BodyOf(row);
  for (const Detectors* detectors : {static_cast<const Detectors*>(nullptr), &All()}) {
    RowMasker masker(plan, TestKey(), detectors);
    std::string out;
    bool ok = true;
    REQUIRE(AllocationsOf([&] {
              out.clear();
              ok = ok && masker.MaskRow(body, out).ok();
            }) == 0);
    REQUIRE(ok);
  }
}

TEST_CASE("masking a copy allocates nothing, cut or whole") {
  const Mask mask = With(Kind::kHash);
  for (const auto style : {CopyOptions::Style::kText, CopyOptions::Style::kCsv}) {
    CopyMasker masker(CopyOptions::For(style), {{&mask, oid::kText}}, TestKey(), &All());
    std::string out;
    bool ok = true;
    REQUIRE(AllocationsOf([&] {
              out.clear();
              ok = ok &&
                   masker.Feed("a value of some length and no more than one\nand half", out).ok();
              ok = ok && masker.Feed(" of another that is of some length as well\n", out).ok();
            }) == 0);
    REQUIRE(ok);
  }
}

}  // namespace
}  // namespace portreeve::mask

#endif
