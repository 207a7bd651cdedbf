#include "fleet/authority.h"

#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/file.h"
#include "base/random.h"
#include "tls/certificate.h"

namespace portreeve::fleet {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kDayS = 24 * 3600;
constexpr int64_t kCaDays = 3650;
// Clocks of gateway and agent may differ by so much.
constexpr int64_t kSkewS = 300;
constexpr size_t kMaxFileBytes = 64 * 1024;
constexpr size_t kTokenBytes = 24;
constexpr char kTokenPrefix[] = "pjt_";

std::string Hash(const std::string& token) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest);
  return base::HexEncode({reinterpret_cast<const char*>(digest), sizeof digest});
}

bool IsAddress(const std::string& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateAuthority>> CertificateAuthority::Open(
    const fs::path& folder, store::Store& store, const base::Clock& clock,
    int64_t agent_lifetime_us) {
  std::unique_ptr<CertificateAuthority> authority(
      new CertificateAuthority(store, clock, agent_lifetime_us));
  const fs::path key_file = folder / "ca.key";
  const fs::path certificate_file = folder / "ca.crt";
  auto key = base::ReadFile(key_file, kMaxFileBytes);
  if (key.status().code() == absl::StatusCode::kNotFound) {
    const int64_t now_s = clock.UnixMicros() / kSecondUs;
    ASSIGN_OR_RETURN(authority->key_pem_, tls::MakePrivateKey());
    ASSIGN_OR_RETURN(authority->ca_pem_,
                     tls::MakeCaCertificate(authority->key_pem_, "Portreeve link CA",
                                            {now_s - kSkewS, now_s + kCaDays * kDayS}));
    // The certificate first: a key without it would stop the next start.
    RETURN_IF_ERROR(base::WriteFileAtomically(certificate_file, authority->ca_pem_, 0644));
    RETURN_IF_ERROR(base::WriteFileAtomically(key_file, authority->key_pem_, 0600));
    return authority;
  }
  ASSIGN_OR_RETURN(authority->key_pem_, std::move(key));
  ASSIGN_OR_RETURN(authority->ca_pem_, base::ReadFile(certificate_file, kMaxFileBytes));
  // Two files that do not belong together show now, not when an agent wants in.
  RETURN_IF_ERROR(
      base::Annotate(authority->MakeServerTls({"localhost"}).status(), certificate_file.string()));
  return authority;
}

absl::StatusOr<link::ServerTls> CertificateAuthority::MakeServerTls(
    const std::vector<std::string>& hosts) const {
  const int64_t now_s = clock_.UnixMicros() / kSecondUs;
  tls::IssueOptions options;
  options.subject.common_name = "portreeve-gateway";
  for (const std::string& host : hosts) {
    (IsAddress(host) ? options.subject.ip : options.subject.dns).push_back(host);
  }
  options.validity = {now_s - kSkewS, now_s + kServerLifetimeUs / kSecondUs};
  options.server_auth = true;
  link::ServerTls result;
  ASSIGN_OR_RETURN(result.private_key_pem, tls::MakePrivateKey());
  ASSIGN_OR_RETURN(const std::string request,
                   tls::MakeSigningRequest(result.private_key_pem, "portreeve-gateway"));
  ASSIGN_OR_RETURN(result.certificate_chain_pem,
                   tls::IssueCertificate(ca_pem_, key_pem_, request, options));
  result.client_ca_pem = ca_pem_;
  return result;
}

absl::StatusOr<NewJoinToken> CertificateAuthority::CreateJoinToken(
    const std::string& name, int64_t lifetime_us, const std::vector<std::string>& connections) {
  NewJoinToken created;
  created.token = kTokenPrefix + base::SecureRandomToken(kTokenBytes);
  const std::string hash = Hash(created.token);
  created.id = hash.substr(0, 12);
  const int64_t now_us = clock_.UnixMicros();
  created.expires_us = now_us + lifetime_us;
  RETURN_IF_ERROR(store_.AddJoinToken({hash, name, now_us, created.expires_us, connections}));
  return created;
}

absl::StatusOr<IssuedCertificate> CertificateAuthority::Enrol(const std::string& token,
                                                              const std::string& request_pem) {
  // A bad request must not cost the token.
  RETURN_IF_ERROR(tls::CheckSigningRequest(request_pem));
  const std::string agent_id = "agent-" + base::HexEncode(base::SecureRandomBytes(8));
  const auto agent = store_.ConsumeJoinToken(Hash(token), agent_id, clock_.UnixMicros());
  if (!agent.ok()) {
    if (agent.status().code() != absl::StatusCode::kNotFound) return agent.status();
    return base::PermissionDenied("the join token is not valid: it serves once and expires");
  }
  return Issue(*agent, request_pem);
}

absl::StatusOr<IssuedCertificate> CertificateAuthority::Renew(const std::string& agent_id,
                                                              const std::string& request_pem) {
  ASSIGN_OR_RETURN(const store::Agent agent, store_.FindAgent(agent_id));
  if (agent.revoked_us != 0) return base::PermissionDenied("the agent is revoked");
  return Issue(agent, request_pem);
}

absl::StatusOr<IssuedCertificate> CertificateAuthority::Issue(const store::Agent& agent,
                                                              const std::string& request_pem) {
  const int64_t now_s = clock_.UnixMicros() / kSecondUs;
  tls::IssueOptions options;
  options.subject.common_name = agent.id;
  options.subject.uri = {"portreeve:agent:" + agent.id};
  options.validity = {now_s - kSkewS, now_s + agent_lifetime_us_ / kSecondUs};
  options.client_auth = true;
  IssuedCertificate issued;
  issued.agent_id = agent.id;
  issued.connections = agent.connections;
  ASSIGN_OR_RETURN(issued.certificate_pem,
                   tls::IssueCertificate(ca_pem_, key_pem_, request_pem, options));
  ASSIGN_OR_RETURN(const auto facts, tls::ReadCertificate(issued.certificate_pem));
  issued.serial = facts.serial_hex;
  issued.not_after_us = options.validity.not_after_unix_s * kSecondUs;
  RETURN_IF_ERROR(
      store_.AddCertificate({issued.serial, agent.id,
                             options.validity.not_before_unix_s * kSecondUs, issued.not_after_us}));
  return issued;
}

absl::Status CertificateAuthority::Revoke(const std::string& agent_id) {
  return store_.RevokeAgent(agent_id, clock_.UnixMicros());
}

absl::Status CertificateAuthority::IsAllowed(const std::string& agent_id,
                                             const std::string& serial) const {
  const auto certificate = store_.FindCertificate(serial);
  const bool failed =
      !certificate.ok() && certificate.status().code() != absl::StatusCode::kNotFound;
  if (failed) return certificate.status();
  if (!certificate.ok() || certificate->agent_id != agent_id) {
    return base::PermissionDenied("the agent's certificate was not issued here");
  }
  if (certificate->not_after_us <= clock_.UnixMicros()) {
    return base::PermissionDenied("the agent's certificate has expired");
  }
  ASSIGN_OR_RETURN(const store::Agent agent, store_.FindAgent(agent_id));
  if (agent.revoked_us != 0) return base::PermissionDenied("the agent is revoked");
  return absl::OkStatus();
}

absl::Status CertificateAuthority::MayServe(const std::string& agent_id,
                                            const std::vector<std::string>& connections) const {
  ASSIGN_OR_RETURN(const store::Agent agent, store_.FindAgent(agent_id));
  if (agent.connections.empty()) return absl::OkStatus();
  for (const std::string& name : connections) {
    if (std::find(agent.connections.begin(), agent.connections.end(), name) ==
        agent.connections.end()) {
      return base::PermissionDenied("the agent's join token was not for the connection " + name);
    }
  }
  return absl::OkStatus();
}

}  // namespace portreeve::fleet
