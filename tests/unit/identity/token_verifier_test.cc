#include "identity/token_verifier.h"

#include <atomic>
#include <thread>

#include "tokens.h"

namespace portreeve::identity {
namespace {

TEST_CASE("a token of every algorithm is believed, with its own key alone") {
  const auto verifier = Verifier();
  for (const std::string& alg : kEveryAlgorithm) {
    INFO(alg);
    const auto verdict = verifier->Verify(TokenOf(Claims(), alg), kNow);
    INFO(Reason(verdict));
    REQUIRE(std::holds_alternative<Principal>(verdict));
    CHECK(std::get<Principal>(verdict).subject == "ana");
  }
}

TEST_CASE("the principal is what the token says and what the configuration calls it") {
  json claims = Claims();
  claims.update({{"groups", {"sre", "data-eu"}},
                 {"jti", "7f3a"},
                 {"email", "ana@example.com"},
                 {"level", 3},
                 {"address", {{"city", "Berlin"}}}});
  const auto verdict = Verifier()->Verify(TokenOf(claims), kNow);
  REQUIRE(std::holds_alternative<Principal>(verdict));
  const auto& principal = std::get<Principal>(verdict);
  CHECK(principal.subject == "ana");
  CHECK(principal.issuer == kIssuer);
  CHECK(principal.issuer_name == "corp");
  CHECK(principal.groups == std::vector<std::string>{"sre", "data-eu"});
  CHECK(principal.method == "jwt");
  CHECK(principal.credential_id == "7f3a");
  CHECK(principal.expires_unix_s == kNow + 600);
  const std::vector<std::pair<std::string, std::string>> strings = {{"aud", "portreeve"},
                                                                    {"email", "ana@example.com"},
                                                                    {"iss", kIssuer},
                                                                    {"jti", "7f3a"},
                                                                    {"sub", "ana"}};
  CHECK(principal.claims == strings);
}

TEST_CASE("many threads share one verifier") {
  const auto verifier = Verifier();
  std::vector<std::string> tokens;
  for (const std::string& alg : kEveryAlgorithm) tokens.push_back(TokenOf(Claims(), alg));
  std::atomic<int> believed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (const std::string& token : tokens) {
        if (std::holds_alternative<Principal>(verifier->Verify(token, kNow))) ++believed;
        if (std::holds_alternative<Principal>(verifier->Verify(token + "A", kNow))) --believed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(believed == 4 * static_cast<int>(tokens.size()));
}

}  // namespace
}  // namespace portreeve::identity
