// A PostgreSQL server that speaks from a script, on a Unix socket in a folder of its own: lets one
// session in with the reply that it was given, keeps what it reads, and counts requests to cancel.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "net/socket.h"
#include "upstream/server.h"
#include "wire/backend.h"
#include "wire/startup.h"

namespace portreeve::tunnel {

inline constexpr uint32_t kServerPid = 4711;
inline constexpr std::string_view kServerSecret = "\1\2\3\4";

// AuthenticationOk, then what is given, then key and ReadyForQuery.
inline std::string LoginReply(const std::string& between = "") {
  std::string reply("R\0\0\0\x08\0\0\0\0", 9);
  reply += between;
  wire::BackendKeyData{kServerPid, kServerSecret}.Encode(reply);
  wire::ReadyForQuery{}.Encode(reply);
  return reply;
}

class FakeServer {
 public:
  explicit FakeServer(std::string login_reply = LoginReply()) : reply_(std::move(login_reply)) {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    const auto address = net::ResolveBlocking(folder_, "5432");
    REQUIRE(address.ok());
    auto listening = net::Listen(address->front(), 16);
    REQUIRE(listening.ok());
    listening_ = *std::move(listening);
    thread_ = std::thread([this] { Accept(); });
  }
  ~FakeServer() {
    Stop();
    thread_.join();
    for (std::thread& thread : sessions_) thread.join();
    std::filesystem::remove_all(folder_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::shared_ptr<const upstream::Server> AsServer() const {
    auto server = std::make_shared<upstream::Server>();
    server->connection = "orders";
    server->host = folder_;
    server->port = "5432";
    server->database = "orders_db";
    server->user = "portreeve";
    return server;
  }

  // Ends all sessions; no new one gets in.
  void Stop() {
    stopping_ = true;
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    reading_ = true;
    changed_.notify_all();
  }

  // Says it on the session's socket. May wait for the reader.
  void Say(std::string_view bytes) {
    const int fd = SessionFd();
    while (!bytes.empty()) {
      const ssize_t put = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put < 0 && errno == EAGAIN && !stopping_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        continue;
      }
      if (put <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(put));
    }
  }
  void Hang() { shutdown(SessionFd(), SHUT_RDWR); }
  // What it answers when it finds the end of its input.
  void SayAtEnd(std::string bytes) {
    const std::lock_guard lock(mutex_);
    last_words_ = std::move(bytes);
  }
  void StopReading() {
    const std::lock_guard lock(mutex_);
    reading_ = false;
  }

  bool AwaitReceived(const std::string& bytes) const {
    return Wait([&] { return received_ == bytes; });
  }
  bool AwaitEnd() const {
    return Wait([&] { return ended_; });
  }
  bool AwaitCancels(int count) const {
    return Wait([&] { return cancels_ >= count; });
  }
  std::vector<std::pair<std::string, std::string>> StartupParameters() const {
    const std::lock_guard lock(mutex_);
    return parameters_;
  }
  int sessions() const {
    const std::lock_guard lock(mutex_);
    return session_count_;
  }

 private:
  void Accept() {
    while (!stopping_) {
      net::Accepted accepted;
      if (net::Accept(listening_.get(), accepted) != net::AcceptState::kAccepted) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        continue;
      }
      const std::lock_guard lock(mutex_);
      open_.push_back(accepted.fd.get());
      sessions_.emplace_back([this, fd = std::make_shared<base::UniqueFd>(std::move(accepted.fd))] {
        Serve(fd->get());
      });
    }
  }

  // True until the peer has ended.
  static bool ReadSome(int fd, std::string& into, size_t most) {
    char buffer[64 * 1024];
    for (;;) {
      const ssize_t got = read(fd, buffer, std::min(most, sizeof buffer));
      if (got > 0) into.append(buffer, static_cast<size_t>(got));
      if (got >= 0) return got > 0;
      if (errno != EAGAIN && errno != EINTR) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  void Serve(int fd) {
    std::string packet;
    while (packet.size() < 4) {
      if (!ReadSome(fd, packet, 4 - packet.size())) return;
    }
    const size_t length = *wire::ReadStartupLength(packet);
    while (packet.size() < length) {
      if (!ReadSome(fd, packet, length - packet.size())) return;
    }
    const auto startup = wire::DecodeStartupPacket(std::string_view(packet).substr(4));
    if (!startup.ok()) return;
    if (const auto* cancel = std::get_if<wire::CancelRequest>(&*startup)) {
      return Cancel(fd, *cancel);
    }
    if (const auto* message = std::get_if<wire::StartupMessage>(&*startup)) Open(fd, *message);
  }

  void Cancel(int fd, const wire::CancelRequest& cancel) {
    const std::lock_guard lock(mutex_);
    if (cancel.process_id == kServerPid && cancel.secret == kServerSecret) ++cancels_;
    changed_.notify_all();
    shutdown(fd, SHUT_RDWR);
  }

  void Open(int fd, const wire::StartupMessage& message) {
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [name, value] : message.parameters) parameters_.emplace_back(name, value);
      session_fd_ = fd;
      ++session_count_;
      changed_.notify_all();
    }
    Say(reply_);
    for (;;) {
      Wait([&] { return reading_; });
      std::string bytes;
      const bool more = ReadSome(fd, bytes, std::string::npos);
      if (!more) Say(last_words());
      const std::lock_guard lock(mutex_);
      received_ += bytes;
      ended_ = !more;
      changed_.notify_all();
      if (!more) return;
    }
  }

  std::string last_words() const {
    const std::lock_guard lock(mutex_);
    return last_words_;
  }
  int SessionFd() const {
    Wait([&] { return session_fd_ >= 0; });
    const std::lock_guard lock(mutex_);
    return session_fd_;
  }
  bool Wait(const std::function<bool()>& condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), condition);
  }

  const std::string reply_;
  std::string folder_;
  base::UniqueFd listening_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
  std::vector<std::thread> sessions_;  // Accept() only, until it has ended.

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<int> open_;  // mutex_, as below.
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::string received_;
  std::string last_words_;
  bool reading_ = true;
  bool ended_ = false;
  int session_fd_ = -1;
  int session_count_ = 0;
  int cancels_ = 0;
};

}  // namespace portreeve::tunnel
