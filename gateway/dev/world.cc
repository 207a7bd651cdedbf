#include "dev/world.h"

#include <utility>

#include "base/clock.h"
#include "base/file.h"

namespace portreeve::dev {
namespace {

namespace fs = std::filesystem;
using cli::TextOf;
using nlohmann::json;

constexpr int64_t kWaitTimeoutUs = 30'000'000;
constexpr int kPollMs = 50;
constexpr size_t kMaxTokenBytes = 4096;
constexpr size_t kMaxLogBytes = size_t{64} << 20;
constexpr size_t kLogTailBytes = 1500;

std::string LogTail(const fs::path& file) {
  std::string text = base::ReadFile(file, kMaxLogBytes).value_or("");
  if (text.size() > kLogTailBytes) text.erase(0, text.size() - kLogTailBytes);
  while (text.ends_with('\n')) text.pop_back();
  return file.string() + " ends with:\n" + text;
}

bool ReachesConnection(const json& agent) {
  if (TextOf(agent, "state") != "connected" || !agent.contains("connections")) return false;
  for (const json& name : agent["connections"]) {
    if (name == kConnection) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<World>> World::Start(const WorldOptions& options, Signals& signals,
                                                    cli::Console& console) {
  for (const char* name : {"portreeve-gateway", "portreeve-agent"}) {
    std::error_code error;
    if (fs::exists(options.programs / name, error)) continue;
    return base::NotFound(std::string(name) + " is not in " + options.programs.string() +
                          ", beside this program: install or build all three");
  }
  ASSIGN_OR_RETURN(StateFolder state, StateFolder::Open(options.folder));
  std::unique_ptr<World> world(new World(std::move(state), signals));
  for (const fs::path& log :
       {world->paths_.gateway_log, world->paths_.agent_log, world->paths_.postgres_log}) {
    std::error_code error;
    fs::remove(log, error);
  }
  ASSIGN_OR_RETURN(world->ports_, world->state_.ChoosePorts());
  ASSIGN_OR_RETURN(world->issuer_, Issuer::Make(world->paths_.issuer, kIssuerUrl));
  const auto say = [&console](const char* what) { (console.out << what << "\n").flush(); };
  say(options.server ? "the server is the one that was named" : "PostgreSQL ...");
  RETURN_IF_ERROR(world->StartServer(options));
  say("the gateway ...");
  RETURN_IF_ERROR(world->StartGateway(options.programs / "portreeve-gateway"));
  say("the agent ...");
  RETURN_IF_ERROR(world->StartAgent(options.programs / "portreeve-agent"));
  return world;
}

absl::Status World::StartServer(const WorldOptions& options) {
  if (options.server) {
    server_ = *options.server;
    return absl::OkStatus();
  }
  auto started = PrivatePostgres::Start(paths_.postgres, paths_.postgres_log);
  if (!started.ok()) {
    std::error_code error;
    if (!fs::exists(paths_.postgres_log, error)) return started.status();
    return base::Annotate(base::Unavailable(LogTail(paths_.postgres_log)),
                          base::FromAbsl(started.status().message()));
  }
  postgres_.emplace(*std::move(started));
  server_ = postgres_->server();
  return absl::OkStatus();
}

template <typename Done>
absl::Status World::WaitUntil(const std::string& what, Done done) {
  const base::SystemClock clock;
  const int64_t end_us = clock.MonotonicMicros() + kWaitTimeoutUs;
  while (clock.MonotonicMicros() < end_us) {
    if (done()) return absl::OkStatus();
    RETURN_IF_ERROR(Check());
    if (const int signal = signals_.Wait(kPollMs); signal == SIGINT || signal == SIGTERM) {
      return absl::CancelledError("stopped before everything was started");
    }
  }
  return base::Unavailable(what);
}

absl::StatusOr<cli::ApiClient> World::Api() const {
  cli::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = ports_.http;
  ASSIGN_OR_RETURN(endpoint.token,
                   base::ReadFile(paths_.gateway_state / "operator.token", kMaxTokenBytes));
  while (endpoint.token.ends_with('\n')) endpoint.token.pop_back();
  return cli::ApiClient::Make(std::move(endpoint));
}

absl::Status World::StartGateway(const fs::path& program) {
  std::error_code error;
  // A gateway without its state is another one: the agent's certificate would be of no use there.
  if (!fs::exists(paths_.gateway_state / "ca.crt", error))
    fs::remove_all(paths_.agent_state, error);
  RETURN_IF_ERROR(WriteGatewayFiles(paths_, ports_, postgres_.has_value()));
  ASSIGN_OR_RETURN(ChildProcess process,
                   ChildProcess::Start({{program, "--config", paths_.gateway_yaml}, {}, "", {}},
                                       paths_.gateway_log));
  gateway_.emplace(std::move(process));
  return WaitUntil("the gateway does not answer; " + paths_.gateway_log.string() + " may say why",
                   [this] {
                     const auto api = Api();
                     return api.ok() && api->Get("/api/v1/agents").ok();
                   });
}

absl::Status World::StartAgent(const fs::path& program) {
  ASSIGN_OR_RETURN(const cli::ApiClient api, Api());
  ASSIGN_OR_RETURN(const json token,
                   api.Post("/api/v1/agent-tokens", {{"name", "dev"}, {"expires_in_s", 600}}));
  RETURN_IF_ERROR(WriteAgentFiles(paths_, ports_, server_, TextOf(token, "token")));
  ASSIGN_OR_RETURN(ChildProcess process,
                   ChildProcess::Start({{program, "--config", paths_.agent_yaml}, {}, "", {}},
                                       paths_.agent_log));
  agent_.emplace(std::move(process));
  return WaitUntil("the agent does not come up; " + paths_.agent_log.string() +
                       " may say why. Without the folder " + paths_.agent_state.string() +
                       " it enrols afresh",
                   [&api] {
                     const auto answer = api.Get("/api/v1/agents");
                     if (!answer.ok() || !answer->contains("agents")) return false;
                     for (const json& agent : (*answer)["agents"]) {
                       if (ReachesConnection(agent)) return true;
                     }
                     return false;
                   });
}

absl::Status World::Check() {
  if (postgres_ && !postgres_->running()) {
    return base::Internal("PostgreSQL has ended; " + LogTail(paths_.postgres_log));
  }
  if (gateway_ && !gateway_->running()) {
    return base::Internal("the gateway has ended; " + LogTail(paths_.gateway_log));
  }
  if (agent_ && !agent_->running()) {
    return base::Internal("the agent has ended; " + LogTail(paths_.agent_log));
  }
  return absl::OkStatus();
}

}  // namespace portreeve::dev
