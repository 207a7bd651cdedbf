#include "admin/http_server.h"

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "admin/http_request.h"
#include "admin/http_router.h"
#include "admin/operator_token.h"
#include "net/socket.h"
#include "tls/context.h"

namespace portreeve::admin {
namespace {

constexpr char kJson[] = "application/json";
constexpr char kText[] = "text/plain";

int HttpStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

std::string ErrorBody(std::string_view message) {
  return nlohmann::json{{"error", message}}.dump(-1, ' ', false,
                                                 nlohmann::json::error_handler_t::replace);
}

void Give(const absl::StatusOr<std::string>& result, int status, httplib::Response& response) {
  response.status = result.ok() ? status : HttpStatus(result.status());
  if (response.status == 401) response.set_header("WWW-Authenticate", "Bearer");
  response.set_content(result.ok() ? *result : ErrorBody(base::FromAbsl(result.status().message())),
                       kJson);
}

absl::StatusOr<std::optional<tls::Context>> MakeTls(const HttpOptions& options) {
  if (options.tls_cert_file.empty()) return std::optional<tls::Context>();
  tls::ServerOptions server;
  server.certificate_chain.file = options.tls_cert_file.string();
  server.private_key.file = options.tls_key_file.string();
  ASSIGN_OR_RETURN(auto context, tls::Context::ForServer(server));
  return std::optional<tls::Context>(std::move(context));
}

}  // namespace

HttpServer::HttpServer(OperatorApi& api, LeaseApi& leases, std::string operator_token,
                       base::Logger& logger)
    : api_(api),
      leases_(leases),
      operator_token_(std::move(operator_token)),
      logger_(logger),
      router_(std::make_unique<HttpRouter>()) {}

HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpOptions& options,
                                                              OperatorApi& api, LeaseApi& leases,
                                                              std::function<bool()> ready,
                                                              base::Logger& logger) {
  std::unique_ptr<HttpServer> server(new HttpServer(api, leases, options.operator_token, logger));
  HttpRouter& router = *server->router_;
  router.set_payload_max_length(kMaxBodyBytes);
  server->AddProbes(std::move(ready));
  server->AddApi();
  server->AddLeases();
  router.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) response.set_content(ErrorBody("no such resource"), kJson);
  });
  auto tls = MakeTls(options);
  RETURN_IF_ERROR(base::Annotate(tls.status(), "the HTTP listener"));
  server->listener_ = std::make_unique<HttpListener>(
      *std::move(tls),
      [&router](std::string_view request, const std::string& address) {
        return router.Answer(request, address);
      },
      logger);
  ASSIGN_OR_RETURN(const auto addresses,
                   net::ResolveBlocking(options.host, std::to_string(options.port)));
  const absl::Status listens = server->listener_->Listen(addresses.front());
  if (!listens.ok()) {
    return base::Unavailable("cannot listen for HTTP on " + addresses.front().ToString() + ": " +
                             std::string(base::FromAbsl(listens.message())));
  }
  return server;
}

int HttpServer::port() const { return listener_->port(); }

void HttpServer::AddProbes(std::function<bool()> ready) {
  router_->Get("/livez", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok\n", kText);
  });
  router_->Get("/readyz",
               [ready = std::move(ready)](const httplib::Request&, httplib::Response& response) {
                 const bool is_ready = ready();
                 response.status = is_ready ? 200 : 503;
                 response.set_content(is_ready ? "ok\n" : "takes no new sessions\n", kText);
               });
}

void HttpServer::Answer(const httplib::Request& request, httplib::Response& response, int status,
                        const Action& action) const {
  response.set_header("Cache-Control", "no-store");
  if (!IsOperator(request.get_header_value("Authorization"), operator_token_)) {
    logger_.Warn("an HTTP request without the operator token",
                 {{"address", request.remote_addr}, {"path", request.path}});
    response.status = 401;
    response.set_header("WWW-Authenticate", "Bearer");
    response.set_content(ErrorBody("the operator token is missing or wrong"), kJson);
    return;
  }
  Give(action(request), status, response);
}

void HttpServer::AnswerCaller(const httplib::Request& request, httplib::Response& response,
                              int status, const CallerAction& action) const {
  response.set_header("Cache-Control", "no-store");
  const std::string authorization = request.get_header_value("Authorization");
  absl::StatusOr<ApiCaller> caller = ApiCaller{true, {}, request.remote_addr};
  if (!IsOperator(authorization, operator_token_)) {
    caller = leases_.Identify(authorization, request.remote_addr);
  }
  if (!caller.ok()) return Give(caller.status(), status, response);
  Give(action(*caller, request), status, response);
}

void HttpServer::AddApi() {
  const auto handle = [this](int status, Action action) {
    return [this, status, action = std::move(action)](const httplib::Request& request,
                                                      httplib::Response& response) {
      Answer(request, response, status, action);
    };
  };
  router_->Post("/api/v1/agent-tokens", handle(201, [this](const httplib::Request& request) {
                  return api_.CreateJoinToken(request.body);
                }));
  router_->Get("/api/v1/agents",
               handle(200, [this](const httplib::Request&) { return api_.ListAgents(); }));
  router_->Post(R"(/api/v1/agents/([a-z0-9-]{1,64})/revoke)",
                handle(200, [this](const httplib::Request& request) {
                  return api_.RevokeAgent(request.matches[1], request.body);
                }));
  router_->Get("/api/v1/sessions",
               handle(200, [this](const httplib::Request&) { return api_.ListSessions(); }));
  router_->Post(R"(/api/v1/sessions/([a-z0-9-]{1,64})/kill)",
                handle(200, [this](const httplib::Request& request) {
                  return api_.KillSession(request.matches[1], request.body);
                }));
}

void HttpServer::AddLeases() {
  const auto handle = [this](int status, CallerAction action) {
    return [this, status, action = std::move(action)](const httplib::Request& request,
                                                      httplib::Response& response) {
      AnswerCaller(request, response, status, action);
    };
  };
  router_->Post("/api/v1/leases",
                handle(201, [this](const ApiCaller& caller, const httplib::Request& request) {
                  return leases_.Issue(caller, request.body);
                }));
  router_->Get("/api/v1/leases",
               handle(200, [this](const ApiCaller& caller, const httplib::Request&) {
                 return leases_.List(caller);
               }));
  router_->Delete(R"(/api/v1/leases/([a-z0-9-]{1,64}))",
                  handle(200, [this](const ApiCaller& caller, const httplib::Request& request) {
                    return leases_.Revoke(caller, request.matches[1]);
                  }));
  router_->Get("/api/v1/connections",
               handle(200, [this](const ApiCaller& caller, const httplib::Request&) {
                 return leases_.ListConnections(caller);
               }));
}

}  // namespace portreeve::admin
