// Which keys of an issuer are in force, and how often it is asked.
#include "oidc/discovered_issuer.h"

#include <atomic>

#include "issuer_server.h"

namespace portreeve::oidc {
namespace {

using identity::FindAlgorithm;
using identity::KeyFor;

constexpr int64_t kHourUs = 3'600'000'000;

// Asks only when it is told to, unless a test says otherwise.
Timings Calm() {
  return {.refresh_us = kHourUs, .gap_us = 0, .retry_us = kHourUs, .most_retry_us = kHourUs};
}

struct World {
  explicit World(const std::string& url, Timings timings = Calm(),
                 const std::filesystem::path& ca_file = Shared().ca_file(),
                 const DiscoveredIssuer* before = nullptr)
      : issuer({"corp", {url, true}, ca_file, {FindAlgorithm("EdDSA"), FindAlgorithm("ES256")}},
               timings) {
    issuer.Start(clock, logger, before);
  }

  // Waits for one look; false: it was not to be had.
  bool Ask() {
    std::atomic<bool> answered{false};
    if (!issuer.Refresh([&] { answered = true; })) return false;
    return Eventually([&] { return answered.load(); });
  }
  bool Has(const char* kid, const char* alg = "EdDSA") const {
    const auto keys = issuer.Keys();
    return keys != nullptr && keys->Find(*FindAlgorithm(alg), kid).ok();
  }

  base::SystemClock clock;
  base::Logger logger{base::LogLevel::kError, -1};
  DiscoveredIssuer issuer;
};

TEST_CASE("keys are there soon after the start") {
  World world(Shared().Url());
  CHECK(Eventually([&] { return world.Has("one"); }));
  CHECK_FALSE(world.Has("two"));
}

TEST_CASE("a new key comes into force and a removed one goes, without a restart") {
  const IssuerServer server;
  World world(server.Url(), Calm(), server.ca_file());
  REQUIRE(world.Ask());
  REQUIRE(world.Has("one"));
  server.Serve({KeyFor("EdDSA").Jwk("one"), KeyFor("ES256").Jwk("two")});
  REQUIRE(world.Ask());
  CHECK((world.Has("one") && world.Has("two", "ES256")));
  server.Serve({KeyFor("ES256").Jwk("two")});
  REQUIRE(world.Ask());
  CHECK_FALSE(world.Has("one"));
  CHECK(world.Has("two", "ES256"));
  // A verifier that was given the old set may still finish with it; nobody gets it any more.
  server.Serve({});
  REQUIRE(world.Ask());
  CHECK(world.issuer.Keys() == nullptr);
}

TEST_CASE("keys are looked at again by the clock alone") {
  const IssuerServer server;
  Timings timings = Calm();
  timings.refresh_us = 50'000;
  World world(server.Url(), timings, server.ca_file());
  REQUIRE(Eventually([&] { return world.Has("one"); }));
  server.Serve({KeyFor("EdDSA").Jwk("next")});
  CHECK(Eventually([&] { return world.Has("next") && !world.Has("one"); }));
}

TEST_CASE("old keys stay while the issuer is down, but not for ever") {
  const IssuerServer server;
  Timings timings = Calm();
  timings.keep_us = 700'000;
  World world(server.Url(), timings, server.ca_file());
  REQUIRE(world.Ask());
  server.GoDown();
  REQUIRE(world.Ask());
  CHECK(world.Has("one"));
  CHECK(Eventually([&] { return world.issuer.Keys() == nullptr; }));
  server.ComeUp();
  REQUIRE(world.Ask());
  CHECK(world.Has("one"));
}

TEST_CASE("an issuer that is down at the start is asked again until it is there") {
  const IssuerServer server;
  server.GoDown();
  Timings timings = Calm();
  timings.retry_us = 20'000;
  World world(server.Url(), timings, server.ca_file());
  REQUIRE(
      Eventually([&] { return server.CountRequests("GET") + server.CountRequests("/good") > 2; }));
  CHECK(world.issuer.Keys() == nullptr);
  server.ComeUp();
  CHECK(Eventually([&] { return world.Has("one"); }));
}

TEST_CASE("a hostile answer brings no key and takes none away") {
  for (const char* kind : {"wrong-issuer", "no-issuer", "no-keys-uri", "http-keys", "file-keys",
                           "not-json", "deep", "twice", "oversize", "redirect", "missing", "cut",
                           "headers", "oversize-keys", "redirected-keys", "text-keys"}) {
    INFO(kind);
    World world(Shared().Url(kind));
    REQUIRE(world.Ask());
    CHECK(world.issuer.Keys() == nullptr);
  }
  World good(Shared().Url());
  REQUIRE(good.Ask());
  REQUIRE(good.Has("one"));
}

TEST_CASE("a set of keys that can only be a mistake changes nothing") {
  const IssuerServer server;
  World world(server.Url(), Calm(), server.ca_file());
  REQUIRE(world.Ask());
  auto leaked = KeyFor("EdDSA").Jwk("leaked");
  leaked["d"] = "AAAA";
  server.Serve({leaked});
  REQUIRE(world.Ask());
  CHECK((world.Has("one") && !world.Has("leaked")));
}

TEST_CASE("an issuer that does not answer keeps nobody longer than its time-out") {
  Timings timings = Calm();
  timings.limits.total_ms = 300;
  World world(Shared().Url("slow"), timings);
  CHECK(world.Ask());
  CHECK(world.issuer.Keys() == nullptr);
}

TEST_CASE("tokens cannot make the gateway ask more often than the gap allows") {
  const IssuerServer server;
  Timings timings = Calm();
  timings.gap_us = 400'000;
  World world(server.Url(), timings, server.ca_file());
  REQUIRE(Eventually([&] { return world.Has("one"); }));
  const size_t before = server.CountRequests("/keys");
  int answers = 0;
  for (int i = 0; i < 200; ++i) answers += world.Ask() ? 1 : 0;
  CHECK(answers <= 1);
  CHECK(server.CountRequests("/keys") <= before + 1);
  CHECK(Eventually([&] { return world.Ask(); }));
}

TEST_CASE("many that wait are one question, and their number is bounded") {
  Timings timings = Calm();
  timings.limits.total_ms = 1'000;
  World world(Shared().Url("slow"), timings);
  std::atomic<int> answered{0};
  size_t waiting = 0;
  while (waiting <= DiscoveredIssuer::kMaxWaiting && world.issuer.Refresh([&] { ++answered; })) {
    ++waiting;
  }
  CHECK(waiting == DiscoveredIssuer::kMaxWaiting);
  world.issuer.Stop();
  CHECK(answered == static_cast<int>(waiting));
  CHECK_FALSE(world.issuer.Refresh([] {}));
}

TEST_CASE("what stands for the same issuer after a reload has its keys at once") {
  const IssuerServer server;
  World before(server.Url(), Calm(), server.ca_file());
  REQUIRE(before.Ask());
  server.GoDown();
  World after(server.Url(), Calm(), server.ca_file(), &before.issuer);
  CHECK(after.Has("one"));
  World other(server.Url("other"), Calm(), server.ca_file(), &before.issuer);
  CHECK(other.issuer.Keys() == nullptr);
}

}  // namespace
}  // namespace portreeve::oidc
