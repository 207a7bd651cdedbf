// The HTTP listener: the interface under /api/v1 and the probes. Its one rule: nothing of the
// interface is told to a caller without the operator token or, where leases are concerned, a token
// of an issuer, and every request is bounded in size and time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "admin/http_listener.h"
#include "admin/lease_api.h"
#include "admin/operator_api.h"
#include "base/log.h"
#include "base/status.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace portreeve::admin {

class HttpRouter;

struct HttpOptions {
  std::string host;
  int port = 0;  // 0 asks the kernel.
  // Both empty: in clear, on loopback only.
  std::filesystem::path tls_cert_file;
  std::filesystem::path tls_key_file;
  std::string operator_token;
};

class HttpServer {
 public:
  // Serves from its return on. `api`, `leases` and `logger` must outlive the server; `ready` tells
  // /readyz whether new sessions are welcome, from any thread.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpOptions& options,
                                                           OperatorApi& api, LeaseApi& leases,
                                                           std::function<bool()> ready,
                                                           base::Logger& logger);
  ~HttpServer();

  int port() const;

 private:
  using Action = std::function<absl::StatusOr<std::string>(const httplib::Request&)>;

  using CallerAction =
      std::function<absl::StatusOr<std::string>(const ApiCaller&, const httplib::Request&)>;

  HttpServer(OperatorApi& api, LeaseApi& leases, std::string operator_token, base::Logger& logger);

  void AddProbes(std::function<bool()> ready);
  void AddApi();
  void AddLeases();
  // Answers with what `action` gives, if the caller is an operator.
  void Answer(const httplib::Request& request, httplib::Response& response, int status,
              const Action& action) const;
  // The same for an operator or whom an issuer's token names.
  void AnswerCaller(const httplib::Request& request, httplib::Response& response, int status,
                    const CallerAction& action) const;

  OperatorApi& api_;
  LeaseApi& leases_;
  const std::string operator_token_;
  base::Logger& logger_;
  std::unique_ptr<HttpRouter> router_;
  std::unique_ptr<HttpListener> listener_;
};

}  // namespace portreeve::admin
