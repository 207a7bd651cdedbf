// What masks and detectors cost: rows with one masked text column among ten, a copy of them, and
// texts of several kinds searched by all detectors.
// Not part of the default build: cmake --build --preset release --target mask_bench.

#include <benchmark/benchmark.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "mask/copy_masker.h"
#include "mask/row_masker.h"
#include "mask/types.h"
#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::mask {
namespace {

constexpr size_t kColumns = 10;
constexpr size_t kMaskedColumn = 4;

HashKey Key() { return *HashKey::FromBytes("0123456789abcdef0123456789abcdef"); }

const Detectors& All() {
  static const Detectors detectors =
      *Detectors::Make(std::vector<std::string>(kDetectorNames.begin(), kDetectorNames.end()), {});
  return detectors;
}

// About 100 bytes in ten columns, as a customer table has them.
std::vector<std::string> Values(int id) {
  return {std::to_string(id),
          "Ada Lovelace",
          "12 St James's Square",
          "London",
          "ada.lovelace" + std::to_string(id) + "@example.com",
          "active",
          "1234.56",
          "t",
          "2024-08-29 13:47:59.1",
          "no remarks"};
}

std::string RowBody(int id) {
  const auto values = Values(id);
  const std::vector<std::optional<std::string_view>> row(values.begin(), values.end());
  const std::string packed = wire::Values::Pack(row);
  std::string message;
  wire::DataRow{wire::Values(static_cast<uint16_t>(row.size()), packed)}.Encode(message);
  return message.substr(wire::kHeaderBytes);
}

std::string Line(int id) {
  std::string line;
  for (const std::string& value : Values(id)) line += (line.empty() ? "" : "\t") + value;
  return line + '\n';
}

std::vector<ColumnPlan> PlanFor(const Mask* mask) {
  std::vector<ColumnPlan> plan(kColumns, ColumnPlan{nullptr, oid::kText});
  plan[kMaskedColumn].mask = mask;
  return plan;
}

void Rows(benchmark::State& state, const Mask* mask, const Detectors* detectors) {
  RowMasker masker(PlanFor(mask), Key(), detectors);
  std::vector<std::string> bodies;
  for (int i = 0; i < 64; ++i) bodies.push_back(RowBody(i));
  std::string out;
  size_t bytes = 0;
  size_t next = 0;
  for (auto _ : state) {
    const std::string& body = bodies[next++ % bodies.size()];
    out.clear();
    PORTREEVE_CHECK(masker.MaskRow(body, out).ok());
    benchmark::DoNotOptimize(out.data());
    bytes += body.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void RowsRedacted(benchmark::State& state) {
  const Mask mask{Kind::kRedact, 0, {}};
  Rows(state, &mask, nullptr);
}
BENCHMARK(RowsRedacted);

void RowsPartialEmail(benchmark::State& state) {
  const Mask mask{Kind::kPartialEmail, 0, {}};
  Rows(state, &mask, nullptr);
}
BENCHMARK(RowsPartialEmail);

void RowsKeepLast(benchmark::State& state) {
  const Mask mask{Kind::kKeepLast, 4, {}};
  Rows(state, &mask, nullptr);
}
BENCHMARK(RowsKeepLast);

void RowsHashed(benchmark::State& state) {
  const Mask mask{Kind::kHash, 0, {}};
  Rows(state, &mask, nullptr);
}
BENCHMARK(RowsHashed);

// Nine columns are searched, and the tenth would be found by `email`.
void RowsRedactedAndSearched(benchmark::State& state) {
  const Mask mask{Kind::kRedact, 0, {}};
  Rows(state, &mask, &All());
}
BENCHMARK(RowsRedactedAndSearched);

void Copies(benchmark::State& state, CopyOptions::Style style) {
  const Mask mask{Kind::kRedact, 0, {}};
  CopyMasker masker(CopyOptions::For(style), PlanFor(&mask), Key(), nullptr);
  std::string line = Line(1);
  if (style == CopyOptions::Style::kCsv) {
    for (char& c : line) c = c == '\t' ? ',' : c;
  }
  std::string out;
  for (auto _ : state) {
    out.clear();
    PORTREEVE_CHECK(masker.Feed(line, out).ok());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(line.size()));
}
void CopyText(benchmark::State& state) { Copies(state, CopyOptions::Style::kText); }
BENCHMARK(CopyText);
void CopyCsv(benchmark::State& state) { Copies(state, CopyOptions::Style::kCsv); }
BENCHMARK(CopyCsv);

// Words, with something to find in one text of `one_in`; 0: in none.
std::vector<std::string> Prose(size_t bytes, int one_in) {
  constexpr const char* kWords[] = {"order", "the", "customer", "called",  "about", "delivery,",
                                    "17",    "of",  "Tuesday.", "invoice", "2024",  "paid"};
  std::mt19937 random(1);
  std::vector<std::string> texts;
  for (int i = 0; i < 64; ++i) {
    std::string& text = texts.emplace_back();
    while (text.size() < bytes) {
      text += kWords[random() % std::size(kWords)];
      text += ' ';
    }
    if (one_in > 0 && i % one_in == 0) text += "ada@example.com";
  }
  return texts;
}

std::vector<std::string> Documents(bool escapes) {
  std::vector<std::string> texts;
  for (int i = 0; i < 64; ++i) {
    texts.push_back(
        "{\"id\": " + std::to_string(i) +
        ", \"tags\": [\"new\", \"paid\"], \"note\": \"called on Tuesday" + (escapes ? "\\n" : "") +
        "\", \"total\": 1234.5, \"at\": \"2024-08-29T13:47:59Z\", \"lines\": [{\"sku\": "
        "\"A-17\", \"n\": 2}, {\"sku\": \"B-4\", \"n\": 1}]}");
  }
  return texts;
}

void SearchTexts(benchmark::State& state, Shape shape, const std::vector<std::string>& texts) {
  Detectors::Scratch scratch;
  Findings findings{};
  std::string out;
  size_t bytes = 0;
  size_t next = 0;
  for (auto _ : state) {
    const std::string& text = texts[next++ % texts.size()];
    out.clear();
    benchmark::DoNotOptimize(All().Search(shape, text, scratch, findings, out));
    bytes += text.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void SearchShort(benchmark::State& state) { SearchTexts(state, Shape::kPlain, Prose(20, 0)); }
BENCHMARK(SearchShort);
void SearchParagraph(benchmark::State& state) {
  SearchTexts(state, Shape::kPlain, Prose(1'000, 0));
}
BENCHMARK(SearchParagraph);
void SearchLong(benchmark::State& state) { SearchTexts(state, Shape::kPlain, Prose(100'000, 0)); }
BENCHMARK(SearchLong);
void SearchParagraphOneInEight(benchmark::State& state) {
  SearchTexts(state, Shape::kPlain, Prose(1'000, 8));
}
BENCHMARK(SearchParagraphOneInEight);
void SearchParagraphEveryOne(benchmark::State& state) {
  SearchTexts(state, Shape::kPlain, Prose(1'000, 1));
}
BENCHMARK(SearchParagraphEveryOne);
void SearchJson(benchmark::State& state) { SearchTexts(state, Shape::kJson, Documents(false)); }
BENCHMARK(SearchJson);
void SearchJsonWithEscapes(benchmark::State& state) {
  SearchTexts(state, Shape::kJson, Documents(true));
}
BENCHMARK(SearchJsonWithEscapes);

}  // namespace
}  // namespace portreeve::mask

BENCHMARK_MAIN();
