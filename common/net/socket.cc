#include "net/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace portreeve::net {
namespace {

void SetOption(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

// Small messages must leave at once, and a peer that vanished without a FIN must be noticed.
void SetStreamOptions(int fd) {
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  SetOption(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

constexpr size_t kMaxHostBytes = 300;

// The resolver would cut a number to sixteen bits.
bool IsPort(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return text.size() <= 5 && error == std::errc() && end == text.data() + text.size() &&
         number <= 65'535;
}

// With or without the name of an interface: "fe80::1%eth0".
bool IsV6(const std::string& text) {
  const size_t percent = text.find('%');
  in6_addr address;
  return percent + 1 != text.size() &&
         inet_pton(AF_INET6, text.substr(0, percent).c_str(), &address) == 1;
}

absl::StatusOr<std::vector<Address>> UnixAddress(const std::string& folder,
                                                 const std::string& port) {
  const std::string path = folder + "/.s.PGSQL." + port;
  Address address;
  auto* unix_address = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.size() >= sizeof unix_address->sun_path) {
    return base::InvalidArgument("the socket path " + path + " is too long");
  }
  unix_address->sun_family = AF_UNIX;
  std::memcpy(unix_address->sun_path, path.c_str(), path.size() + 1);
  address.length = sizeof(sockaddr_un);
  return std::vector<Address>{address};
}

}  // namespace

std::string Address::ToString() const {
  if (storage.ss_family == AF_UNIX) return "unix";
  char host[NI_MAXHOST] = "?";
  char port[NI_MAXSERV] = "?";
  getnameinfo(reinterpret_cast<const sockaddr*>(&storage), length, host, sizeof host, port,
              sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  if (storage.ss_family == AF_INET6) return "[" + std::string(host) + "]:" + port;
  return std::string(host) + ":" + port;
}

bool Address::is_loopback() const {
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  }
  if (storage.ss_family == AF_INET6) {
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr);
  }
  return storage.ss_family == AF_UNIX;
}

absl::StatusOr<HostPort> ParseHostPort(std::string_view text) {
  const bool visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!visible || text.size() > kMaxHostBytes) {
    return base::InvalidArgument("an address is too long or has characters no host has");
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
    return base::InvalidArgument("`" + std::string(text) + "` is not of the form host:port");
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!IsV6(std::string(host))) {
      return base::InvalidArgument("`" + std::string(host) + "` is not an IPv6 address");
    }
  } else if (host.find_first_of("[]:") != std::string_view::npos) {
    return base::InvalidArgument("`" + std::string(text) +
                                 "` is not of the form host:port or [IPv6]:port");
  }
  if (!IsPort(port)) {
    return base::InvalidArgument("`" + std::string(port) + "` is not a port number");
  }
  return HostPort{std::string(host), std::string(port)};
}

absl::StatusOr<std::vector<Address>> ResolveBlocking(const std::string& host,
                                                     const std::string& port) {
  if (host.empty()) return base::InvalidArgument("an address without a host");
  if (!IsPort(port)) return base::InvalidArgument("`" + port + "` is not a port number");
  if (host.starts_with('/')) return UnixAddress(host, port);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return base::Unavailable("cannot resolve host " + host + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    Address address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

absl::StatusOr<base::UniqueFd> Listen(const Address& address, int backlog) {
  base::UniqueFd fd(
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return base::ErrnoStatus("cannot make a socket", errno);
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 ||
      listen(fd.get(), backlog) != 0) {
    const int error = errno;
    return base::ErrnoStatus("cannot listen on " + address.ToString(), error);
  }
  return fd;
}

absl::StatusOr<Address> LocalAddress(int fd) {
  Address address;
  address.length = sizeof address.storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.length) != 0) {
    return base::ErrnoStatus("cannot read a socket's address", errno);
  }
  return address;
}

AcceptState Accept(int listening_fd, Accepted& accepted) {
  accepted.peer.length = sizeof accepted.peer.storage;
  const int fd = accept4(listening_fd, reinterpret_cast<sockaddr*>(&accepted.peer.storage),
                         &accepted.peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    accepted.fd = base::UniqueFd(fd);
    SetStreamOptions(fd);
    return AcceptState::kAccepted;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) return AcceptState::kNone;
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    return AcceptState::kOutOfDescriptors;
  }
  return AcceptState::kFailed;
}

absl::StatusOr<base::UniqueFd> StartConnect(const Address& address) {
  base::UniqueFd fd(
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return base::ErrnoStatus("cannot make a socket", errno);
  if (address.storage.ss_family != AF_UNIX) SetStreamOptions(fd.get());
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 &&
      errno != EINPROGRESS) {
    const int error = errno;
    return base::ErrnoStatus("cannot connect to " + address.ToString(), error);
  }
  return fd;
}

absl::Status ConnectResult(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  return base::ErrnoStatus("cannot connect", error);
}

void SetReadWatermark(int fd, int bytes) {
  setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

}  // namespace portreeve::net
