// Joining and renewing over the real port, with real TLS.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "../../support/grpc_life.h"
#include "fleet/enrolment_service.h"
#include "link/grpc_endpoint.h"
#include "portreeve/enrolment.grpc.pb.h"
#include "world.h"

namespace portreeve::fleet {
namespace {

using grpc::StatusCode;

class Port {
 public:
  explicit Port(World& world)
      : world_(world), service_(*world.authority, *world.journal, world.clock, world.logger) {
    KeepGrpc();
    link::LinkServer::Options options;
    options.address = "127.0.0.1:0";
    options.tls = world.authority->MakeServerTls({"127.0.0.1"}).value();
    options.services = {&service_};
    auto started = link::LinkServer::Start(std::move(options),
                                           [&world](size_t lane, const link::PeerIdentity& peer) {
                                             return world.fleet->Admit(lane, peer);
                                           });
    REQUIRE(started.ok());
    server_ = *std::move(started);
  }

  std::shared_ptr<grpc::Channel> Dial(const std::string& certificate = "",
                                      const std::string& key = "") const {
    return link::MakeChannel(target(), {world_.authority->ca_pem(), certificate, key});
  }

  std::string target() const { return "127.0.0.1:" + std::to_string(server_->port()); }

  grpc::Status Enrol(const std::string& token, const std::string& request,
                     enrolment::EnrolResponse& response) const {
    grpc::ClientContext context;
    enrolment::EnrolRequest message;
    message.set_join_token(token);
    message.set_signing_request_pem(request);
    return enrolment::Enrolment::NewStub(Dial())->Enrol(&context, message, &response);
  }

  grpc::Status Renew(const std::shared_ptr<grpc::Channel>& channel, const std::string& request,
                     enrolment::RenewResponse& response) const {
    grpc::ClientContext context;
    enrolment::RenewRequest message;
    message.set_signing_request_pem(request);
    return enrolment::Enrolment::NewStub(channel)->Renew(&context, message, &response);
  }

 private:
  World& world_;
  EnrolmentService service_;
  std::unique_ptr<link::LinkServer> server_;
};

TEST_CASE("an agent joins with its token, and it is on record before it has its certificate") {
  World world;
  std::string id;
  {
    const Port port(world);
    const std::string key = tls::MakePrivateKey().value();
    const auto token = world.authority->CreateJoinToken("a", kHourUs);
    enrolment::EnrolResponse response;
    const grpc::Status status = port.Enrol(token->token, World::Request(key), response);
    INFO(status.error_message());
    REQUIRE(status.ok());
    id = response.agent_id();
    const auto facts = tls::ReadCertificate(response.certificate_pem());
    REQUIRE(facts.ok());
    CHECK(facts->common_name == id);
    CHECK(response.not_after_unix_us() == facts->validity.not_after_unix_s * 1'000'000);
    CHECK(world.authority->IsAllowed(id, facts->serial_hex).ok());
    CHECK(port.Enrol(token->token, World::Request(key), response).error_code() ==
          StatusCode::PERMISSION_DENIED);
  }
  CHECK(world.Records() == std::vector<std::string>{"enrolled " + id});
}

TEST_CASE("an enrolment that cannot be recorded gives nothing that opens a lane") {
  World world;
  const Port port(world);
  const auto token = world.authority->CreateJoinToken("a", kHourUs);
  world.disk.failing = true;
  enrolment::EnrolResponse response;
  const std::string key = tls::MakePrivateKey().value();
  CHECK_FALSE(port.Enrol(token->token, World::Request(key), response).ok());
  world.disk.failing = false;
  CHECK(response.certificate_pem().empty());
  const auto agents = world.store->ListAgents();
  REQUIRE(agents->size() == 1);
  CHECK(agents->front().revoked_us != 0);
}

TEST_CASE("tries to join are bounded in size and in number, and the next second is a new one") {
  World world;
  const Port port(world);
  const std::string request = World::Request(tls::MakePrivateKey().value());
  enrolment::EnrolResponse response;
  const std::string long_text(EnrolmentService::kMaxFieldBytes + 1, 'x');
  CHECK(port.Enrol(long_text, request, response).error_code() == StatusCode::INVALID_ARGUMENT);
  CHECK(port.Enrol("t", long_text, response).error_code() == StatusCode::INVALID_ARGUMENT);
  for (int i = 2; i < EnrolmentService::kMaxTriesPerSecond; ++i) {
    CHECK(port.Enrol("pjt_guess", request, response).error_code() == StatusCode::PERMISSION_DENIED);
  }
  const auto token = world.authority->CreateJoinToken("a", kHourUs);
  CHECK(port.Enrol(token->token, request, response).error_code() == StatusCode::RESOURCE_EXHAUSTED);
  world.clock.Move(1'000'000);
  CHECK(port.Enrol(token->token, request, response).ok());
}

TEST_CASE("a caller without a certificate cannot send more than a message of a lane at once") {
  World world;
  const Port port(world);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = world.authority->ca_pem();
  grpc::ChannelArguments unbounded;
  unbounded.SetMaxSendMessageSize(-1);
  const auto channel =
      grpc::CreateCustomChannel(port.target(), grpc::SslCredentials(tls), unbounded);
  enrolment::EnrolRequest message;
  message.set_join_token(std::string(link::kMaxMessageBytes + 1, 'x'));
  grpc::ClientContext context;
  enrolment::EnrolResponse response;
  const grpc::Status status =
      enrolment::Enrolment::NewStub(channel)->Enrol(&context, message, &response);
  // gRPC's own refusal: the service has not seen it.
  CHECK(status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(status.error_message().find("larger than max") != std::string::npos);
}

TEST_CASE("a renewal is for who shows the present certificate, and keeps the agent") {
  World world;
  const Port port(world);
  const Agent agent = world.Join();
  enrolment::RenewResponse response;
  const std::string new_key = tls::MakePrivateKey().value();
  const std::string request = World::Request(new_key);
  CHECK(port.Renew(port.Dial(), request, response).error_code() == StatusCode::UNAUTHENTICATED);
  const auto channel = port.Dial(agent.issued.certificate_pem, agent.key_pem);
  CHECK(port.Renew(channel, std::string(EnrolmentService::kMaxFieldBytes + 1, 'x'), response)
            .error_code() == StatusCode::INVALID_ARGUMENT);
  const grpc::Status status = port.Renew(channel, request, response);
  INFO(status.error_message());
  REQUIRE(status.ok());
  const auto facts = tls::ReadCertificate(response.certificate_pem());
  REQUIRE(facts.ok());
  CHECK(facts->common_name == agent.issued.agent_id);
  CHECK(facts->serial_hex != agent.issued.serial);
  CHECK(response.not_after_unix_us() == facts->validity.not_after_unix_s * 1'000'000);
}

TEST_CASE("a renewal is on record with both certificates, and without the record there is none") {
  World world;
  std::string expected;
  {
    const Port port(world);
    const Agent agent = world.Join();
    const std::string request = World::Request(agent.key_pem);
    const auto channel = port.Dial(agent.issued.certificate_pem, agent.key_pem);
    world.disk.failing = true;
    enrolment::RenewResponse response;
    CHECK_FALSE(port.Renew(channel, request, response).ok());
    CHECK(response.certificate_pem().empty());
    world.disk.failing = false;
    world.clock.Move(EnrolmentService::kRenewalIntervalUs);
    REQUIRE(port.Renew(channel, request, response).ok());
    const auto facts = tls::ReadCertificate(response.certificate_pem());
    expected =
        "renewed " + agent.issued.agent_id + " " + agent.issued.serial + " " + facts->serial_hex;
  }
  CHECK(world.Records() == std::vector<std::string>{expected});
}

TEST_CASE("what an agent may serve is on record when it joins, and stays when it renews") {
  World world;
  std::string id;
  {
    const Port port(world);
    const std::string key = tls::MakePrivateKey().value();
    const auto token = world.authority->CreateJoinToken("a", kHourUs, {"orders"});
    enrolment::EnrolResponse joined;
    REQUIRE(port.Enrol(token->token, World::Request(key), joined).ok());
    id = joined.agent_id();
    enrolment::RenewResponse renewed;
    const auto channel = port.Dial(joined.certificate_pem(), key);
    REQUIRE(port.Renew(channel, World::Request(key), renewed).ok());
  }
  CHECK(world.authority->MayServe(id, {"orders"}).ok());
  CHECK(world.authority->MayServe(id, {"orders", "hr"}).code() ==
        absl::StatusCode::kPermissionDenied);
  CHECK(world.Records().front() == "enrolled " + id + " orders");
}

TEST_CASE("a renewal is refused to who is revoked, and to a certificate of another authority") {
  World world;
  const Port port(world);
  const std::string request = World::Request(tls::MakePrivateKey().value());
  enrolment::RenewResponse response;
  const Agent agent = world.Join();
  REQUIRE(world.authority->Revoke(agent.issued.agent_id).ok());
  CHECK(port.Renew(port.Dial(agent.issued.certificate_pem, agent.key_pem), request, response)
            .error_code() == StatusCode::PERMISSION_DENIED);
  World elsewhere;
  const Agent stranger = elsewhere.Join();
  CHECK_FALSE(
      port.Renew(port.Dial(stranger.issued.certificate_pem, stranger.key_pem), request, response)
          .ok());
  const auto server = world.authority->MakeServerTls({"localhost"});
  CHECK_FALSE(port.Renew(port.Dial(server->certificate_chain_pem, server->private_key_pem), request,
                         response)
                  .ok());
}

TEST_CASE("an agent cannot renew without end, and strangers who try to join do not hinder it") {
  World world;
  const Port port(world);
  const Agent agent = world.Join();
  const Agent other = world.Join();
  enrolment::RenewResponse response;
  const std::string request = World::Request(agent.key_pem);
  for (int i = 0; i < 2 * EnrolmentService::kMaxTriesPerSecond; ++i) {
    enrolment::EnrolResponse ignored;
    CHECK_FALSE(port.Enrol("pjt_guess", request, ignored).ok());
  }
  const auto channel = port.Dial(agent.issued.certificate_pem, agent.key_pem);
  CHECK(port.Renew(channel, request, response).ok());
  CHECK(port.Renew(channel, request, response).error_code() == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(port.Renew(port.Dial(other.issued.certificate_pem, other.key_pem), request, response).ok());
  world.clock.Move(EnrolmentService::kRenewalIntervalUs);
  CHECK(port.Renew(channel, request, response).ok());
}

// An agent's end of a lane: says HELLO and waits.
class AgentEnd final : public link::LaneHandler {
 public:
  void OnOpened(std::shared_ptr<link::Lane> lane) override {
    link::Hello hello;
    hello.add_connections()->set_name("orders");
    lane->Send(FrameOf(link::FRAME_KIND_HELLO, 0, hello.SerializeAsString()));
  }
  absl::Status OnData(const link::FrameHeader&, std::string_view, bool) override {
    return absl::OkStatus();
  }
  absl::Status OnFrame(const link::FrameHeader&, std::string_view) override {
    return absl::OkStatus();
  }
  void OnBatchEnd() override {}
  void OnClosed(const absl::Status&) override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  bool WaitClosed() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return closed_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
};

bool WaitForAgents(const Fleet& fleet, size_t count) {
  for (int i = 0; i < 1000; ++i) {
    if (fleet.Agents().size() == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_CASE("over the real port an agent joins with its certificate and is cut off when revoked") {
  World world;
  const Port port(world);
  const Agent agent = world.Join();
  link::LinkDialer dialer;
  const auto nobody = std::make_shared<AgentEnd>();
  dialer.Dial(port.Dial(), nobody);
  CHECK(nobody->WaitClosed());
  CHECK(world.fleet->Agents().empty());

  const auto channel = port.Dial(agent.issued.certificate_pem, agent.key_pem);
  const auto end = std::make_shared<AgentEnd>();
  dialer.Dial(channel, end);
  REQUIRE(WaitForAgents(*world.fleet, 1));
  CHECK(world.fleet->Agents().front().id == agent.issued.agent_id);
  REQUIRE(world.authority->Revoke(agent.issued.agent_id).ok());
  world.fleet->CutOff(agent.issued.agent_id, "revoked");
  CHECK(end->WaitClosed());
  CHECK(WaitForAgents(*world.fleet, 0));

  const auto again = std::make_shared<AgentEnd>();
  dialer.Dial(channel, again);
  CHECK(again->WaitClosed());
}

}  // namespace
}  // namespace portreeve::fleet
