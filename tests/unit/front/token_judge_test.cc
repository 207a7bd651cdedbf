// Tokens whose issuer must be asked first: a real issuer over HTTPS, a real loop.
#include "front/token_judge.h"

#include "unit/oidc/issuer_server.h"

namespace portreeve::front {
namespace {

using identity::json;
using identity::KeyFor;
using oidc::Eventually;
using oidc::IssuerServer;

// The tokens of the tests are of one second; everything else goes on.
class TokenClock final : public base::Clock {
 public:
  int64_t UnixMicros() const override { return identity::kNow * 1'000'000; }
  int64_t MonotonicMicros() const override { return real_.MonotonicMicros(); }

 private:
  base::SystemClock real_;
};

struct Court {
  explicit Court(const std::string& kind = "good", bool user_info = false,
                 oidc::Timings timings = {.gap_us = 0, .limits = {.total_ms = 1'000}}) {
    url = server.Url(kind);
    oidc::IssuerOptions options{
        "corp", {url, true}, server.ca_file(), {identity::FindAlgorithm("EdDSA")}};
    options.user_info = user_info;
    issuer = std::make_shared<oidc::DiscoveredIssuer>(options, timings);
    issuer->Start(clock, logger, nullptr);
    identity::IssuerOptions known{"corp", url, {"portreeve"}, {"EdDSA"}, "groups", ""};
    known.live = issuer;
    verifier = identity::Verifier(known);
    thread = std::thread([this] { loop.Run(); });
  }
  ~Court() {
    issuer->Stop();
    loop.Stop();
    thread.join();
  }

  std::string Token(const std::string& kid = "one", json more = json::object()) const {
    json header = identity::Header("EdDSA");
    header["kid"] = kid;
    json claims = identity::Claims();
    claims["iss"] = url;
    claims.update(more);
    return identity::SignedToken(header.dump(), claims.dump(), "EdDSA");
  }
  void Judge(const std::string& token, std::function<void(TokenJudge::Verdict)> done) {
    loop.Post([this, token, done] { judge.Judge(token, done); });
  }
  TokenJudge::Verdict Verdict(const std::string& token) {
    std::atomic<int> answers{0};
    TokenJudge::Verdict verdict = identity::Rejection{"no answer"};
    Judge(token, [&](TokenJudge::Verdict said) {
      verdict = std::move(said);
      ++answers;
    });
    REQUIRE(Eventually([&] { return answers == 1; }));
    return verdict;
  }
  std::string Reason(const std::string& token) { return identity::Reason(Verdict(token)); }
  void AwaitKeys() {
    REQUIRE(Eventually([&] { return issuer->Keys() != nullptr; }));
  }

  IssuerServer server;
  std::string url;
  TokenClock clock;
  base::Logger logger{base::LogLevel::kError, -1};
  std::shared_ptr<oidc::DiscoveredIssuer> issuer;
  std::shared_ptr<const identity::TokenVerifier> verifier;
  net::EventLoop loop;
  TokenJudge judge{loop, clock, [this] { return verifier; }};
  std::thread thread;
};

TEST_CASE("a token that comes before the first keys waits for them") {
  Court court;
  CHECK(court.Reason(court.Token()) == "");
}

TEST_CASE("a token of a new key waits for one look at the issuer, and is believed") {
  Court court;
  court.AwaitKeys();
  court.server.Serve({KeyFor("EdDSA").Jwk("two")});
  const size_t before = court.server.CountRequests("/keys");
  CHECK(court.Reason(court.Token("two")) == "");
  CHECK(court.server.CountRequests("/keys") == before + 1);
  CHECK(court.Reason(court.Token("one")).find("no key with the id") != std::string::npos);
}

TEST_CASE("a token of an unknown key is refused after one look") {
  Court court;
  court.AwaitKeys();
  const size_t before = court.server.CountRequests("/keys");
  CHECK(court.Reason(court.Token("unknown")) ==
        "issuer `corp`: the issuer has no key with the id that the token names");
  CHECK(court.server.CountRequests("/keys") == before + 1);
}

TEST_CASE("a flood of wrong tokens makes one look in each gap") {
  Court court("good", false, {.gap_us = 60'000'000, .limits = {.total_ms = 1'000}});
  court.AwaitKeys();
  for (int i = 0; i < 100; ++i) CHECK(court.Reason(court.Token("x" + std::to_string(i))) != "");
  CHECK(court.server.CountRequests("/keys") == 1);
}

TEST_CASE("for a token that no key could save nobody is asked") {
  Court court;
  court.AwaitKeys();
  const size_t before = court.server.CountRequests("/keys");
  for (const json& wrong : {json{{"exp", identity::kNow - 1}}, json{{"aud", "another"}},
                            json{{"sub", ""}}, json{{"iss", "https://id.example.com"}}}) {
    CHECK(court.Reason(court.Token("unknown", wrong)) != "");
  }
  CHECK(court.Reason("no token") != "");
  CHECK(court.server.CountRequests("/keys") == before);
}

TEST_CASE("while an issuer does not answer, others are judged and the loop goes on") {
  Court court("slow");
  std::atomic<bool> answered{false};
  court.Judge(court.Token(), [&](const TokenJudge::Verdict&) { answered = true; });
  std::atomic<bool> went_on{false};
  court.loop.Post([&] { went_on = true; });
  CHECK(court.Reason("no token") != "");
  CHECK(went_on);
  CHECK_FALSE(answered);
  CHECK(Eventually([&] { return answered.load(); }));
}

TEST_CASE("groups that the token does not name come from UserInfo") {
  Court court("good", true);
  court.server.Write("userinfo.json", R"({"sub":"ana","groups":["dba"]})");
  const auto verdict = court.Verdict(court.Token());
  CHECK(identity::Reason(verdict) == "");
  CHECK(std::get<identity::Principal>(verdict).groups == std::vector<std::string>{"dba"});
  const auto own = court.Verdict(court.Token("one", {{"groups", {"sre"}}}));
  CHECK(std::get<identity::Principal>(own).groups == std::vector<std::string>{"sre"});
}

TEST_CASE("without an answer about its groups a token is refused") {
  Court court("denying", true);
  court.server.Write("userinfo.json", R"({"sub":"ana","groups":["dba"]})");
  CHECK(court.Reason(court.Token()) == "issuer `corp`: UserInfo: it answers with HTTP status 401");
}

}  // namespace
}  // namespace portreeve::front
