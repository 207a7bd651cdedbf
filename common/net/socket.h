// Addresses, listening and connecting. Everything is non-blocking but ResolveBlocking.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"

namespace portreeve::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  std::string ToString() const;  // "10.0.3.7:5432", "[::1]:5432" or "unix".
  bool is_loopback() const;
};

// "host:port", "[v6]:port" or "/folder:port". Fails with the sentence to show.
struct HostPort {
  std::string host;
  std::string port;
};
absl::StatusOr<HostPort> ParseHostPort(std::string_view text);

// Asks the system's resolver and may wait for seconds: never on an event loop. A host that starts
// with '/' is the folder of PostgreSQL's Unix socket.
absl::StatusOr<std::vector<Address>> ResolveBlocking(const std::string& host,
                                                     const std::string& port);

// A listening, non-blocking TCP socket. Port 0 asks the kernel for one; LocalAddress tells it.
absl::StatusOr<base::UniqueFd> Listen(const Address& address, int backlog);
absl::StatusOr<Address> LocalAddress(int fd);

// The next waiting connection, non-blocking, with TCP_NODELAY and keep-alive set.
struct Accepted {
  base::UniqueFd fd;
  Address peer;
};
enum class AcceptState { kAccepted, kNone, kOutOfDescriptors, kFailed };
AcceptState Accept(int listening_fd, Accepted& accepted);

// Starts to connect; writability tells the end, ConnectResult the outcome.
absl::StatusOr<base::UniqueFd> StartConnect(const Address& address);
absl::Status ConnectResult(int fd);

// The socket counts as readable from so many bytes on, or at its end (SO_RCVLOWAT, socket(7)).
// Where a socket knows no such mark, it stays readable from the first byte.
void SetReadWatermark(int fd, int bytes);

}  // namespace portreeve::net
