#include "oidc/endpoint_url.h"

#include <algorithm>

namespace portreeve::oidc {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Names that curl resolves without asking anybody (RFC 6761 6.3), and the usual addresses.
bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// "host", "host:port" or "[v6]:port", the host in the letters that such names have.
bool SplitAuthority(std::string_view authority, std::string_view& host) {
  const size_t end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  host = authority.substr(0, end);
  std::string_view port;
  if (authority.starts_with('[')) {
    if (end == std::string_view::npos) return false;
    host = authority.substr(0, end + 1);
  }
  port = authority.substr(host.size());
  if (!port.empty() && (port[0] != ':' || !IsDigits(port.substr(1)) || port.size() > 6)) {
    return false;
  }
  if (host.starts_with('[')) {
    return host.size() > 2 &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
               std::string_view::npos;
  }
  return !host.empty() &&
         host.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
             std::string_view::npos;
}

}  // namespace

absl::StatusOr<EndpointUrl> ParseEndpointUrl(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return base::InvalidArgument("is too long for a URL");
  if (!IsVisibleAscii(text)) return base::InvalidArgument("is no URL");
  const bool https = text.starts_with(kHttps);
  if (!https && !text.starts_with(kHttp)) return base::InvalidArgument("must begin with https://");
  if (text.find('#') != std::string_view::npos) {
    return base::InvalidArgument("must have no fragment");
  }
  std::string_view rest = text.substr(https ? kHttps.size() : kHttp.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) {
    return base::InvalidArgument("must have no user and password");
  }
  std::string_view host;
  if (!SplitAuthority(authority, host)) return base::InvalidArgument("names no host");
  if (!https && !IsLoopback(host)) {
    return base::InvalidArgument("must begin with https:// (http:// is for loopback only)");
  }
  return EndpointUrl{std::string(text), https};
}

absl::StatusOr<EndpointUrl> ParseIssuerUrl(std::string_view text) {
  ASSIGN_OR_RETURN(EndpointUrl url, ParseEndpointUrl(text));
  if (text.find('?') != std::string_view::npos) {
    return base::InvalidArgument("must have no query");
  }
  return url;
}

std::string MetadataUrl(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

}  // namespace portreeve::oidc
