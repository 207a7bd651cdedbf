#include "dev/server.h"

#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "net/socket.h"

namespace portreeve::dev {
namespace {

// Nothing if a % is not followed by two hex digits, or stands for a character that no line may
// hold.
std::optional<std::string> Unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text[0] != '%') {
      plain += text[0];
      text.remove_prefix(1);
      continue;
    }
    std::string digits(text.substr(1, 2));
    for (char& digit : digits)
      digit = static_cast<char>(std::tolower(static_cast<unsigned char>(digit)));
    const auto byte = base::HexDecode(digits);
    if (!byte || byte->size() != 1) return std::nullopt;
    plain += *byte;
    text.remove_prefix(3);
  }
  for (const char byte : plain) {
    if (static_cast<unsigned char>(byte) < ' ') return std::nullopt;
  }
  return plain;
}

// Takes what stands before `mark` off the front; all of it if the mark is not there.
std::string_view TakeBefore(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  const std::string_view taken = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return taken;
}

absl::Status TakeParameter(std::string_view name, const std::string& value, Server& server) {
  if (name == "sslrootcert") {
    server.ca_file = value;
    return absl::OkStatus();
  }
  if (name != "sslmode") {
    return base::InvalidArgument("`" + std::string(name) +
                                 "` is not taken here: only sslmode and sslrootcert are");
  }
  for (const char* mode : {"disable", "require", "verify-ca", "verify-full"}) {
    if (value != mode) continue;
    server.tls_mode = value;
    return absl::OkStatus();
  }
  return base::InvalidArgument("sslmode must be disable, require, verify-ca or verify-full");
}

}  // namespace

absl::StatusOr<Server> ParseServerUrl(const std::string& url) {
  // The URL may hold a password, so no message repeats it.
  const absl::Status wrong = base::InvalidArgument(
      "--postgres must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters "
      "escaped as in a URL");
  std::string_view rest = url;
  if (TakeBefore(rest, ':').substr(0, 8) != "postgres" || !rest.starts_with("//")) return wrong;
  rest.remove_prefix(2);
  std::string_view parameters = rest;
  rest = TakeBefore(parameters, '?');
  const size_t at = rest.rfind('@');
  if (at == std::string_view::npos) return wrong;
  std::string_view password = rest.substr(0, at);
  const auto user = Unescaped(TakeBefore(password, ':'));
  const auto secret = Unescaped(password);
  std::string_view database = rest.substr(at + 1);
  std::string host_and_port(TakeBefore(database, '/'));
  if (host_and_port.find(':') == std::string::npos || host_and_port.ends_with(']')) {
    host_and_port += ":5432";
  }
  const auto address = net::ParseHostPort(host_and_port);
  const auto host = address.ok() ? Unescaped(address->host) : std::nullopt;
  const auto name = Unescaped(database);
  if (!user || user->empty() || !secret || !host || host->empty() || !name) return wrong;
  Server server{*host, std::stoi(address->port), name->empty() ? *user : *name, *user, *secret, "",
                ""};
  while (!parameters.empty()) {
    std::string_view value = TakeBefore(parameters, '&');
    const std::string_view key = TakeBefore(value, '=');
    const auto plain = Unescaped(value);
    if (!plain) return wrong;
    RETURN_IF_ERROR(TakeParameter(key, *plain, server));
  }
  const bool local = server.host.starts_with('/') || server.host == "localhost" ||
                     server.host == "127.0.0.1" || server.host == "::1";
  if (server.tls_mode.empty()) server.tls_mode = local ? "disable" : "verify-full";
  return server;
}

}  // namespace portreeve::dev
