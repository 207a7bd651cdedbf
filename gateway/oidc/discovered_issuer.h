// An issuer whose keys are found by discovery and kept fresh by a thread of its own. Its one rule:
// what it last said well is in force, for a bounded time; nothing that it says badly ever is.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "identity/live_issuer.h"
#include "oidc/discovery.h"
#include "oidc/endpoint_url.h"
#include "oidc/fetcher.h"
#include "oidc/user_info.h"

namespace portreeve::oidc {

struct IssuerOptions {
  std::string name;
  EndpointUrl issuer;
  std::filesystem::path ca_file;  // Empty: the system's certificates.
  std::vector<const identity::Algorithm*> algorithms;
  std::string groups_claim = "groups";
  bool user_info = false;
};

struct Timings {
  int64_t refresh_us = 15 * 60'000'000LL;  // Between two looks at the keys.
  int64_t gap_us = 5'000'000;              // At least, between two looks for tokens' sake.
  int64_t retry_us = 1'000'000;            // After a failure; doubles up to `most_retry_us`.
  int64_t most_retry_us = 60'000'000;
  int64_t keep_us = 24 * 3600 * 1'000'000LL;  // How long keys outlive the issuer's last good word.
  FetchLimits limits = {};
};

// Thread-safe.
class DiscoveredIssuer final : public identity::LiveIssuer {
 public:
  static constexpr size_t kMaxWaiting = 256;  // For keys, and again for groups.

  // Makes no connection and no thread.
  DiscoveredIssuer(IssuerOptions options, Timings timings);
  ~DiscoveredIssuer() override;

  // Both must outlive it. `before`, which may be null, was there until now: if it stands for the
  // same issuer, what it knows is taken over.
  void Start(const base::Clock& clock, base::Logger& logger, const DiscoveredIssuer* before);
  // Those who wait hear of it. Not to be called from a callback.
  void Stop();

  const IssuerOptions& options() const { return options_; }

  std::shared_ptr<const identity::KeySet> Keys() const override;
  bool Refresh(std::function<void()> done) override;
  bool has_groups() const override { return options_.user_info; }
  void AskGroups(std::string token, std::string subject, int64_t expires_unix_s,
                 std::function<void(absl::StatusOr<Groups>)> done) override;

 private:
  struct Question {
    std::string token;
    std::string subject;
    int64_t expires_unix_s;
    std::function<void(absl::StatusOr<Groups>)> done;
  };

  void Run();
  void Look();
  absl::StatusOr<identity::KeySet> FetchKeys();
  // Under mutex_: what a look brought.
  void Note(absl::StatusOr<identity::KeySet> keys);
  void Answer(Question question);
  absl::StatusOr<Groups> FetchGroups(const Question& question);

  const IssuerOptions options_;
  const Timings timings_;
  const base::Clock* clock_ = nullptr;
  base::Logger* logger_ = nullptr;
  Fetcher fetcher_;  // Its thread.
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All of these: mutex_.
  std::shared_ptr<const identity::KeySet> keys_;
  int64_t good_at_us_ = 0;    // When `keys_` were last confirmed.
  int64_t looked_at_us_ = 0;  // When the last look ended, whatever came of it.
  int64_t next_look_us_ = 0;
  bool looked_ = false;
  bool reachable_ = true;  // What was logged last.
  int64_t failures_ = 0;   // In a row.
  bool stopping_ = false;
  std::string userinfo_endpoint_;
  std::vector<std::function<void()>> waiting_;
  std::deque<Question> questions_;
  GroupCache groups_;
};

}  // namespace portreeve::oidc
