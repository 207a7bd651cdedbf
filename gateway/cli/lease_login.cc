#include "cli/lease_login.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace portreeve::cli {
namespace {

using nlohmann::json;

// What Debian and most others call the system's own list.
constexpr char kSystemRoots[] = "/etc/ssl/certs/ca-certificates.crt";

std::string RootCertificate(const Endpoint& endpoint) {
  std::error_code error;
  const auto absolute = [&error](const std::filesystem::path& file) {
    return std::filesystem::absolute(file, error).string();
  };
  if (!endpoint.ca_file.empty()) return absolute(endpoint.ca_file);
  if (!endpoint.pinned_file.empty()) return absolute(endpoint.pinned_file);
  return std::filesystem::exists(kSystemRoots, error) ? kSystemRoots : "";
}

// A line of a service file ends where the value does.
bool IsOneLine(const std::string& value) {
  return std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < ' '; });
}

std::string Authority(const LeaseLogin& login) {
  const bool v6 = login.host.find(':') != std::string::npos;
  return (v6 ? "[" + login.host + "]" : PathSegment(login.host)) + ":" +
         std::to_string(login.port) + "/" + PathSegment(login.database);
}

std::string Query(const LeaseLogin& login, std::string before) {
  before += "sslmode=" + PathSegment(login.ssl_mode);
  if (!login.ssl_root_cert.empty()) before += "&sslrootcert=" + PathSegment(login.ssl_root_cert);
  return before;
}

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace

absl::StatusOr<LeaseLogin> LoginOf(const json& answer, const Endpoint& endpoint) {
  LeaseLogin login;
  login.id = TextOf(answer, "id");
  login.user = TextOf(answer, "user");
  login.password = TextOf(answer, "password");
  login.host = TextOf(answer, "host");
  login.port = NumberOf(answer, "port");
  login.database = TextOf(answer, "database");
  login.expires_at = TextOf(answer, "expires_at");
  const auto tls = answer.find("tls");
  const bool has_tls = tls != answer.end() && tls->is_boolean();
  login.ssl_mode = has_tls && tls->get<bool>() ? "verify-full" : "disable";
  if (login.ssl_mode != "disable") login.ssl_root_cert = RootCertificate(endpoint);
  bool fine = has_tls && login.port > 0 && login.port <= 65535;
  for (const std::string* text :
       {&login.id, &login.user, &login.password, &login.host, &login.database}) {
    fine = fine && !text->empty() && IsOneLine(*text);
  }
  if (fine) return login;
  return base::Internal(endpoint.Url() + " does not answer as a gateway does");
}

std::string UriText(const LeaseLogin& login) {
  return "postgresql://" + PathSegment(login.user) + ":" + PathSegment(login.password) + "@" +
         Authority(login) + Query(login, "?");
}

std::string JdbcText(const LeaseLogin& login) {
  return "jdbc:postgresql://" + Authority(login) +
         Query(login, "?user=" + PathSegment(login.user) +
                          "&password=" + PathSegment(login.password) + "&");
}

std::string EnvironmentText(const LeaseLogin& login) {
  std::vector<std::pair<std::string, std::string>> values = {
      {"PGHOST", login.host},         {"PGPORT", std::to_string(login.port)},
      {"PGDATABASE", login.database}, {"PGUSER", login.user},
      {"PGPASSWORD", login.password}, {"PGSSLMODE", login.ssl_mode}};
  if (!login.ssl_root_cert.empty()) values.emplace_back("PGSSLROOTCERT", login.ssl_root_cert);
  std::string text;
  for (const auto& [name, value] : values) text += name + "=" + ShellWord(value) + "\n";
  return text;
}

std::string ServiceText(const LeaseLogin& login, std::string_view name) {
  std::string text = "[";
  text.append(name).append("]\n");
  text += "host=" + login.host + "\nport=" + std::to_string(login.port) +
          "\ndbname=" + login.database + "\nuser=" + login.user + "\npassword=" + login.password +
          "\nsslmode=" + login.ssl_mode + "\n";
  if (!login.ssl_root_cert.empty()) text += "sslrootcert=" + login.ssl_root_cert + "\n";
  return text;
}

json JsonOf(const LeaseLogin& login) {
  json object = {{"id", login.id},
                 {"user", login.user},
                 {"password", login.password},
                 {"host", login.host},
                 {"port", login.port},
                 {"database", login.database},
                 {"sslmode", login.ssl_mode},
                 {"expires_at", login.expires_at}};
  if (!login.ssl_root_cert.empty()) object["sslrootcert"] = login.ssl_root_cert;
  return object;
}

}  // namespace portreeve::cli
