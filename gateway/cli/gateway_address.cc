#include "cli/gateway_address.h"

#include <unistd.h>

#include "base/file.h"
#include "cli/saved_login.h"
#include "config/gateway_config.h"
#include "net/socket.h"
#include "tls/certificate.h"
#include "tls/pem.h"

namespace portreeve::cli {
namespace {

namespace fs = std::filesystem;
using gateway_config::GatewayConfig;

constexpr size_t kMaxTokenBytes = 4096;
constexpr size_t kMaxCallerTokenBytes = 16 * 1024;

absl::StatusOr<GatewayConfig> LoadConfig(const fs::path& file) {
  yaml::Diagnostics diagnostics(file.string());
  auto config = gateway_config::Load(file, {}, diagnostics);
  if (config) return *std::move(config);
  std::string text = diagnostics.ToString();
  while (text.ends_with('\n')) text.pop_back();
  return base::InvalidArgument(text);
}

// The configuration that is meant: --config, else that of `portreeve dev`, if it is there.
absl::StatusOr<fs::path> FindConfig(const Arguments& arguments, const Environment& environment,
                                    std::string_view otherwise) {
  if (arguments.Given("--config")) return fs::path(arguments.Text("--config"));
  ASSIGN_OR_RETURN(const fs::path folder, DefaultDevFolder(environment));
  std::error_code error;
  if (fs::exists(folder / "gateway.yaml", error)) return folder / "gateway.yaml";
  return base::InvalidArgument("which gateway? Give --config gateway.yaml" +
                               std::string(otherwise) + ", or start `portreeve dev`");
}

// What the gateway's certificate names: that is whom the client must ask for.
absl::StatusOr<std::string> NameInCertificate(const GatewayConfig& config) {
  if (!config.public_http.empty()) {
    ASSIGN_OR_RETURN(const Endpoint called, ParseUrl(config.public_http));
    return called.host;
  }
  ASSIGN_OR_RETURN(const std::string pem, base::ReadFile(config.tls_cert_file, tls::kMaxPemBytes));
  ASSIGN_OR_RETURN(const tls::CertificateFacts facts, tls::ReadCertificate(pem));
  if (!facts.dns.empty()) return facts.dns.front();
  if (!facts.ip.empty()) return facts.ip.front();
  return facts.common_name;
}

// The listener of a gateway on this machine.
absl::StatusOr<Endpoint> EndpointOf(const GatewayConfig& config) {
  ASSIGN_OR_RETURN(const net::HostPort listen, net::ParseHostPort(config.listen_http));
  ASSIGN_OR_RETURN(Endpoint endpoint, ParseUrl("http://" + config.listen_http));
  if (listen.host == "0.0.0.0") endpoint.host = "127.0.0.1";
  if (listen.host == "::") endpoint.host = "::1";
  if (config.tls_cert_file.empty()) return endpoint;
  endpoint.tls = true;
  endpoint.connect_to = endpoint.host;
  endpoint.pinned_file = config.tls_cert_file;
  ASSIGN_OR_RETURN(endpoint.host, NameInCertificate(config));
  return endpoint;
}

absl::Status ReadToken(const fs::path& file, Endpoint& endpoint) {
  auto token = base::ReadFile(file, kMaxTokenBytes);
  if (!token.ok()) {
    return absl::UnauthenticatedError(base::ToAbsl(
        "no operator's token: " + std::string(base::FromAbsl(token.status().message())) +
        " (the gateway makes it at its first start; it may be read by the gateway's user and "
        "root)"));
  }
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  for (const char byte : *token) {
    if (byte > ' ' && byte < 0x7f) continue;
    return absl::UnauthenticatedError(base::ToAbsl(file.string() + " holds no operator's token"));
  }
  endpoint.token = *std::move(token);
  return absl::OkStatus();
}

absl::StatusOr<std::string> FindCallerToken(const Arguments& arguments,
                                            const Environment& environment) {
  const char* token = environment("PORTREEVE_TOKEN");
  const bool has_token = token != nullptr && *token != '\0';
  if (has_token && !arguments.Given("--token-file")) return std::string(token);
  const fs::path file = arguments.Text("--token-file");
  if (file.empty()) {
    ASSIGN_OR_RETURN(const fs::path saved, LoginFile(environment));
    const auto login = LoadLogin(saved);
    if (login.ok()) return login->token;
    if (!absl::IsUnauthenticated(login.status())) return login.status();
    return absl::UnauthenticatedError(
        "a token of your issuer is needed: sign in with `portreeve login`, give the token in "
        "PORTREEVE_TOKEN, or a file that holds it with --token-file");
  }
  auto read = base::ReadFile(file, kMaxCallerTokenBytes);
  if (read.ok()) return read;
  return absl::UnauthenticatedError(
      base::ToAbsl("no token: " + std::string(base::FromAbsl(read.status().message()))));
}

}  // namespace

std::vector<Flag> CallerGatewayFlags() {
  std::vector<Flag> flags = GatewayFlags();
  for (Flag& flag : flags) {
    if (flag.name == "--token-file") {
      flag.help = "your token of an issuer that the gateway knows; or PORTREEVE_TOKEN, the token";
    }
  }
  return flags;
}

std::vector<Flag> GatewayFlags() {
  return {
      {"--config", Kind::kText, "FILE", "gateway.yaml of a gateway on this machine"},
      {"--gateway", Kind::kText, "URL", "address of its HTTP interface", {}, "PORTREEVE_GATEWAY"},
      {"--token-file",
       Kind::kText,
       "FILE",
       "operator.token of the gateway's state_dir",
       {},
       "PORTREEVE_TOKEN_FILE"},
      {"--ca-file",
       Kind::kText,
       "FILE",
       "who is believed to have signed its certificate",
       {},
       "PORTREEVE_CA_FILE"},
  };
}

absl::StatusOr<fs::path> DefaultDevFolder(const Environment& environment) {
  const char* state = environment("XDG_STATE_HOME");
  // The XDG base directory specification: a relative path counts as none.
  if (state != nullptr && *state == '/') return fs::path(state) / "portreeve-dev";
  if (geteuid() == 0) return fs::path("/var/lib/portreeve-dev");
  const char* home = environment("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".local/state/portreeve-dev";
  return base::InvalidArgument("HOME is not set: say where with --dir");
}

absl::StatusOr<Endpoint> FindEndpoint(const Arguments& arguments, const Environment& environment) {
  // A flag stands before the environment, so --config there hides what only the environment says.
  const auto stands = [&arguments](std::string_view flag) {
    return arguments.Given(flag) || (arguments.On(flag) && !arguments.Given("--config"));
  };
  Endpoint endpoint;
  fs::path token_file = stands("--token-file") ? arguments.Text("--token-file") : "";
  if (stands("--gateway")) {
    ASSIGN_OR_RETURN(endpoint, ParseUrl(arguments.Text("--gateway")));
    if (token_file.empty() && !arguments.Given("--config")) {
      return absl::UnauthenticatedError(
          "an operator's token is needed: give the file operator.token of the gateway's state_dir "
          "with --token-file");
    }
  }
  if (!stands("--gateway") || token_file.empty()) {
    ASSIGN_OR_RETURN(const fs::path file, FindConfig(arguments, environment,
                                                     ", or --gateway URL and --token-file FILE"));
    ASSIGN_OR_RETURN(const GatewayConfig config, LoadConfig(file));
    if (!stands("--gateway")) {
      ASSIGN_OR_RETURN(endpoint, EndpointOf(config));
    }
    if (token_file.empty()) token_file = config.state_dir / "operator.token";
  }
  if (stands("--ca-file")) endpoint.ca_file = arguments.Text("--ca-file");
  RETURN_IF_ERROR(ReadToken(token_file, endpoint));
  return endpoint;
}

absl::StatusOr<Endpoint> FindCallerEndpoint(const Arguments& arguments,
                                            const Environment& environment) {
  Endpoint endpoint;
  if (arguments.Given("--gateway") || (arguments.On("--gateway") && !arguments.Given("--config"))) {
    ASSIGN_OR_RETURN(endpoint, ParseUrl(arguments.Text("--gateway")));
  } else {
    ASSIGN_OR_RETURN(const fs::path file, FindConfig(arguments, environment, ", or --gateway URL"));
    ASSIGN_OR_RETURN(const GatewayConfig config, LoadConfig(file));
    ASSIGN_OR_RETURN(endpoint, EndpointOf(config));
  }
  if (arguments.On("--ca-file")) endpoint.ca_file = arguments.Text("--ca-file");
  endpoint.is_operators = false;
  ASSIGN_OR_RETURN(endpoint.token, FindCallerToken(arguments, environment));
  while (endpoint.token.ends_with('\n') || endpoint.token.ends_with('\r')) {
    endpoint.token.pop_back();
  }
  for (const char byte : endpoint.token) {
    if (byte > ' ' && byte < 0x7f) continue;
    return absl::UnauthenticatedError("what should be your token is none");
  }
  return endpoint;
}

absl::StatusOr<fs::path> FindJournal(const Arguments& arguments, const Environment& environment) {
  if (arguments.Given("--dir")) return fs::path(arguments.Text("--dir"));
  ASSIGN_OR_RETURN(const fs::path file, FindConfig(arguments, environment, ", or --dir JOURNAL"));
  ASSIGN_OR_RETURN(const GatewayConfig config, LoadConfig(file));
  return config.state_dir / "journal";
}

}  // namespace portreeve::cli
