// Analyse on many threads at once; run it under the thread sanitizer too.

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "sql/parser.h"

namespace portreeve::sql {
namespace {

TEST_CASE("threads with different modes do not disturb one another") {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&wrong, t] {
      const LexerMode mode{.standard_conforming_strings = t % 2 == 0};
      for (int i = 0; i < kRounds; ++i) {
        const Facts split = Analyse(R"(SELECT 'a\'; DELETE FROM t; --')", {}, mode);
        if (split.statements.size() != (t % 2 == 0 ? 2u : 1u)) ++wrong;
        const Facts broken = Analyse("SELECT * FROM t t t", {}, mode);
        if (!broken.syntax_error || broken.syntax_error->position != 19) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace portreeve::sql
