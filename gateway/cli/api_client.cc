#include "cli/api_client.h"

#include <httplib.h>
#include <openssl/ssl.h>

#include <memory>
#include <utility>

#include "base/file.h"
#include "base/openssl.h"
#include "cli/exit_code.h"
#include "net/socket.h"
#include "tls/pem.h"

namespace portreeve::cli {
namespace {

using nlohmann::json;

using StorePtr = std::unique_ptr<X509_STORE, base::OpenSslFree<X509_STORE_free>>;

absl::Status Trust(X509_STORE* store, const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const std::string pem, base::ReadFile(file, tls::kMaxPemBytes));
  auto certificates = tls::ParseCertificates(pem);
  if (!certificates.ok()) return base::Annotate(certificates.status(), file.string());
  for (const base::X509Ptr& certificate : *certificates) {
    if (X509_STORE_add_cert(store, certificate.get()) != 1) {
      return base::OpenSslStatus("cannot trust " + file.string());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<StorePtr> MakeStore(const Endpoint& endpoint) {
  StorePtr store(X509_STORE_new());
  if (endpoint.ca_file.empty() && endpoint.pinned_file.empty() &&
      X509_STORE_set_default_paths(store.get()) != 1) {
    return base::OpenSslStatus("cannot read the system's certificates");
  }
  if (!endpoint.ca_file.empty()) RETURN_IF_ERROR(Trust(store.get(), endpoint.ca_file));
  if (!endpoint.pinned_file.empty()) RETURN_IF_ERROR(Trust(store.get(), endpoint.pinned_file));
  // The gateway's own certificate is enough, whoever issued it.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

bool IsLoopback(const std::string& host) {
  const auto addresses = net::ResolveBlocking(host, "1");
  if (!addresses.ok() || addresses->empty()) return false;
  for (const net::Address& address : *addresses) {
    if (!address.is_loopback()) return false;
  }
  return true;
}

std::string Reason(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nothing answers there";
    case httplib::Error::ConnectionTimeout:
      return "it did not answer in time";
    case httplib::Error::Read:
      return "the answer did not come, or not in time";
    case httplib::Error::SSLConnection:
      return "it does not speak TLS";
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return "its certificate is not trusted: give the CA with --ca-file, and the name that the "
             "certificate has with --gateway";
    default:
      return httplib::to_string(error);
  }
}

absl::StatusOr<std::unique_ptr<httplib::ClientImpl>> MakeClient(const Endpoint& endpoint) {
  if (!endpoint.tls) {
    return std::make_unique<httplib::ClientImpl>(endpoint.host, endpoint.port);
  }
  ASSIGN_OR_RETURN(StorePtr store, MakeStore(endpoint));
  auto client = std::make_unique<httplib::SSLClient>(endpoint.host, endpoint.port);
  client->set_ca_cert_store(store.release());
  client->enable_server_certificate_verification(true);
  return client;
}

absl::Status ErrorOf(int http_status, const json& body, const Endpoint& endpoint) {
  const std::string url = endpoint.Url();
  const std::string said = TextOf(body, "error");
  std::string message = said.empty() ? url + " answered " + std::to_string(http_status) : said;
  if (http_status == 401 && !endpoint.is_operators) {
    message = "the gateway does not take your token" +
              (said.empty() ? std::string() : " (" + said + ")") +
              ": get a fresh one from your issuer";
  } else if (http_status == 401) {
    message = "the gateway does not take the operator's token" +
              (said.empty() ? std::string() : " (" + said + ")") +
              ": give the file operator.token of its state_dir with --token-file";
  }
  return StatusOfHttp(http_status, message);
}

}  // namespace

std::string Endpoint::Url() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (tls ? "https://" : "http://") + (v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(port);
}

absl::StatusOr<Endpoint> ParseUrl(const std::string& url) {
  const auto wrong = [&url](const std::string& why) {
    return base::InvalidArgument("`" + url + "` " + why + ": use https://HOST:PORT");
  };
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    endpoint.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return wrong("is no address of a gateway");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos) {
    return wrong("has more than a host and a port");
  }
  std::string host_and_port(rest);
  const size_t bracket = host_and_port.rfind(']');
  const size_t colon = host_and_port.rfind(':');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket)) {
    host_and_port += endpoint.tls ? ":443" : ":80";
  }
  const auto parsed = net::ParseHostPort(host_and_port);
  if (!parsed.ok()) return wrong("is no address of a gateway");
  endpoint.host = parsed->host;
  for (const char digit : parsed->port) {
    if (digit < '0' || digit > '9' || endpoint.port > 65535) return wrong("has no valid port");
    endpoint.port = endpoint.port * 10 + (digit - '0');
  }
  if (endpoint.host.empty() || endpoint.port < 1 || endpoint.port > 65535) {
    return wrong("has no valid host and port");
  }
  return endpoint;
}

absl::StatusOr<ApiClient> ApiClient::Make(Endpoint endpoint) {
  const std::string& dialled = endpoint.connect_to.empty() ? endpoint.host : endpoint.connect_to;
  if (!endpoint.tls && !IsLoopback(dialled)) {
    const std::string token = endpoint.is_operators ? "the operator's token" : "your token";
    return base::PermissionDenied(token + " does not go to " + endpoint.Url() +
                                  " in clear: use https://");
  }
  return ApiClient(std::move(endpoint));
}

absl::StatusOr<json> ApiClient::Get(const std::string& path) const { return Ask("GET", path, ""); }

absl::StatusOr<json> ApiClient::Post(const std::string& path, const json& body) const {
  return Ask("POST", path, body.dump(-1, ' ', false, json::error_handler_t::replace));
}

absl::StatusOr<json> ApiClient::Delete(const std::string& path) const {
  return Ask("DELETE", path, "");
}

absl::StatusOr<json> ApiClient::Ask(const std::string& method, const std::string& path,
                                    const std::string& body) const {
  ASSIGN_OR_RETURN(const auto client, MakeClient(endpoint_));
  if (!endpoint_.connect_to.empty()) {
    client->set_hostname_addr_map({{endpoint_.host, endpoint_.connect_to}});
  }
  client->set_connection_timeout(kConnectTimeoutS);
  client->set_read_timeout(kAnswerTimeoutS);
  client->set_write_timeout(kAnswerTimeoutS);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.headers = {{"Authorization", "Bearer " + endpoint_.token},
                     {"Accept", "application/json"}};
  if (method == "POST") {
    request.headers.emplace("Content-Type", "application/json");
    request.body = body;
  }
  std::string answer;
  bool too_large = false;
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    too_large = answer.size() + size > kMaxAnswerBytes;
    if (!too_large) answer.append(data, size);
    return !too_large;
  };
  const httplib::Result result = client->send(request);
  if (too_large)
    return base::ResourceExhausted("the answer of " + endpoint_.Url() + " is too large");
  if (!result) {
    return base::Unavailable("cannot ask the gateway at " + endpoint_.Url() + ": " +
                             Reason(result.error()));
  }
  json parsed = json::parse(answer, nullptr, false);
  if (result->status >= 400) return ErrorOf(result->status, parsed, endpoint_);
  if (result->status >= 300 || !parsed.is_object()) {
    return base::Internal(endpoint_.Url() + " does not answer as a gateway does");
  }
  return parsed;
}

std::string PathSegment(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string segment;
  for (const char byte : text) {
    if (kPlain.find(byte) != std::string_view::npos) {
      segment += byte;
      continue;
    }
    segment += '%';
    segment += kDigits[static_cast<unsigned char>(byte) >> 4];
    segment += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return segment;
}

std::string TextOf(const json& object, const char* field) {
  if (!object.is_object()) return "";
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<json> ObjectsOf(const json& object, const char* field) {
  std::vector<json> objects;
  const auto found = object.find(field);
  if (found == object.end() || !found->is_array()) return objects;
  for (const json& entry : *found) {
    if (entry.is_object()) objects.push_back(entry);
  }
  return objects;
}

std::string LineOf(const json& answer) {
  return answer.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

int64_t NumberOf(const json& object, const char* field) {
  if (!object.is_object()) return 0;
  const auto found = object.find(field);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

}  // namespace portreeve::cli
