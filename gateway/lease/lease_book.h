// All leases that have not expired: issued, looked up at sign-in, listed and revoked. Its one rule:
// what a lookup does and how long it takes is the same for every user name, whether there is such a
// lease or not.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "lease/lease.h"
#include "store/store.h"

namespace portreeve::lease {

struct LeaseRequest {
  identity::Principal principal;
  std::string connection;
  std::string grant;
  int64_t lifetime_us = 0;
  std::string client_address;  // For the record.
};

struct IssuedLease {
  std::shared_ptr<const Lease> lease;
  std::string secret;  // Kept nowhere.
};

// What a client that signs in must know.
struct Credential {
  scram::Verifier verifier;            // A mock unless the lease is live.
  std::shared_ptr<const Lease> lease;  // Null unless it is live.
  std::string fault;                   // Why it is not, for the record.
};

// Thread-safe.
class LeaseBook {
 public:
  static constexpr int64_t kMaxLifetimeUs = int64_t{12} * 3600 * 1'000'000;
  static constexpr int64_t kDefaultLifetimeUs = int64_t{3600} * 1'000'000;
  // Of one subject of one issuer, live at the same time.
  static constexpr size_t kMaxPerPrincipal = 32;
  // The same, with those that are revoked and would not have expired yet.
  static constexpr size_t kMaxKeptPerPrincipal = 1'000;
  static constexpr size_t kMaxLeases = 100'000;
  // Expired leases are deleted within this time.
  static constexpr int64_t kSweepIntervalUs = 60'000'000;

  // Reads what the store holds. `secret` makes the salts: random, kept, and the same for all
  // gateways of one store. The others must outlive the book.
  static absl::StatusOr<std::unique_ptr<LeaseBook>> Open(store::Store& store,
                                                         audit::Journal& journal,
                                                         const base::Clock& clock,
                                                         base::Logger& logger, std::string secret);
  ~LeaseBook();

  // On record and in the store before it returns. kResourceExhausted: there are too many;
  // kInvalidArgument: the lifetime is out of bounds.
  absl::StatusOr<IssuedLease> Issue(const LeaseRequest& request);

  // Waits for no disk.
  Credential Find(const std::string& user) const;
  bool IsLive(const std::string& id) const;

  // By age; also revoked ones until they expire.
  std::vector<std::shared_ptr<const Lease>> List() const;
  // kNotFound: there is none, or it has expired.
  absl::StatusOr<std::shared_ptr<const Lease>> FindById(const std::string& id) const;

  // On record before it is done; from its return on nobody signs in with it. A second time does
  // nothing. Open sessions are the front's to end.
  absl::Status Revoke(const std::string& id, const std::string& by, const std::string& reason);

  // Deletes what has expired; the book does it by itself every kSweepIntervalUs.
  absl::Status Sweep();

 private:
  using LeasePtr = std::shared_ptr<const Lease>;

  LeaseBook(store::Store& store, audit::Journal& journal, const base::Clock& clock,
            base::Logger& logger, std::string secret)
      : store_(store),
        journal_(journal),
        clock_(clock),
        logger_(logger),
        secret_(std::move(secret)) {}

  absl::Status Load();
  absl::Status CheckRoom(const identity::Principal& principal, int64_t now_us) const;
  absl::Status RecordIssue(const Lease& lease, const std::string& client_address);
  void KeepSweeping();

  store::Store& store_;
  audit::Journal& journal_;
  const base::Clock& clock_;
  base::Logger& logger_;
  const std::string secret_;

  std::mutex write_mutex_;  // Held over changes, with their disk writes; before mutex_.
  mutable std::mutex mutex_;
  std::unordered_map<std::string, LeasePtr> by_user_;  // mutex_
  std::unordered_map<std::string, LeasePtr> by_id_;    // mutex_

  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // stop_mutex_
  std::thread sweeper_;
};

}  // namespace portreeve::lease
