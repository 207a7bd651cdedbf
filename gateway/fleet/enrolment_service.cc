#include "fleet/enrolment_service.h"

#include <string>
#include <utility>

#include "tls/certificate.h"

namespace portreeve::fleet {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(base::FromAbsl(status.message())));
}

}  // namespace

bool EnrolmentService::TakeTry() {
  const std::lock_guard lock(mutex_);
  const int64_t second = clock_.MonotonicMicros() / 1'000'000;
  if (second != second_) {
    second_ = second;
    tries_ = 0;
  }
  return ++tries_ <= kMaxTriesPerSecond;
}

bool EnrolmentService::TakeRenewal(const std::string& agent_id) {
  const std::lock_guard lock(mutex_);
  const int64_t now = clock_.MonotonicMicros();
  const auto [entry, is_first] = renewed_us_.emplace(agent_id, now);
  if (!is_first && now - entry->second < kRenewalIntervalUs) return false;
  entry->second = now;
  return true;
}

grpc::Status EnrolmentService::Enrol(grpc::ServerContext* context,
                                     const enrolment::EnrolRequest* request,
                                     enrolment::EnrolResponse* response) {
  if (!TakeTry()) {
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many tries; wait a second");
  }
  if (request->join_token().size() > kMaxFieldBytes ||
      request->signing_request_pem().size() > kMaxFieldBytes) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the request is too large");
  }
  const auto issued = authority_.Enrol(request->join_token(), request->signing_request_pem());
  if (!issued.ok()) {
    logger_.Warn("an agent could not join",
                 {{"address", context->peer()},
                  {"reason", std::string(base::FromAbsl(issued.status().message()))}});
    return ToGrpc(issued.status());
  }
  proto::audit::Record record;
  auto& enrolled = *record.mutable_agent_enrolled();
  enrolled.set_agent(issued->agent_id);
  enrolled.set_client_address(context->peer());
  enrolled.set_certificate_serial(issued->serial);
  enrolled.mutable_connections()->Assign(issued->connections.begin(), issued->connections.end());
  if (const absl::Status kept = journal_.control().Append(std::move(record)); !kept.ok()) {
    authority_.Revoke(issued->agent_id).IgnoreError();
    return ToGrpc(kept);
  }
  logger_.Info("an agent enrolled", {{"agent", issued->agent_id}, {"address", context->peer()}});
  response->set_agent_id(issued->agent_id);
  response->set_certificate_pem(issued->certificate_pem);
  response->set_not_after_unix_us(issued->not_after_us);
  return grpc::Status::OK;
}

grpc::Status EnrolmentService::Renew(grpc::ServerContext* context,
                                     const enrolment::RenewRequest* request,
                                     enrolment::RenewResponse* response) {
  const auto pem = context->auth_context()->FindPropertyValues("x509_pem_cert");
  if (pem.empty()) {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "a renewal needs the old certificate");
  }
  if (request->signing_request_pem().size() > kMaxFieldBytes) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the request is too large");
  }
  const auto facts = tls::ReadCertificate({pem[0].data(), pem[0].size()});
  if (!facts.ok()) return ToGrpc(facts.status());
  if (const absl::Status allowed = authority_.IsAllowed(facts->common_name, facts->serial_hex);
      !allowed.ok()) {
    return ToGrpc(allowed);
  }
  if (!TakeRenewal(facts->common_name)) {
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "the agent has just renewed");
  }
  const auto issued = authority_.Renew(facts->common_name, request->signing_request_pem());
  if (!issued.ok()) return ToGrpc(issued.status());
  proto::audit::Record record;
  auto& renewed = *record.mutable_agent_renewed();
  renewed.set_agent(issued->agent_id);
  renewed.set_client_address(context->peer());
  renewed.set_certificate_serial(issued->serial);
  renewed.set_expires_unix_s(issued->not_after_us / 1'000'000);
  renewed.set_old_certificate_serial(facts->serial_hex);
  // A certificate that is not on record is not handed out; the agent asks again.
  if (const absl::Status kept = journal_.control().Append(std::move(record)); !kept.ok()) {
    return ToGrpc(kept);
  }
  response->set_certificate_pem(issued->certificate_pem);
  response->set_not_after_unix_us(issued->not_after_us);
  return grpc::Status::OK;
}

}  // namespace portreeve::fleet
