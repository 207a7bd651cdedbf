// One document over HTTPS from a server that is good, strange or hostile.
#include "oidc/fetcher.h"

#include "issuer_server.h"

namespace portreeve::oidc {
namespace {

using Catch::Matchers::Contains;

constexpr FetchLimits kQuick{.body_bytes = 10'000, .connect_ms = 5'000, .total_ms = 1'000};

std::string Problem(const std::string& url, const std::filesystem::path& ca_file,
                    const FetchLimits& limits = {}) {
  Fetcher fetcher(ca_file);
  const auto got = fetcher.Get({url, url.starts_with("https")}, limits);
  return got.ok() ? "" : std::string(base::FromAbsl(got.status().message()));
}

TEST_CASE("a document comes whole, and the connection is used again") {
  Fetcher fetcher(Shared().ca_file());
  for (int i = 0; i < 2; ++i) {
    const auto got = fetcher.Get({Shared().Url() + "/keys", true}, {});
    INFO(got.status());
    REQUIRE(got.ok());
    CHECK_THAT(*got, Contains("\"one\""));
  }
}

TEST_CASE("a certificate must come from the given authority and be for the host") {
  const std::string keys = Shared().Url() + "/keys";
  CHECK(Problem(keys, Shared().ca_file()) == "");
  CHECK_THAT(Problem(keys, Shared().other_ca_file()), Contains("certificate"));
  CHECK_THAT(Problem(keys, ""), Contains("certificate"));
  CHECK_THAT(Problem("https://127.0.0.1:" + Shared().port() + "/good/keys", Shared().ca_file()),
             Contains("certificate"));
  CHECK(Problem(keys, "/nowhere/ca.crt") != "");
}

TEST_CASE("redirects are not followed") {
  const size_t before = Shared().CountRequests("/good/keys");
  CHECK(Problem(Shared().Url("redirected-keys") + "/keys", Shared().ca_file()) ==
        "it redirects to elsewhere, which is not followed");
  CHECK(Shared().CountRequests("/good/keys") == before);
}

TEST_CASE("an answer without end, too large or too slow is given up") {
  const std::string path = "/.well-known/openid-configuration";
  CHECK(Problem(Shared().Url("endless") + path, Shared().ca_file(), kQuick) ==
        "its answer is too large");
  CHECK(Problem(Shared().Url("oversize") + path, Shared().ca_file(), kQuick) ==
        "its answer is too large");
  CHECK(Problem(Shared().Url("headers") + path, Shared().ca_file(), kQuick) ==
        "its answer is too large");
  CHECK(Problem(Shared().Url("slow") + path, Shared().ca_file(), kQuick) ==
        "it did not answer in time");
  CHECK(Problem(Shared().Url("trickle") + path, Shared().ca_file(), kQuick) ==
        "it did not answer in time");
}

TEST_CASE("nothing but a whole 200 counts") {
  const std::string path = "/.well-known/openid-configuration";
  CHECK(Problem(Shared().Url("missing") + path, Shared().ca_file()) ==
        "it answers with HTTP status 404");
  CHECK(Problem(Shared().Url("cut") + path, Shared().ca_file()) != "");
  CHECK(Problem("https://localhost:1/", Shared().ca_file()) != "");
  // TLS where it was not asked for, and the other way round.
  CHECK(Problem("http://localhost:" + Shared().port() + "/good/keys", "") != "");
}

TEST_CASE("waiting can be ended from another thread") {
  Fetcher fetcher(Shared().ca_file());
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    fetcher.Abort();
  });
  const base::SystemClock clock;
  const int64_t began_us = clock.MonotonicMicros();
  const auto got = fetcher.Get({Shared().Url("slow") + "/.well-known/openid-configuration", true},
                               {.total_ms = 20'000});
  const int64_t took_us = clock.MonotonicMicros() - began_us;
  other.join();
  CHECK_FALSE(got.ok());
  CHECK(took_us < 5'000'000);
}

}  // namespace
}  // namespace portreeve::oidc
