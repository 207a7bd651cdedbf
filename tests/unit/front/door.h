// A handshake on a loop of its own over a socket pair: the test is the client, and the listener
// behind the door.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/check.h"
#include "front/handshake.h"
#include "wire/backend.h"
#include "wire/framing.h"
#include "wire/frontend.h"
#include "wire/startup.h"

namespace portreeve::front {

// True as soon as `condition` is; false after ten seconds.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

template <typename Message>
std::string Bytes(const Message& message) {
  std::string out;
  message.Encode(out);
  return out;
}

inline std::string Startup(uint32_t version = wire::kProtocol30,
                           std::vector<std::pair<std::string_view, std::string_view>> parameters = {
                               {"user", "ann"}, {"database", "orders/db"}, {"DateStyle", "ISO"}}) {
  wire::StartupMessage message;
  message.version = version;
  message.parameters = std::move(parameters);
  return Bytes(message);
}

inline std::string AskForPassword() {
  wire::Authentication ask;
  ask.kind = wire::Authentication::Kind::kCleartextPassword;
  return Bytes(ask);
}

class Door final : public HandshakeListener {
 public:
  explicit Door(HandshakeOptions options = {}) : options_(std::move(options)) {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    client = fds[0];
    thread_ = std::thread([this] { loop_.Run(); });
    loop_.Post([this, fd = fds[1]] {
      net::Accepted accepted;
      accepted.fd = base::UniqueFd(fd);
      handshake_ =
          std::make_shared<Handshake>(std::move(accepted), options_, loop_, *this, silent_);
      handshake_->Start();
    });
  }
  ~Door() override {
    loop_.Stop();
    thread_.join();
    if (client >= 0) close(client);
  }

  // ---- the listener, on the loop's thread
  void OnCancel(uint32_t process_id, std::string secret, const std::string&,
                std::function<void()> done) override {
    const std::lock_guard lock(mutex_);
    cancelled_pid_ = process_id;
    cancelled_secret_ = std::move(secret);
    cancel_done_ = std::move(done);
    ++cancels_;
  }
  void OnPassword(Handshake& handshake, const ClientHello& hello, std::string password) override {
    {
      const std::lock_guard lock(mutex_);
      hello_ = hello;
      password_ = std::move(password);
    }
    if (refuse_with) {
      handshake.Refuse(*refuse_with);
    } else if (!judges_later) {
      taken = handshake.Take();
    }
    ++passwords;
  }
  std::optional<scram::Verifier> VerifierOf(const std::string& user) override {
    const auto found = verifiers.find(user);
    if (found == verifiers.end()) return std::nullopt;
    return found->second;
  }
  void OnScram(Handshake& handshake, const ClientHello& hello, bool right) override {
    {
      const std::lock_guard lock(mutex_);
      hello_ = hello;
    }
    proved = right;
    if (right) {
      taken = handshake.Take();
    } else {
      handshake.Refuse({"28P01", "authentication failed", "", ""});
    }
    ++scrams;
  }
  void OnGone(Handshake& handshake) override {
    // On the loop's thread, where Catch may not be asked.
    PORTREEVE_CHECK(&handshake == handshake_.get());
    handshake_ = nullptr;
    gone = true;
  }

  // Takes the stream, a whole turn of the loop later.
  void Admit() {
    loop_.Post([this] {
      loop_.Post([this] {
        if (handshake_ != nullptr) taken = handshake_->Take();
        admitted = true;
      });
    });
    REQUIRE(Eventually([this] { return admitted.load(); }));
  }

  // ---- the client
  void Say(std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd writable{client, POLLOUT, 0};
      REQUIRE(poll(&writable, 1, 10'000) == 1);
      const ssize_t sent = send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) continue;  // Writable for less than the next piece.
      if (sent < 0) return;                       // The gateway has had enough.
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // As much as goes in while nobody reads.
  void Flood() {
    const std::string noise(10'000, 'x');
    while (send(client, noise.data(), noise.size(), MSG_NOSIGNAL) > 0) {
    }
  }
  const std::string& Heard() {
    char chunk[4'096];
    for (;;) {
      const ssize_t got = recv(client, chunk, sizeof chunk, 0);
      if (got == 0) at_end = true;
      if (got < 0 && errno == ECONNRESET) reset = true;
      if (got <= 0) return heard;
      heard.append(chunk, static_cast<size_t>(got));
    }
  }
  void Hear() { Heard(); }
  bool Hears(const std::string& bytes) {
    return Eventually([&] { return Heard() == bytes; });
  }
  bool HearsEnd() {
    return Eventually([&] { return (Heard(), at_end || reset); });
  }
  // A FATAL of this code, and then the end.
  bool HearsFatal(const std::string& sqlstate) {
    return HearsEnd() && !reset && heard.find("SFATAL") != std::string::npos &&
           heard.find("C" + sqlstate) != std::string::npos;
  }
  bool PasswordIs(const std::string& expected) {
    return Eventually([&] { return passwords == 1; }) && password() == expected;
  }

  ClientHello hello() {
    const std::lock_guard lock(mutex_);
    return hello_;
  }
  std::string password() {
    const std::lock_guard lock(mutex_);
    return password_;
  }
  int cancels() const { return cancels_; }
  std::pair<uint32_t, std::string> cancelled() {
    const std::lock_guard lock(mutex_);
    return {cancelled_pid_, cancelled_secret_};
  }
  void FinishCancel() {
    const std::lock_guard lock(mutex_);
    cancel_done_();
  }

  int client = -1;
  std::string heard;
  bool at_end = false;
  bool reset = false;
  std::optional<base::Refusal> refuse_with;          // Set before the password is sent.
  bool judges_later = false;                         // Likewise: the password waits for Admit().
  std::map<std::string, scram::Verifier> verifiers;  // Set before the start-up is sent.
  std::atomic<int> passwords{0};
  std::atomic<int> scrams{0};  // Ended exchanges.
  std::atomic<bool> proved{false};
  std::atomic<bool> gone{false};
  std::atomic<bool> admitted{false};
  std::unique_ptr<net::Stream> taken;  // After `passwords` has risen.

 private:
  base::Logger silent_{base::LogLevel::kError, -1};
  const HandshakeOptions options_;
  net::EventLoop loop_;
  std::shared_ptr<Handshake> handshake_;
  std::mutex mutex_;
  ClientHello hello_;
  std::string password_;
  std::atomic<int> cancels_{0};
  uint32_t cancelled_pid_ = 0;
  std::string cancelled_secret_;
  std::function<void()> cancel_done_;
  std::thread thread_;
};

}  // namespace portreeve::front
