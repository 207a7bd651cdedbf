#include "cli/lease_verbs.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "cli/api_client.h"
#include "cli/gateway_address.h"
#include "cli/lease_login.h"
#include "cli/psql.h"
#include "cli/table.h"

namespace portreeve::cli {
namespace {

using nlohmann::json;

constexpr int64_t kSecondUs = 1'000'000;
constexpr char kLeases[] = "/api/v1/leases";

absl::StatusOr<LeaseLogin> AskForLease(const ApiClient& api, const Arguments& arguments) {
  json body = {{"connection", arguments.Operand(0)}};
  if (arguments.On("--grant")) body["grant"] = arguments.Text("--grant");
  if (arguments.On("--ttl")) body["ttl"] = arguments.DurationUs("--ttl") / kSecondUs;
  ASSIGN_OR_RETURN(const json answer, api.Post(kLeases, body));
  return LoginOf(answer, api.endpoint());
}

absl::StatusOr<ExitCode> Dsn(const ApiClient& api, const Arguments& arguments, const Environment&,
                             Console& console) {
  const std::string format = arguments.Text("--format");
  constexpr std::string_view kFormats[] = {"uri", "env", "jdbc", "pgservice", "json"};
  if (std::find(std::begin(kFormats), std::end(kFormats), format) == std::end(kFormats)) {
    return base::InvalidArgument("--format must be uri, env, jdbc, pgservice or json, not `" +
                                 format + "`");
  }
  ASSIGN_OR_RETURN(const LeaseLogin login, AskForLease(api, arguments));
  if (format == "uri") console.out << UriText(login) << "\n";
  if (format == "jdbc") console.out << JdbcText(login) << "\n";
  if (format == "env") console.out << EnvironmentText(login);
  if (format == "pgservice") console.out << ServiceText(login, login.database);
  if (format == "json") console.out << LineOf(JsonOf(login));
  // Only the credential goes to standard output, so that it can be sent to a file.
  console.err << "It is good until " << OneLine(login.expires_at) << "; `portreeve lease revoke "
              << OneLine(login.id) << "` ends it earlier.\n";
  return ExitCode::kOk;
}

// With a lease that ends with psql.
absl::StatusOr<ExitCode> Psql(const ApiClient& api, const Arguments& arguments,
                              const std::vector<std::string>& psql_arguments,
                              const Environment& environment) {
  ASSIGN_OR_RETURN(const LeaseLogin login, AskForLease(api, arguments));
  const auto code = RunPsql(login, psql_arguments, environment);
  // If this fails the lease ends by itself, and nobody has its secret any more.
  api.Delete(std::string(kLeases) + "/" + PathSegment(login.id)).IgnoreError();
  if (!code.ok()) return code.status();
  return static_cast<ExitCode>(*code);
}

absl::StatusOr<ExitCode> Connect(const ApiClient& api, const Arguments& arguments,
                                 const Environment& environment, Console&) {
  std::vector<std::string> psql_arguments;
  for (size_t i = 1; i < arguments.operand_count(); ++i) {
    psql_arguments.push_back(arguments.Operand(i));
  }
  return Psql(api, arguments, psql_arguments, environment);
}

absl::StatusOr<ExitCode> Execute(const ApiClient& api, const Arguments& arguments,
                                 const Environment& environment, Console&) {
  if (arguments.On("-c") == arguments.On("-f")) {
    return base::InvalidArgument("exec: give the SQL with -c, or a file of it with -f");
  }
  const bool is_file = arguments.On("-f");
  return Psql(
      api, arguments,
      {"-X", "-v", "ON_ERROR_STOP=1", is_file ? "-f" : "-c", arguments.Text(is_file ? "-f" : "-c")},
      environment);
}

absl::StatusOr<ExitCode> ListConnections(const ApiClient& api, const Arguments& arguments,
                                         const Environment&, Console& console) {
  ASSIGN_OR_RETURN(const json answer, api.Get("/api/v1/connections"));
  if (arguments.On("--json")) {
    console.out << LineOf(answer);
    return ExitCode::kOk;
  }
  std::vector<std::vector<std::string>> rows = {{"CONNECTION", "DATABASE", "GRANTS"}};
  for (const json& connection : ObjectsOf(answer, "connections")) {
    std::string grants;
    for (const json& grant : ObjectsOf(connection, "grants")) {
      grants.append(grants.empty() ? "" : ",").append(TextOf(grant, "name"));
    }
    rows.push_back({TextOf(connection, "name"), TextOf(connection, "database"), grants});
  }
  console.out << TableText(rows);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListLeases(const ApiClient& api, const Arguments& arguments,
                                    const Environment&, Console& console) {
  ASSIGN_OR_RETURN(const json answer, api.Get(kLeases));
  if (arguments.On("--json")) {
    console.out << LineOf(answer);
    return ExitCode::kOk;
  }
  std::vector<std::vector<std::string>> rows = {
      {"ID", "SUBJECT", "CONNECTION", "GRANT", "STATE", "CREATED", "EXPIRES"}};
  for (const json& lease : ObjectsOf(answer, "leases")) {
    rows.push_back({TextOf(lease, "id"), TextOf(lease, "subject"), TextOf(lease, "connection"),
                    TextOf(lease, "grant"), TextOf(lease, "state"),
                    TimeText(NumberOf(lease, "created_unix_s")),
                    TimeText(NumberOf(lease, "expires_unix_s"))});
  }
  console.out << TableText(rows);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RevokeLease(const ApiClient& api, const Arguments& arguments,
                                     const Environment&, Console& console) {
  const std::string path = std::string(kLeases) + "/" + PathSegment(arguments.Operand(0));
  ASSIGN_OR_RETURN(const json answer, api.Delete(path));
  console.out << "The lease is revoked; sessions ended: " << NumberOf(answer, "sessions_ended")
              << ".\n";
  return ExitCode::kOk;
}

using Act = absl::StatusOr<ExitCode> (*)(const ApiClient&, const Arguments&, const Environment&,
                                         Console&);

// The caller's token; where operators may ask as well and there is none, theirs.
absl::StatusOr<ApiClient> MakeApi(const Arguments& arguments, const Environment& environment,
                                  bool for_operators) {
  absl::StatusOr<Endpoint> endpoint = FindCallerEndpoint(arguments, environment);
  if (for_operators && absl::IsUnauthenticated(endpoint.status())) {
    absl::StatusOr<Endpoint> operators = FindEndpoint(arguments, environment);
    if (operators.ok()) endpoint = std::move(operators);
  }
  RETURN_IF_ERROR(endpoint.status());
  return ApiClient::Make(*std::move(endpoint));
}

Verb Make(std::string_view words, std::string_view summary, std::vector<Operand> operands,
          std::vector<Flag> flags, Act act, const Environment& environment,
          bool for_operators = false) {
  for (const Flag& flag : CallerGatewayFlags()) flags.push_back(flag);
  auto run = [act, environment, for_operators](const Arguments& arguments, Console& console) {
    const auto api = MakeApi(arguments, environment, for_operators);
    const auto done = api.ok() ? act(*api, arguments, environment, console)
                               : absl::StatusOr<ExitCode>(api.status());
    return done.ok() ? *done : Fail(done.status(), console);
  };
  return {words, summary, std::move(operands), std::move(flags), std::move(run)};
}

}  // namespace

std::vector<Verb> LeaseVerbs(const Environment& environment) {
  const Flag as_json = {"--json", Kind::kSwitch, "", "print JSON, for programs"};
  const Flag grant = {"--grant", Kind::kText, "NAME",
                      "under which grant; without it the first that fits"};
  const Flag ttl = {"--ttl", Kind::kDuration, "DURATION",
                    "how long it is good; without it 1h, or what the grant allows"};
  const Operand connection = {"CONNECTION", "as `ls` shows it"};
  return {
      Make("ls", "List the connections and grants that you may use.", {}, {as_json},
           ListConnections, environment),
      Make("connect", "Run psql on a connection, with a lease that ends with it.",
           {connection, {"-- ARGUMENT...", "what psql is to be given besides", true, true}},
           {grant, ttl}, Connect, environment),
      Make("exec", "Run SQL on a connection by psql, with a lease that ends with it.", {connection},
           {{"-c", Kind::kText, "SQL", "what to run"},
            {"-f", Kind::kText, "FILE", "the same from a file, or - for standard input"},
            grant,
            ttl},
           Execute, environment),
      Make("dsn", "Print a fresh lease as a client reads it.", {connection},
           {{"--format", Kind::kText, "FORMAT", "uri, env, jdbc, pgservice or json", "uri"},
            grant,
            ttl},
           Dsn, environment),
      Make("lease ls", "List your leases; operators see all.", {}, {as_json}, ListLeases,
           environment, true),
      Make("lease revoke", "End a lease and its sessions at once.",
           {{"ID", "of the lease, as `lease ls` shows it"}}, {}, RevokeLease, environment, true),
  };
}

}  // namespace portreeve::cli
