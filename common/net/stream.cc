#include "net/stream.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace portreeve::net {

IoResult SocketStream::Read(std::span<char> into) {
  for (;;) {
    const ssize_t got = recv(fd_.get(), into.data(), into.size(), 0);
    if (got > 0) return {static_cast<size_t>(got), IoState::kDone};
    if (got == 0) return {0, IoState::kEof};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, IoState::kWouldBlock};
    error_ = errno;
    return {0, IoState::kError};
  }
}

IoResult SocketStream::Write(std::span<const iovec> pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const ssize_t put = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (put >= 0) return {static_cast<size_t>(put), IoState::kDone};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, IoState::kWouldBlock};
    error_ = errno;
    return {0, IoState::kError};
  }
}

void SocketStream::ShutdownWrite() { shutdown(fd_.get(), SHUT_WR); }

std::string SocketStream::last_error() const { return std::system_category().message(error_); }

}  // namespace portreeve::net
