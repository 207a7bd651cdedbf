#include "settings.h"

#include <utility>

#include "base/file.h"
#include "yaml/document.h"

namespace portreeve {
namespace {

constexpr size_t kMaxKeySetBytes = 1024 * 1024;

void AddError(std::string& errors, const std::string& where, const absl::Status& status) {
  errors += where + ": " + std::string(base::FromAbsl(status.message())) + "\n";
}

std::shared_ptr<const policy::Policy> LoadPolicy(const std::filesystem::path& file,
                                                 std::vector<std::string>& warnings,
                                                 std::string& errors) {
  const auto text = base::ReadFile(file, yaml::kMaxTextBytes);
  if (!text.ok()) {
    AddError(errors, "policy_file", text.status());
    return nullptr;
  }
  yaml::Diagnostics diagnostics(file.string());
  auto policy = policy::Policy::Load(*text, diagnostics);
  if (policy == nullptr) errors += diagnostics.ToString();
  warnings = diagnostics.Warnings();
  return policy;
}

std::shared_ptr<oidc::DiscoveredIssuer> LiveIssuer(const gateway_config::Issuer& issuer) {
  oidc::IssuerOptions options;
  options.name = issuer.name;
  // The reader of the configuration has looked at both.
  options.issuer = oidc::ParseIssuerUrl(issuer.issuer).value();
  for (const std::string& name : issuer.algorithms) {
    options.algorithms.push_back(identity::FindAlgorithm(name));
  }
  options.ca_file = issuer.ca_file;
  options.groups_claim = issuer.groups_claim;
  options.user_info = issuer.user_info;
  return std::make_shared<oidc::DiscoveredIssuer>(std::move(options), oidc::Timings());
}

// Where the keys come from: a file, or the issuer itself.
absl::Status LoadKeys(const gateway_config::Issuer& issuer, identity::IssuerOptions& options,
                      Settings& settings) {
  if (!issuer.jwks_file.empty()) {
    ASSIGN_OR_RETURN(options.jwks_json, base::ReadFile(issuer.jwks_file, kMaxKeySetBytes));
    return absl::OkStatus();
  }
  if (!issuer.ca_file.empty()) RETURN_IF_ERROR(oidc::CheckCaFile(issuer.ca_file));
  settings.live_issuers.push_back(LiveIssuer(issuer));
  options.live = settings.live_issuers.back();
  return absl::OkStatus();
}

void LoadVerifier(const std::vector<gateway_config::Issuer>& issuers, Settings& settings,
                  std::string& errors) {
  std::vector<identity::IssuerOptions> all;
  for (const gateway_config::Issuer& issuer : issuers) {
    identity::IssuerOptions options{issuer.name,       issuer.issuer,       issuer.audience,
                                    issuer.algorithms, issuer.groups_claim, ""};
    options.subject_claim = issuer.subject_claim;
    options.required_claims = issuer.required_claims;
    if (absl::Status status = LoadKeys(issuer, options, settings); !status.ok()) {
      AddError(errors, "issuer " + issuer.name, status);
      continue;
    }
    all.push_back(std::move(options));
  }
  if (all.size() != issuers.size()) return;
  auto verifier = identity::TokenVerifier::Make(std::move(all));
  if (!verifier.ok()) return AddError(errors, "issuers", verifier.status());
  settings.rules.verifier = *std::move(verifier);
}

void LoadTls(const gateway_config::GatewayConfig& config, front::HandshakeOptions& handshake,
             std::string& errors) {
  if (config.tls_cert_file.empty()) return;
  tls::ServerOptions options;
  options.certificate_chain.file = config.tls_cert_file.string();
  options.private_key.file = config.tls_key_file.string();
  options.postgresql_alpn = true;
  auto context = tls::Context::ForServer(options);
  if (!context.ok()) return AddError(errors, "tls", context.status());
  handshake.tls = *std::move(context);
}

}  // namespace

std::optional<Settings> LoadSettings(const std::filesystem::path& file,
                                     const std::vector<std::pair<std::string, std::string>>& flags,
                                     std::string& errors) {
  yaml::Diagnostics diagnostics(file.string());
  auto config = gateway_config::Load(file, flags, diagnostics);
  if (!config) {
    errors = diagnostics.ToString();
    return std::nullopt;
  }
  Settings settings;
  settings.rules.policy = LoadPolicy(config->policy_file, settings.warnings, errors);
  LoadVerifier(config->issuers, settings, errors);
  settings.rules.handshake.timeout_us = config->handshake_timeout_us;
  LoadTls(*config, settings.rules.handshake, errors);
  settings.config = *std::move(config);
  if (!errors.empty()) return std::nullopt;
  return settings;
}

}  // namespace portreeve
