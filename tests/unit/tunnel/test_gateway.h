// A gateway's end of the link: the port, enrolment and lanes, with an authority of its own.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "../../support/grpc_life.h"
#include "base/clock.h"
#include "fake_lane.h"
#include "link/grpc_endpoint.h"
#include "portreeve/enrolment.grpc.pb.h"
#include "tls/certificate.h"

namespace portreeve::tunnel {

class TestAuthority {
 public:
  TestAuthority() : key_(tls::MakePrivateKey().value()) {
    ca_ = tls::MakeCaCertificate(key_, "test CA", {now_s() - 3600, now_s() + 100 * 24 * 3600})
              .value();
  }
  static int64_t now_s() { return base::SystemClock().UnixMicros() / 1'000'000; }

  const std::string& ca_pem() const { return ca_; }
  // Valid from now for so long.
  std::string Issue(const std::string& request, const std::string& name, int64_t lifetime_s) const {
    tls::IssueOptions options;
    options.subject.common_name = name;
    options.subject.ip = {"127.0.0.1"};
    options.validity = {now_s() - 10, now_s() + lifetime_s};
    options.server_auth = true;
    options.client_auth = true;
    return tls::IssueCertificate(ca_, key_, request, options).value();
  }
  std::pair<std::string, std::string> MakePair(const std::string& name) const {
    const std::string key = tls::MakePrivateKey().value();
    return {key, Issue(tls::MakeSigningRequest(key, name).value(), name, 3600)};
  }

 private:
  const std::string key_;
  std::string ca_;
};

// The gateway's handler of one lane: counts and keeps.
class GatewayEnd final : public link::LaneHandler {
 public:
  void OnOpened(std::shared_ptr<link::Lane> lane) override {
    const std::lock_guard lock(mutex_);
    lane_ = std::move(lane);
  }
  absl::Status OnData(const link::FrameHeader&, std::string_view, bool) override {
    return absl::OkStatus();
  }
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view) override {
    const std::lock_guard lock(mutex_);
    kinds_.push_back(header.kind);
    changed_.notify_all();
    return absl::OkStatus();
  }
  void OnBatchEnd() override {}
  void OnClosed(const absl::Status&) override {
    const std::lock_guard lock(mutex_);
    lane_ = nullptr;
    closed_ = true;
    changed_.notify_all();
  }

  void Close() {
    std::shared_ptr<link::Lane> lane;
    {
      const std::lock_guard lock(mutex_);
      lane = lane_;
    }
    if (lane != nullptr) lane->Close("the test says so");
  }
  bool Await(const std::vector<link::FrameKind>& kinds) const {
    return Wait([&] { return kinds_ == kinds; });
  }
  bool AwaitClosed() const {
    return Wait([&] { return closed_; });
  }

 private:
  bool Wait(const std::function<bool()>& condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::shared_ptr<link::Lane> lane_;
  std::vector<link::FrameKind> kinds_;
  bool closed_ = false;
};

class TestGateway final : public enrolment::Enrolment::Service {
 public:
  explicit TestGateway(const TestAuthority& authority, int port = 0) : authority_(authority) {
    KeepGrpc();
    link::LinkServer::Options options;
    options.address = "127.0.0.1:" + std::to_string(port);
    const auto [key, certificate] = authority.MakePair("gateway");
    options.tls = {certificate, key, authority.ca_pem()};
    options.services = {this};
    auto started = link::LinkServer::Start(
        std::move(options), [this](size_t, const link::PeerIdentity& peer) { return Admit(peer); });
    INFO(started.status());
    REQUIRE(started.ok());
    server_ = *std::move(started);
  }
  ~TestGateway() override { Stop(); }

  void Stop() { server_.reset(); }
  int port() const { return server_->port(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  grpc::Status Enrol(grpc::ServerContext*, const enrolment::EnrolRequest* request,
                     enrolment::EnrolResponse* response) override {
    token = request->join_token();
    if (token != "good") return {grpc::StatusCode::PERMISSION_DENIED, "no"};
    response->set_agent_id("agent-1");
    response->set_certificate_pem(Answer(request->signing_request_pem()));
    return grpc::Status::OK;
  }
  grpc::Status Renew(grpc::ServerContext*, const enrolment::RenewRequest* request,
                     enrolment::RenewResponse* response) override {
    ++renewals;
    response->set_certificate_pem(Answer(request->signing_request_pem()));
    return grpc::Status::OK;
  }

  // The lane that came as the n-th, from 0.
  std::shared_ptr<GatewayEnd> AwaitLane(size_t n) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return lanes_.size() > n; });
    REQUIRE(lanes_.size() > n);
    return lanes_[n];
  }
  std::string name_of(size_t n) const {
    const std::lock_guard lock(mutex_);
    return names_[n];
  }
  size_t lane_count() const {
    const std::lock_guard lock(mutex_);
    return lanes_.size();
  }

  std::string token;
  int renewals = 0;
  std::string answer;  // Instead of a certificate.
  int64_t lifetime_s = 3600;

 private:
  absl::StatusOr<std::shared_ptr<link::LaneHandler>> Admit(const link::PeerIdentity& peer) {
    const std::lock_guard lock(mutex_);
    lanes_.push_back(std::make_shared<GatewayEnd>());
    names_.push_back(peer.common_name);
    changed_.notify_all();
    return lanes_.back();
  }
  std::string Answer(const std::string& request) const {
    return answer.empty() ? authority_.Issue(request, "agent-1", lifetime_s) : answer;
  }

  const TestAuthority& authority_;
  std::unique_ptr<link::LinkServer> server_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::shared_ptr<GatewayEnd>> lanes_;  // mutex_, as below.
  std::vector<std::string> names_;
};

}  // namespace portreeve::tunnel
