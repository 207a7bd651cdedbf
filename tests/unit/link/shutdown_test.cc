#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "link/grpc_endpoint.h"
#include "tls/certificate.h"

namespace portreeve::link {
namespace {

constexpr size_t kLanes = 2;
constexpr int kDialled = 4;
constexpr int kRounds = 20;

struct Counts {
  std::atomic<int> opened{0};
  std::atomic<int> closed{0};
};

class Counting final : public LaneHandler {
 public:
  explicit Counting(Counts& counts) : counts_(counts) {}
  void OnOpened(std::shared_ptr<Lane>) override { ++counts_.opened; }
  void OnBatchEnd() override {}
  void OnClosed(const absl::Status&) override { ++counts_.closed; }
  absl::Status OnData(const FrameHeader&, std::string_view, bool) override {
    return absl::OkStatus();
  }
  absl::Status OnFrame(const FrameHeader&, std::string_view) override { return absl::OkStatus(); }

 private:
  Counts& counts_;
};

struct Credentials {
  ServerTls server;
  ClientTls client;

  Credentials() {
    const int64_t now = base::SystemClock().UnixMicros() / 1'000'000;
    const std::string ca_key = tls::MakePrivateKey().value();
    const std::string ca = tls::MakeCaCertificate(ca_key, "CA", {now - 60, now + 3600}).value();
    const std::string key = tls::MakePrivateKey().value();
    tls::IssueOptions options;
    options.subject = {"server", {}, {"127.0.0.1"}, {}};
    options.validity = {now - 60, now + 3000};
    options.server_auth = true;
    options.client_auth = true;
    const std::string certificate =
        tls::IssueCertificate(ca, ca_key, tls::MakeSigningRequest(key, "x").value(), options)
            .value();
    server = {certificate, key, ca};
    client = {ca, certificate, key};
  }
};

template <typename Condition>
void Await(Condition condition) {
  for (int tries = 0; tries < 3'000 && !condition(); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(condition());
}

TEST_CASE("a server that ends under open and coming lanes ends them all, and the process goes on") {
  const Credentials credentials;
  for (int round = 0; round < kRounds; ++round) {
    Counts accepted;
    Counts dialled;
    LinkDialer dialer;
    {
      LinkServer::Options options;
      options.address = "127.0.0.1:0";
      options.tls = credentials.server;
      options.lanes = kLanes;
      auto server = LinkServer::Start(std::move(options), [&accepted](size_t, const auto&) {
        return std::make_shared<Counting>(accepted);
      });
      REQUIRE(server.ok());
      const std::string target = "127.0.0.1:" + std::to_string((*server)->port());
      const auto channel = MakeChannel(target, credentials.client);
      for (int i = 0; i < kDialled; ++i) {
        dialer.Dial(channel, std::make_shared<Counting>(dialled));
      }
      // In every other round some lanes are still on their way.
      Await([&] { return accepted.opened >= (round % 2 == 0 ? kDialled : 1); });
    }
    CHECK(accepted.closed == accepted.opened);
    Await([&] { return dialled.closed == kDialled; });
  }
}

}  // namespace
}  // namespace portreeve::link
