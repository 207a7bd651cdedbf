// One document over HTTP, under limits. Its one rule: what answers is what was asked: certificates
// are verified, redirects are not followed, and nothing is kept of an answer that is not 200.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "oidc/endpoint_url.h"

namespace portreeve::oidc {

struct FetchLimits {
  size_t body_bytes = 256 * 1024;
  int64_t connect_ms = 3'000;
  int64_t total_ms = 4'000;  // Twice this fits into a handshake's time-out.
};

// Names and values, as application/x-www-form-urlencoded has them.
using Form = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer {
  long status = 0;
  std::string body;
};

// That a certificate can be read from the file; a sentence if not.
absl::Status CheckCaFile(const std::filesystem::path& file);

// One thread at a time. Connections are kept for the next call.
class Fetcher {
 public:
  static constexpr size_t kMaxHeaderBytes = 64 * 1024;

  // `ca_file` replaces the system's certificates; empty: those of the system.
  explicit Fetcher(std::filesystem::path ca_file);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // Waits for the answer. `bearer` goes along as Authorization, if it is not empty. kUnavailable
  // with a sentence for the operator.
  absl::StatusOr<std::string> Get(const EndpointUrl& url, const FetchLimits& limits,
                                  const std::string& bearer = "");

  // The same, but what went wrong at the other end is an answer as well (RFC 6749 5.2): any status
  // but a redirect.
  absl::StatusOr<HttpAnswer> Post(const EndpointUrl& url, const Form& form,
                                  const FetchLimits& limits);

  // Any thread: a call gives up within a second, now and from now on.
  void Abort() { aborted_.store(true); }

 private:
  struct Handle;

  // `body` null: GET.
  absl::StatusOr<HttpAnswer> Ask(const EndpointUrl& url, const FetchLimits& limits,
                                 const std::string& bearer, const std::string* body);

  const std::filesystem::path ca_file_;
  std::unique_ptr<Handle> handle_;
  std::atomic<bool> aborted_{false};
};

}  // namespace portreeve::oidc
