#include "net/acceptor.h"

#include <sys/epoll.h>

#include <utility>

namespace portreeve::net {
namespace {

// Then the loop's other work has its turn.
constexpr int kAcceptsPerTurn = 64;
constexpr int64_t kPauseUs = 100'000;

}  // namespace

absl::Status Acceptor::Listen(const Address& address, int backlog) {
  ASSIGN_OR_RETURN(listening_, net::Listen(address, backlog));
  ASSIGN_OR_RETURN(const Address local, LocalAddress(listening_.get()));
  ASSIGN_OR_RETURN(const HostPort host_port, ParseHostPort(local.ToString()));
  port_ = std::stoi(host_port.port);
  return loop_.Add(listening_.get(), EPOLLIN, this);
}

void Acceptor::Close() {
  loop_.Remove(listening_.get());
  listening_.Reset();
}

void Acceptor::OnReady(uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Accepted accepted;
    switch (Accept(listening_.get(), accepted)) {
      case AcceptState::kNone:
        return;
      case AcceptState::kFailed:
        continue;  // That caller has gone again.
      case AcceptState::kOutOfDescriptors:
        return Pause();
      case AcceptState::kAccepted:
        break;
    }
    events_.accepted(std::move(accepted));
  }
}

void Acceptor::Pause() {
  events_.out_of_descriptors();
  loop_.Remove(listening_.get());
  loop_.RunAt(loop_.now_us() + kPauseUs, [this] {
    if (!listening_.valid()) return;  // Closed meanwhile.
    if (!loop_.Add(listening_.get(), EPOLLIN, this).ok()) Pause();
  });
}

}  // namespace portreeve::net
