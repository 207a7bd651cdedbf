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

std::shared_ptr<const identity::TokenVerifier> LoadVerifier(
    const std::vector<gateway_config::Issuer>& issuers, std::string& errors) {
  std::vector<identity::IssuerOptions> options;
  for (const gateway_config::Issuer& issuer : issuers) {
    auto keys = base::ReadFile(issuer.jwks_file, kMaxKeySetBytes);
    if (!keys.ok()) {
      AddError(errors, "issuer " + issuer.name, keys.status());
      continue;
    }
    options.push_back({issuer.name, issuer.issuer, issuer.audience, issuer.algorithms,
                       issuer.groups_claim, *std::move(keys)});
  }
  if (options.size() != issuers.size()) return nullptr;
  auto verifier = identity::TokenVerifier::Make(std::move(options));
  if (!verifier.ok()) {
    AddError(errors, "issuers", verifier.status());
    return nullptr;
  }
  return *std::move(verifier);
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
  settings.rules.verifier = LoadVerifier(config->issuers, errors);
  settings.rules.handshake.timeout_us = config->handshake_timeout_us;
  LoadTls(*config, settings.rules.handshake, errors);
  settings.config = *std::move(config);
  if (!errors.empty()) return std::nullopt;
  return settings;
}

}  // namespace portreeve
