// A folder of its own, verbs run as from a command line, and an HTTP server that answers from a
// table.
#pragma once

#include <httplib.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "cli/arguments.h"

namespace portreeve::cli {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-cli-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name) << content;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// What a verb reads of its environment.
class Variables {
 public:
  std::map<std::string, std::string> values;
  Environment lookup() const {
    return [this](const char* name) -> const char* {
      const auto found = values.find(name);
      return found == values.end() ? nullptr : found->second.c_str();
    };
  }
};

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;
};

inline Outcome RunVerb(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
                       const Variables& variables) {
  std::ostringstream out;
  std::ostringstream err;
  Console console{out, err};
  const ExitCode code = Run(verbs, words, variables.lookup(), "9.8.7", console);
  return {code, out.str(), err.str()};
}

// Answers every request with one answer and keeps what it was asked. TLS if files are given.
class Answering {
 public:
  explicit Answering(int status, std::string body, const std::string& certificate = "",
                     const std::string& key = "")
      : server_(certificate.empty()
                    ? std::make_unique<httplib::Server>()
                    : std::make_unique<httplib::SSLServer>(certificate.c_str(), key.c_str())) {
    auto answer = [this, status, body](const httplib::Request& request, httplib::Response& to) {
      const std::lock_guard held(mutex_);
      asked_ = request;
      to.status = status;
      to.set_content(body, "application/json");
    };
    server_->Get(".*", answer);
    server_->Post(".*", answer);
    server_->Delete(".*", answer);
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  ~Answering() {
    server_->stop();
    thread_.join();
  }

  int port() const { return port_; }
  httplib::Request asked() {
    const std::lock_guard held(mutex_);
    return asked_;
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::mutex mutex_;
  httplib::Request asked_;  // mutex_
  std::thread thread_;
};

// Runs verbs against a server that gives one answer.
struct VerbDesk {
  using MakeVerbs = std::vector<Verb> (*)(const Environment&);

  TempFolder folder;
  Answering server;
  Variables variables;
  MakeVerbs make;

  VerbDesk(MakeVerbs verbs, int status, const std::string& body)
      : server(status, body), make(verbs) {
    variables.values["PORTREEVE_GATEWAY"] = "http://127.0.0.1:" + std::to_string(server.port());
  }
  Outcome Do(const std::vector<std::string>& words) {
    return RunVerb(make(variables.lookup()), words, variables);
  }
};

}  // namespace portreeve::cli
