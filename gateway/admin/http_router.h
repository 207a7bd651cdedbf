// cpp-httplib's routing and its writing of answers, without its sockets and threads. Its one rule:
// it gets whole requests that were judged before, and never waits for a peer.
#pragma once

#include <httplib.h>

#include <string>
#include <string_view>

namespace portreeve::admin {

class HttpRouter final : public httplib::Server {
 public:
  // Any thread, once all routes are there. The answer ends the connection.
  std::string Answer(std::string_view request, const std::string& address);
};

}  // namespace portreeve::admin
