#include "tunnel/enrolment.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.h"
#include "portreeve/enrolment.grpc.pb.h"
#include "tls/certificate.h"
#include "tls/context.h"

namespace portreeve::tunnel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = 64 * 1024;
constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kCallTimeoutUs = 15 * kSecondUs;
// Key and certificate stand in one file, so that a crash cannot leave halves that do not fit.
constexpr char kFile[] = "agent.pem";
constexpr char kVersion[] = "0.1.0";

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

gpr_timespec Deadline(const base::Clock& clock) {
  return gpr_time_from_micros(clock.UnixMicros() + kCallTimeoutUs, GPR_CLOCK_REALTIME);
}

struct Request {
  std::string key_pem;
  std::string signing_request_pem;
};

// Every certificate gets a key of its own.
absl::StatusOr<Request> MakeRequest() {
  Request request;
  ASSIGN_OR_RETURN(request.key_pem, tls::MakePrivateKey());
  ASSIGN_OR_RETURN(request.signing_request_pem,
                   tls::MakeSigningRequest(request.key_pem, "portreeve-agent"));
  return request;
}

}  // namespace

absl::StatusOr<bool> Identity::Load() {
  const fs::path file = state_dir_ / kFile;
  const auto text = base::ReadFile(file, kMaxFileBytes);
  if (text.status().code() == absl::StatusCode::kNotFound) return false;
  RETURN_IF_ERROR(text.status());
  const size_t certificate = text->find("-----BEGIN CERTIFICATE-----");
  if (certificate == std::string::npos) {
    return base::DataLoss(file.string() + " holds no certificate: remove it and enrol again");
  }
  const std::string key_pem = text->substr(0, certificate);
  const std::string certificate_pem = text->substr(certificate);
  const auto validity = Check(key_pem, certificate_pem);
  RETURN_IF_ERROR(base::Annotate(validity.status(), file.string()));
  Use(key_pem, certificate_pem, *validity);
  return NowS() < not_after_s_;
}

absl::Status Identity::Keep(const std::string& key_pem, const std::string& certificate_pem) {
  ASSIGN_OR_RETURN(const tls::Validity validity, Check(key_pem, certificate_pem));
  RETURN_IF_ERROR(base::WriteFileAtomically(state_dir_ / kFile, key_pem + certificate_pem, 0600));
  Use(key_pem, certificate_pem, validity);
  return absl::OkStatus();
}

absl::StatusOr<tls::Validity> Identity::Check(const std::string& key_pem,
                                              const std::string& certificate_pem) const {
  if (key_pem.size() + certificate_pem.size() > kMaxFileBytes) {
    return base::ResourceExhausted("the certificate is too large");
  }
  ASSIGN_OR_RETURN(const auto facts, tls::ReadCertificate(certificate_pem));
  tls::ClientOptions options;
  options.mode = tls::VerifyMode::kVerifyCa;
  options.root_ca.text = gateway_ca_pem_;
  options.certificate_chain.text = certificate_pem;
  options.private_key.text = key_pem;
  RETURN_IF_ERROR(tls::Context::ForClient(options).status());
  return facts.validity;
}

void Identity::Use(std::string key_pem, std::string certificate_pem, tls::Validity validity) {
  key_pem_ = std::move(key_pem);
  certificate_pem_ = std::move(certificate_pem);
  not_after_s_ = validity.not_after_unix_s;
  renew_at_s_ = NowS() + (not_after_s_ - NowS()) / 2;
}

int64_t Identity::NowS() const { return clock_.UnixMicros() / kSecondUs; }

int64_t Identity::SecondsUntilRenewal() const {
  const int64_t left_s = renew_at_s_ - NowS();
  return left_s > 0 ? left_s : std::max<int64_t>(1, (not_after_s_ - NowS()) / 4);
}

absl::Status Identity::Enrol(const std::string& gateway, const JoinToken& join_token) {
  if (access(state_dir_.c_str(), W_OK | X_OK) != 0) {
    return base::ErrnoStatus("cannot write to " + state_dir_.string(), errno);
  }
  ASSIGN_OR_RETURN(const std::string token, join_token());
  ASSIGN_OR_RETURN(const Request made, MakeRequest());
  const auto stub = enrolment::Enrolment::NewStub(
      link::MakeChannel(gateway, link::ClientTls{gateway_ca_pem_, "", ""}));
  grpc::ClientContext context;
  context.set_deadline(Deadline(clock_));
  enrolment::EnrolRequest request;
  request.set_join_token(token);
  request.set_signing_request_pem(made.signing_request_pem);
  request.set_agent_version(kVersion);
  enrolment::EnrolResponse response;
  const grpc::Status status = stub->Enrol(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return Keep(made.key_pem, response.certificate_pem());
}

absl::StatusOr<bool> Identity::RenewIfDue(const std::string& gateway) {
  if (NowS() < renew_at_s_) return false;
  ASSIGN_OR_RETURN(const Request made, MakeRequest());
  const auto stub = enrolment::Enrolment::NewStub(link::MakeChannel(gateway, credentials()));
  grpc::ClientContext context;
  context.set_deadline(Deadline(clock_));
  enrolment::RenewRequest request;
  request.set_signing_request_pem(made.signing_request_pem);
  enrolment::RenewResponse response;
  const grpc::Status status = stub->Renew(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  RETURN_IF_ERROR(Keep(made.key_pem, response.certificate_pem()));
  return true;
}

}  // namespace portreeve::tunnel
