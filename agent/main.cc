// portreeve-agent: dials out to the gateways and carries sessions to the servers of its own
// configuration.

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "config/agent_config.h"
#include "tunnel/agent_lane.h"
#include "tunnel/enrolment.h"
#include "tunnel/gateway_links.h"
#include "upstream/server.h"

namespace portreeve {
namespace {

constexpr char kVersion[] = PORTREEVE_VERSION;
constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr int64_t kRenewCheckSeconds = 30;
constexpr int kDrainSeconds = 10;
constexpr int kEnrolRetrySeconds = 3;
constexpr size_t kMaxPemBytes = 256 * 1024;

constexpr char kHelp[] =
    "Usage: portreeve-agent --config FILE [--check]\n"
    "\n"
    "Dials out to the gateways and carries sessions to the servers in its configuration.\n"
    "\n"
    "  --config FILE  agent.yaml\n"
    "  --check        validate the configuration and exit\n"
    "  --version      print the version and exit\n"
    "  --help         print this and exit\n"
    "\n"
    "SIGTERM drains: no new sessions, and the end after ten seconds.\n";

absl::StatusOr<std::shared_ptr<const upstream::Server>> MakeServer(
    const agent_config::Connection& connection) {
  auto server = std::make_shared<upstream::Server>();
  server->connection = connection.name;
  server->host = connection.host;
  server->port = connection.port;
  server->database = connection.database;
  server->user = connection.user;
  server->allow_md5 = connection.allow_md5;
  server->client_certificate = !connection.tls_cert_file.empty();
  if (connection.password) {
    server->password = [secret = *connection.password] { return secret.Resolve(); };
  }
  if (connection.tls_mode == agent_config::TlsMode::kDisable) return server;
  tls::ClientOptions options;
  options.mode = connection.tls_mode == agent_config::TlsMode::kRequire ? tls::VerifyMode::kRequire
                 : connection.tls_mode == agent_config::TlsMode::kVerifyCa
                     ? tls::VerifyMode::kVerifyCa
                     : tls::VerifyMode::kVerifyFull;
  options.root_ca.file = connection.tls_ca_file;
  options.system_roots =
      connection.tls_ca_file.empty() && connection.tls_mode == agent_config::TlsMode::kVerifyFull;
  options.certificate_chain.file = connection.tls_cert_file;
  options.private_key.file = connection.tls_key_file;
  auto context = tls::Context::ForClient(options);
  if (!context.ok()) return base::Annotate(context.status(), "connection " + connection.name);
  server->tls = *std::move(context);
  return server;
}

absl::StatusOr<std::shared_ptr<const tunnel::Servers>> MakeServers(
    const agent_config::AgentConfig& config) {
  auto servers = std::make_shared<tunnel::Servers>();
  for (const auto& connection : config.connections) {
    ASSIGN_OR_RETURN((*servers)[connection.name], MakeServer(connection));
  }
  return servers;
}

link::Hello MakeHello(const agent_config::AgentConfig& config) {
  link::Hello hello;
  hello.set_agent_version(kVersion);
  hello.set_instance(base::SecureRandomToken(9));
  for (const auto& connection : config.connections) {
    auto* entry = hello.add_connections();
    entry->set_name(connection.name);
    entry->set_database(connection.database);
    for (const auto& [key, value] : connection.labels) (*entry->mutable_labels())[key] = value;
  }
  return hello;
}

// Waits for a signal; true: it is time to stop.
bool WaitForStop(const sigset_t& signals, int64_t seconds) {
  const timespec timeout{seconds, 0};
  const int signal = sigtimedwait(&signals, nullptr, &timeout);
  return signal == SIGTERM || signal == SIGINT;
}

// Until the agent has a certificate. False: it was told to stop, or will never get one.
bool Join(tunnel::Identity& identity, const agent_config::AgentConfig& config,
          const sigset_t& signals, base::Logger& logger) {
  const auto loaded = identity.Load();
  if (loaded.ok() && *loaded) return true;
  if (!loaded.ok()) {
    logger.Warn("the agent's certificate cannot be used",
                {{"reason", std::string(base::FromAbsl(loaded.status().message()))}});
  }
  if (!config.join_token) {
    logger.Error("the agent has no certificate and no join_token to get one with");
    return false;
  }
  for (;;) {
    for (const std::string& gateway : config.gateways) {
      const absl::Status status =
          identity.Enrol(gateway, [&config] { return config.join_token->Resolve(); });
      if (status.ok()) return true;
      logger.Warn(
          "the agent could not join",
          {{"gateway", gateway}, {"reason", std::string(base::FromAbsl(status.message()))}});
      if (status.code() == absl::StatusCode::kPermissionDenied) return false;
    }
    if (WaitForStop(signals, kEnrolRetrySeconds)) return false;
  }
}

void Renew(tunnel::Identity& identity, std::vector<std::unique_ptr<tunnel::GatewayLinks>>& links,
           base::Logger& logger) {
  for (const auto& link : links) {
    const auto renewed = identity.RenewIfDue(link->gateway());
    if (!renewed.ok()) {
      logger.Warn("the agent's certificate could not be renewed",
                  {{"gateway", link->gateway()},
                   {"reason", std::string(base::FromAbsl(renewed.status().message()))}});
      continue;
    }
    if (*renewed) {
      logger.Info("the agent's certificate was renewed");
      for (const auto& each : links) each->SetCredentials(identity.credentials());
    }
    return;
  }
}

base::LogLevel Level(const std::string& name) {
  if (name == "debug") return base::LogLevel::kDebug;
  if (name == "warn") return base::LogLevel::kWarn;
  return name == "error" ? base::LogLevel::kError : base::LogLevel::kInfo;
}

int Serve(const agent_config::AgentConfig& config, std::shared_ptr<const tunnel::Servers> servers) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  base::Logger logger(Level(config.log_level));
  const base::SystemClock clock;
  mkdir(config.state_dir.c_str(), 0700);
  const auto ca = base::ReadFile(config.ca_file, kMaxPemBytes);
  if (!ca.ok()) {
    logger.Error("the gateway's CA cannot be read",
                 {{"reason", std::string(base::FromAbsl(ca.status().message()))}});
    return kExitFailure;
  }
  tunnel::Identity identity(config.state_dir, *ca, clock);
  if (!Join(identity, config, signals, logger)) return kExitFailure;

  std::vector<std::unique_ptr<tunnel::UpstreamLoop>> loops;
  for (size_t i = 0; i < config.lanes; ++i) {
    loops.push_back(std::make_unique<tunnel::UpstreamLoop>(logger));
  }
  std::vector<std::unique_ptr<tunnel::GatewayLinks>> links;
  for (const std::string& gateway : config.gateways) {
    links.push_back(std::make_unique<tunnel::GatewayLinks>(gateway, MakeHello(config), servers,
                                                           loops, identity.credentials(), logger));
    links.back()->Start();
  }
  logger.Info("the agent is running", {{"version", kVersion}});
  while (!WaitForStop(signals, std::min(kRenewCheckSeconds, identity.SecondsUntilRenewal()))) {
    Renew(identity, links, logger);
  }

  logger.Info("the agent drains");
  for (const auto& link : links) link->Drain();
  for (int waited = 0; waited < kDrainSeconds; ++waited) {
    size_t sessions = 0;
    for (const auto& link : links) sessions += link->session_count();
    if (sessions == 0 || WaitForStop(signals, 1)) break;
  }
  links.clear();
  return 0;
}

int Main(int argc, char** argv) {
  std::string file;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help") return std::fputs(kHelp, stdout), 0;
    if (argument == "--version") return std::printf("portreeve-agent %s\n", kVersion), 0;
    if (argument == "--check") {
      check = true;
    } else if (argument == "--config" && i + 1 < argc) {
      file = argv[++i];
    } else {
      std::fprintf(stderr, "portreeve-agent: unknown argument %s; see --help\n", argument.c_str());
      return kExitUsage;
    }
  }
  if (file.empty()) {
    std::fputs("portreeve-agent: --config FILE is needed; see --help\n", stderr);
    return kExitUsage;
  }
  yaml::Diagnostics diagnostics(file);
  const auto config = agent_config::Load(file, diagnostics);
  if (!config) {
    std::fputs(diagnostics.ToString().c_str(), stderr);
    return kExitUsage;
  }
  auto servers = MakeServers(*config);
  if (!servers.ok()) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(),
                 std::string(base::FromAbsl(servers.status().message())).c_str());
    return kExitUsage;
  }
  if (check) return std::printf("%s is valid\n", file.c_str()), 0;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return Serve(*config, *std::move(servers));
}

}  // namespace
}  // namespace portreeve

int main(int argc, char** argv) { return portreeve::Main(argc, argv); }
