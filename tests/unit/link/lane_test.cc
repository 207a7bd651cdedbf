#include <grpc/grpc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "link/grpc_endpoint.h"
#include "tls/certificate.h"

// Threads of gRPC's own may still hold OpenSSL's error queue when the process ends.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libcrypto.so";
}

namespace portreeve::link {
namespace {

constexpr int64_t kDay = 86'400;
constexpr auto kPatience = std::chrono::seconds(60);

struct Issued {
  std::string certificate;
  std::string key;
};

class TestCa {
 public:
  TestCa() {
    key_ = tls::MakePrivateKey().value();
    const int64_t now = std::time(nullptr);
    certificate_ = tls::MakeCaCertificate(key_, "test CA", {now - kDay, now + kDay}).value();
  }

  Issued Issue(const std::string& name) const {
    const int64_t now = std::time(nullptr);
    const std::string key = tls::MakePrivateKey().value();
    const std::string request = tls::MakeSigningRequest(key, name).value();
    tls::IssueOptions options;
    options.subject = {name, {"localhost"}, {"127.0.0.1"}, {}};
    options.validity = {now - 60, now + 3600};
    options.server_auth = true;
    options.client_auth = true;
    return {tls::IssueCertificate(certificate_, key_, request, options).value(), key};
  }

  const std::string& certificate() const { return certificate_; }

 private:
  std::string key_;
  std::string certificate_;
};

// Notes what it hears, and that it hears it one at a time.
class Ear final : public LaneHandler {
 public:
  void OnOpened(std::shared_ptr<Lane> lane) override {
    Enter();
    {
      const std::lock_guard lock(mutex_);
      lane_ = std::move(lane);
      ++opened_;
    }
    Leave();
  }

  absl::Status OnData(const FrameHeader& header, std::string_view piece, bool last) override {
    Enter();
    {
      const std::lock_guard lock(mutex_);
      std::string& whole = partial_[header.session];
      whole.append(piece);
      if (last) {
        heard_[header.session].push_back(std::move(whole));
        whole.clear();
        ++frames_;
      }
    }
    Leave();
    return absl::OkStatus();
  }

  absl::Status OnFrame(const FrameHeader&, std::string_view) override { return absl::OkStatus(); }

  void OnBatchEnd() override {
    Enter();
    if (on_batch_end) on_batch_end();
    Leave();
  }

  void OnClosed(const absl::Status& status) override {
    Enter();
    {
      const std::lock_guard lock(mutex_);
      closed_for_ = std::string(base::FromAbsl(status.message()));
      ++closed_;
      lane_ = nullptr;
    }
    Leave();
  }

  // Waits for the lane to open.
  std::shared_ptr<Lane> lane() {
    Await([this] { return lane_ != nullptr; });
    return OpenLane();
  }
  // Null before it opens and after it has closed.
  std::shared_ptr<Lane> OpenLane() {
    const std::lock_guard lock(mutex_);
    return lane_;
  }
  bool AwaitFrames(size_t count) {
    return Await([this, count] { return frames_ >= count; });
  }
  bool AwaitClosed() {
    return Await([this] { return closed_ > 0; });
  }
  size_t frames() {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  int closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  int opened() {
    const std::lock_guard lock(mutex_);
    return opened_;
  }
  std::string closed_for() {
    const std::lock_guard lock(mutex_);
    return closed_for_;
  }
  std::map<uint64_t, std::vector<std::string>> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  bool overlapped() const { return overlapped_; }

  std::function<void()> on_batch_end;  // Set before the lane is open.

 private:
  void Enter() {
    if (busy_.exchange(true)) overlapped_ = true;
  }
  void Leave() {
    busy_.store(false);
    changed_.notify_all();
  }
  template <typename Condition>
  bool Await(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

  std::atomic<bool> busy_{false};
  std::atomic<bool> overlapped_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Lane> lane_;
  std::map<uint64_t, std::string> partial_;
  std::map<uint64_t, std::vector<std::string>> heard_;
  size_t frames_ = 0;
  int opened_ = 0;
  int closed_ = 0;
  std::string closed_for_;
};

// gRPC ends its connections in the background; here that is waited for.
struct GrpcScope {
  GrpcScope() { grpc_init(); }
  ~GrpcScope() { grpc_shutdown_blocking(); }
};

// A gateway's and an agent's end of one lane over loopback.
struct Pair {
  Pair() {
    const Issued server_side = ca.Issue("gateway");
    LinkServer::Options options;
    options.address = "127.0.0.1:0";
    options.tls = {server_side.certificate, server_side.key, ca.certificate()};
    auto started = LinkServer::Start(std::move(options), [this](size_t, const auto& who) {
      peer = who.common_name;
      if (refused) return absl::StatusOr<std::shared_ptr<LaneHandler>>(base::NotFound("no room"));
      return absl::StatusOr<std::shared_ptr<LaneHandler>>(gateway);
    });
    REQUIRE(started.ok());
    server = *std::move(started);
  }
  // The lanes end before what they run on.
  ~Pair() {
    for (const auto& ear : {agent, gateway}) {
      if (ear == gateway && refused) continue;
      if (const auto lane = ear->OpenLane()) lane->Close("the test is over");
      CHECK(ear->AwaitClosed());
    }
  }

  void Open() {
    Dial();
    REQUIRE(agent->lane() != nullptr);
    REQUIRE(gateway->lane() != nullptr);
  }
  void Dial() {
    const Issued client_side = ca.Issue("agent-1");
    dialer.Dial(MakeChannel("127.0.0.1:" + std::to_string(server->port()),
                            {ca.certificate(), client_side.certificate, client_side.key}),
                agent);
  }

  GrpcScope grpc;
  TestCa ca;
  std::string peer;
  std::atomic<bool> refused{false};
  std::shared_ptr<Ear> gateway = std::make_shared<Ear>();
  std::shared_ptr<Ear> agent = std::make_shared<Ear>();
  std::unique_ptr<LinkServer> server;
  LinkDialer dialer;
};

std::string Data(uint64_t session, std::string_view text) {
  std::string frame;
  AppendFrame(frame, {session, 1, FRAME_KIND_DATA}, text);
  return frame;
}

// Frames of many sizes that tell their number.
std::string Text(int number) {
  return std::to_string(number) + ":" + std::string(static_cast<size_t>(number * 37 % 5000), 'x');
}

}  // namespace

TEST_CASE("frames of several threads arrive whole, in order and one at a time, both ways") {
  constexpr int kFrames = 1500;
  Pair pair;
  pair.Open();
  CHECK(pair.peer == "agent-1");
  std::vector<std::thread> senders;
  for (const auto& from : {pair.gateway, pair.agent}) {
    for (uint64_t session = 1; session <= 2; ++session) {
      senders.emplace_back([lane = from->lane(), session] {
        for (int i = 0; i < kFrames; ++i) lane->Send(Data(session, Text(i)));
      });
    }
  }
  for (std::thread& sender : senders) sender.join();
  for (const auto& to : {pair.gateway, pair.agent}) {
    REQUIRE(to->AwaitFrames(2 * kFrames));
    CHECK_FALSE(to->overlapped());
    for (const auto& [session, texts] : to->heard()) {
      REQUIRE(texts.size() == kFrames);
      for (int i = 0; i < kFrames; ++i) REQUIRE(texts[static_cast<size_t>(i)] == Text(i));
    }
  }
}

TEST_CASE("what a handler sends in its own calls goes out, while others send as well") {
  constexpr size_t kFrames = 2000;
  Pair pair;
  pair.gateway->on_batch_end = [&, answered = size_t{0}]() mutable {
    const size_t heard = pair.gateway->frames();
    for (; answered < heard; ++answered) pair.gateway->lane()->Send(Data(7, "answer"));
  };
  pair.Open();
  std::thread other([lane = pair.gateway->lane()] {
    for (size_t i = 0; i < kFrames; ++i) lane->Send(Data(8, "unasked"));
  });
  const auto lane = pair.agent->lane();
  for (size_t i = 0; i < kFrames; ++i) lane->Send(Data(7, "question"));
  other.join();
  REQUIRE(pair.agent->AwaitFrames(2 * kFrames));
  CHECK(pair.agent->heard()[7].size() == kFrames);
  CHECK_FALSE(pair.agent->overlapped());
  CHECK_FALSE(pair.gateway->overlapped());
}

TEST_CASE("a lane that is closed under its senders ends once on both sides and takes no more") {
  for (int round = 0; round < 10; ++round) {
    Pair pair;
    pair.Open();
    const auto lane = pair.gateway->lane();
    std::atomic<bool> stop{false};
    std::vector<std::thread> senders;
    for (const auto& from : {pair.gateway, pair.agent}) {
      senders.emplace_back([lane = from->lane(), &stop] {
        while (!stop) lane->Send(Data(1, std::string(1000, 'x')));
      });
    }
    REQUIRE(pair.agent->AwaitFrames(50));
    (round % 2 == 0 ? pair.gateway : pair.agent)->lane()->Close("enough");
    CHECK(pair.gateway->AwaitClosed());
    CHECK(pair.agent->AwaitClosed());
    stop = true;
    for (std::thread& sender : senders) sender.join();
    const size_t heard = pair.agent->frames();
    lane->Send(Data(1, "too late"));
    CHECK(pair.agent->frames() == heard);
    CHECK(pair.agent->closed() == 1);
    CHECK(pair.gateway->closed() == 1);
  }
}

TEST_CASE("frames that were sent together arrive whole, however many they are") {
  constexpr size_t kFrames = 300;
  Pair pair;
  pair.Open();
  std::string group;
  for (size_t i = 0; i < kFrames; ++i) group += Data(1, std::string(kMaxDataBytes, 'x'));
  REQUIRE(group.size() > 64 * 1024 * 1024);
  pair.gateway->lane()->Send(std::move(group));
  REQUIRE(pair.agent->AwaitFrames(kFrames));
  CHECK(pair.agent->closed() == 0);
  const auto heard = pair.agent->heard();
  for (const std::string& text : heard.at(1)) CHECK(text.size() == kMaxDataBytes);
}

TEST_CASE("a lane whose peer does not read ends, and does not grow without end") {
  std::mutex reading;
  Pair pair;
  pair.agent->on_batch_end = [&] { const std::lock_guard lock(reading); };
  pair.Open();
  const auto lane = pair.gateway->lane();
  {
    const std::lock_guard stopped(reading);
    const std::string frame = Data(1, std::string(kMaxDataBytes, 'x'));
    size_t sent = 0;
    while (pair.gateway->closed() == 0 && sent < 2 * Lane::kMaxPendingBytes) {
      lane->Send(frame);
      sent += frame.size();
    }
    CHECK(pair.gateway->AwaitClosed());
    CHECK(pair.gateway->closed_for() == "the other side does not read");
    CHECK(lane->pending_bytes() == 0);
  }
  CHECK(pair.agent->AwaitClosed());
}

TEST_CASE("a lane that the gateway refuses has never been open, and the agent hears why") {
  Pair pair;
  pair.refused = true;
  pair.Dial();
  REQUIRE(pair.agent->AwaitClosed());
  CHECK(pair.agent->opened() == 0);
  CHECK(pair.agent->closed_for() == "no room");
}

TEST_CASE("a gateway that goes down ends its lanes") {
  Pair pair;
  pair.Open();
  std::thread sender([lane = pair.agent->lane()] {
    for (int i = 0; i < 1000; ++i) lane->Send(Data(1, "x"));
  });
  pair.server.reset();
  CHECK(pair.gateway->closed() == 1);
  CHECK(pair.agent->AwaitClosed());
  sender.join();
}

}  // namespace portreeve::link
