#include "cli/operator_verbs.h"

#include <string>

#include "base/split.h"
#include "cli/api_client.h"
#include "cli/gateway_address.h"
#include "cli/table.h"

namespace portreeve::cli {
namespace {

using nlohmann::json;

constexpr int64_t kSecondUs = 1'000'000;

absl::StatusOr<ApiClient> MakeApi(const Arguments& arguments, const Environment& environment) {
  ASSIGN_OR_RETURN(Endpoint endpoint, FindEndpoint(arguments, environment));
  return ApiClient::Make(std::move(endpoint));
}

// "a, b" of a list of texts.
std::string ListText(const json& object, const char* field) {
  std::string text;
  const auto found = object.find(field);
  if (found == object.end() || !found->is_array()) return text;
  for (const json& entry : *found) {
    if (!entry.is_string()) continue;
    text.append(text.empty() ? "" : ",").append(entry.get<std::string>());
  }
  return text;
}

absl::Status CreateToken(const ApiClient& api, const Arguments& arguments, Console& console) {
  json body = {{"expires_in_s", arguments.DurationUs("--expires") / kSecondUs}};
  if (arguments.On("--name")) body["name"] = arguments.Text("--name");
  if (arguments.On("--connections")) {
    // What is between the commas is the gateway's to judge.
    body["connections"] = base::Split(arguments.Text("--connections"), ',');
  }
  ASSIGN_OR_RETURN(const json answer, api.Post("/api/v1/agent-tokens", body));
  if (arguments.On("--json")) {
    console.out << LineOf(answer);
    return absl::OkStatus();
  }
  // Only the token goes to standard output, so that it can be sent to a file.
  console.out << TextOf(answer, "token") << "\n";
  console.err << "It works once, until " << TimeText(NumberOf(answer, "expires_unix_s")) << ".\n";
  return absl::OkStatus();
}

absl::Status ListAgents(const ApiClient& api, const Arguments& arguments, Console& console) {
  ASSIGN_OR_RETURN(const json answer, api.Get("/api/v1/agents"));
  if (arguments.On("--json")) {
    console.out << LineOf(answer);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows = {
      {"ID", "NAME", "STATE", "VERSION", "ADDRESS", "CONNECTIONS", "SESSIONS", "CONNECTED SINCE"}};
  for (const json& agent : ObjectsOf(answer, "agents")) {
    rows.push_back({TextOf(agent, "id"), TextOf(agent, "name"), TextOf(agent, "state"),
                    TextOf(agent, "version"), TextOf(agent, "address"),
                    ListText(agent, "connections"), std::to_string(NumberOf(agent, "sessions")),
                    TimeText(NumberOf(agent, "connected_since_unix_s"))});
  }
  console.out << TableText(rows);
  return absl::OkStatus();
}

absl::Status ListSessions(const ApiClient& api, const Arguments& arguments, Console& console) {
  ASSIGN_OR_RETURN(const json answer, api.Get("/api/v1/sessions"));
  if (arguments.On("--json")) {
    console.out << LineOf(answer);
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows = {
      {"ID", "SUBJECT", "GRANT", "CONNECTION", "CLIENT", "AGENT", "OPENED"}};
  for (const json& session : ObjectsOf(answer, "sessions")) {
    rows.push_back({TextOf(session, "id"), TextOf(session, "subject"), TextOf(session, "grant"),
                    TextOf(session, "connection"), TextOf(session, "client_address"),
                    TextOf(session, "agent"), TimeText(NumberOf(session, "opened_unix_s"))});
  }
  console.out << TableText(rows);
  return absl::OkStatus();
}

// Agents are revoked and sessions killed in the same way.
absl::Status End(const ApiClient& api, const std::string& collection, const std::string& action,
                 const Arguments& arguments) {
  json body = json::object();
  if (arguments.On("--reason")) body["reason"] = arguments.Text("--reason");
  const std::string path =
      "/api/v1/" + collection + "/" + PathSegment(arguments.Operand(0)) + "/" + action;
  return api.Post(path, body).status();
}

absl::Status RevokeAgent(const ApiClient& api, const Arguments& arguments, Console& console) {
  RETURN_IF_ERROR(End(api, "agents", "revoke", arguments));
  console.out << "The agent is revoked and cut off.\n";
  return absl::OkStatus();
}

absl::Status KillSession(const ApiClient& api, const Arguments& arguments, Console& console) {
  RETURN_IF_ERROR(End(api, "sessions", "kill", arguments));
  console.out << "The session is ended.\n";
  return absl::OkStatus();
}

using Act = absl::Status (*)(const ApiClient&, const Arguments&, Console&);

Verb Make(std::string_view words, std::string_view summary, std::vector<Operand> operands,
          std::vector<Flag> flags, Act act, const Environment& environment) {
  for (const Flag& flag : GatewayFlags()) flags.push_back(flag);
  auto run = [act, environment](const Arguments& arguments, Console& console) {
    const auto api = MakeApi(arguments, environment);
    const absl::Status done = api.ok() ? act(*api, arguments, console) : api.status();
    return done.ok() ? ExitCode::kOk : Fail(done, console);
  };
  return {words, summary, std::move(operands), std::move(flags), std::move(run)};
}

}  // namespace

std::vector<Verb> OperatorVerbs(const Environment& environment) {
  const Flag as_json = {"--json", Kind::kSwitch, "", "print JSON, for programs"};
  const Flag reason = {"--reason", Kind::kText, "TEXT", "for the record"};
  return {
      Make("agent token create", "Make a token with which one agent joins the gateway.", {},
           {{"--name", Kind::kText, "NAME", "of the agent, for lists and the record"},
            {"--connections", Kind::kText, "A,B", "what the agent may serve; without it: any"},
            {"--expires", Kind::kDuration, "DURATION", "how long it may be used", "1h"},
            as_json},
           CreateToken, environment),
      Make("agent ls", "List the agents and what they reach.", {}, {as_json}, ListAgents,
           environment),
      Make("agent revoke", "Take an agent's certificate away and cut it off at once.",
           {{"ID", "of the agent, as `agent ls` shows it"}}, {reason}, RevokeAgent, environment),
      Make("session ls", "List the open sessions.", {}, {as_json}, ListSessions, environment),
      Make("session kill", "End a session at once, in mid-statement if need be.",
           {{"ID", "of the session, as `session ls` shows it"}}, {reason}, KillSession,
           environment),
  };
}

}  // namespace portreeve::cli
