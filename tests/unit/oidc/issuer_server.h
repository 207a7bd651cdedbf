// A real HTTPS issuer in a process of its own, and what the tests put into it. Its one rule: it
// ends with the object.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

#include "oidc/discovered_issuer.h"
#include "support/temp_folder.h"
#include "unit/identity/tokens.h"

namespace portreeve::oidc {

using identity::TestKey;

// True as soon as `condition` is; false after ten seconds.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 2'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

class IssuerServer {
 public:
  IssuerServer() {
    int out[2];
    REQUIRE(pipe(out) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    std::string script = PORTREEVE_SOURCE_DIR "/tests/unit/oidc/issuer_server.py";
    std::string folder = folder_.string();
    std::string python = "python3";
    char* arguments[] = {python.data(), script.data(), folder.data(), nullptr};
    REQUIRE(posix_spawnp(&process_, "python3", &actions, nullptr, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) port_ += c;
    close(out[0]);
    REQUIRE_FALSE(port_.empty());
    Serve({KeyFor("EdDSA").Jwk("one")});
  }
  ~IssuerServer() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  IssuerServer(const IssuerServer&) = delete;
  IssuerServer& operator=(const IssuerServer&) = delete;

  std::string Url(const std::string& kind = "good") const {
    return "https://localhost:" + port_ + "/" + kind;
  }
  const std::string& port() const { return port_; }
  std::filesystem::path ca_file() const { return folder_ / "server.crt"; }
  std::filesystem::path other_ca_file() const { return folder_ / "other.crt"; }

  void Serve(const std::vector<nlohmann::json>& keys) const {
    Write("keys.json", identity::KeySetText(keys));
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / (name + ".new")) << text;
    std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
  }
  void GoDown() const { Write("down", ""); }
  void ComeUp() const { std::filesystem::remove(folder_ / "down"); }
  std::string Requests() const {
    std::ostringstream text;
    text << std::ifstream(folder_ / "requests.log").rdbuf();
    return text.str();
  }
  size_t CountRequests(const std::string& part) const {
    const std::string text = Requests();
    size_t count = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
  }

 private:
  static const TestKey& KeyFor(std::string_view alg) { return identity::KeyFor(alg); }

  support::TempFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path();
  std::string port_;
  pid_t process_ = 0;
};

// One for all tests of a run that change nothing in it.
inline const IssuerServer& Shared() {
  static const IssuerServer server;
  return server;
}

}  // namespace portreeve::oidc
