#include "admin/http_router.h"

#include <algorithm>
#include <cstring>

namespace portreeve::admin {
namespace {

// A request in memory, and the answer to it.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::string_view request, const std::string& address)
      : rest_(request), address_(address) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t size) override {
    const size_t taken = std::min(size, rest_.size());
    std::memcpy(into, rest_.data(), taken);
    rest_.remove_prefix(taken);
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* data, size_t size) override {
    answer.append(data, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int&) const override { ip = address_; }
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  std::string answer;

 private:
  std::string_view rest_;
  const std::string& address_;
};

}  // namespace

std::string HttpRouter::Answer(std::string_view request, const std::string& address) {
  MemoryStream stream(request, address);
  bool closed = false;
  process_request(stream, true, closed, nullptr);
  return std::move(stream.answer);
}

}  // namespace portreeve::admin
