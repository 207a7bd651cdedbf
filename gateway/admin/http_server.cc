#include "admin/http_server.h"

#include <httplib.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/operator_token.h"

namespace portreeve::admin {
namespace {

constexpr char kJson[] = "application/json";
constexpr char kText[] = "text/plain";

int HttpStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    default:
      return 500;
  }
}

std::string ErrorBody(std::string_view message) {
  return nlohmann::json{{"error", message}}.dump(-1, ' ', false,
                                                 nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<std::unique_ptr<httplib::Server>> MakeServer(const HttpOptions& options) {
  if (options.tls_cert_file.empty()) return std::make_unique<httplib::Server>();
  auto server = std::make_unique<httplib::SSLServer>(options.tls_cert_file.c_str(),
                                                     options.tls_key_file.c_str());
  if (!server->is_valid()) {
    return base::InvalidArgument("the certificate or key of the HTTP listener cannot be used: " +
                                 options.tls_cert_file.string());
  }
  return server;
}

}  // namespace

HttpServer::HttpServer(OperatorApi& api, std::string operator_token, base::Logger& logger)
    : api_(api), operator_token_(std::move(operator_token)), logger_(logger) {}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpOptions& options,
                                                              OperatorApi& api,
                                                              std::function<bool()> ready,
                                                              base::Logger& logger) {
  std::unique_ptr<HttpServer> server(new HttpServer(api, options.operator_token, logger));
  ASSIGN_OR_RETURN(server->server_, MakeServer(options));
  httplib::Server& http = *server->server_;
  http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  http.set_payload_max_length(kMaxBodyBytes);
  http.set_read_timeout(kTimeoutS);
  http.set_write_timeout(kTimeoutS);
  http.set_keep_alive_timeout(kTimeoutS);
  server->AddProbes(std::move(ready));
  server->AddApi();
  http.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) response.set_content(ErrorBody("no such resource"), kJson);
  });
  server->port_ = options.port != 0 && http.bind_to_port(options.host.c_str(), options.port)
                      ? options.port
                  : options.port == 0 ? http.bind_to_any_port(options.host.c_str())
                                      : -1;
  if (server->port_ <= 0) {
    return base::Unavailable("cannot listen for HTTP on " + options.host + ":" +
                             std::to_string(options.port));
  }
  server->thread_ = std::thread([&http] { http.listen_after_bind(); });
  // To stop a server that does not run yet would do nothing.
  while (!http.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return server;
}

HttpServer::~HttpServer() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
}

void HttpServer::AddProbes(std::function<bool()> ready) {
  server_->Get("/livez", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok\n", kText);
  });
  server_->Get("/readyz",
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
  const auto result = action(request);
  response.status = result.ok() ? status : HttpStatus(result.status());
  response.set_content(result.ok() ? *result : ErrorBody(base::FromAbsl(result.status().message())),
                       kJson);
}

void HttpServer::AddApi() {
  const auto handle = [this](int status, Action action) {
    return [this, status, action = std::move(action)](const httplib::Request& request,
                                                      httplib::Response& response) {
      Answer(request, response, status, action);
    };
  };
  server_->Post("/api/v1/agent-tokens", handle(201, [this](const httplib::Request& request) {
                  return api_.CreateJoinToken(request.body);
                }));
  server_->Get("/api/v1/agents",
               handle(200, [this](const httplib::Request&) { return api_.ListAgents(); }));
  server_->Post(R"(/api/v1/agents/([a-z0-9-]{1,64})/revoke)",
                handle(200, [this](const httplib::Request& request) {
                  return api_.RevokeAgent(request.matches[1], request.body);
                }));
  server_->Get("/api/v1/sessions",
               handle(200, [this](const httplib::Request&) { return api_.ListSessions(); }));
  server_->Post(R"(/api/v1/sessions/([a-z0-9-]{1,64})/kill)",
                handle(200, [this](const httplib::Request& request) {
                  return api_.KillSession(request.matches[1], request.body);
                }));
}

}  // namespace portreeve::admin
