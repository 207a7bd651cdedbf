// The catalogs of all databases that have sessions, read when they are first needed, again every
// minute, and when a session has changed one. Its one rule: who asks for a reading gets one that
// began after the question, and however many ask, one is under way and one waits. A catalog that
// has kept its stamp is not read again.
//
// How the front uses it: before it opens a session whose grant needs the catalog it calls Open()
// and Ensure(), and goes on in the callback (posted to its own loop), or refuses the session if
// there is an error. The session keeps the feed for as long as it lives, which keeps the catalog
// fresh; before a statement it compares feed->generation() and takes feed->snapshot() if it has
// risen. When a statement that may have changed the catalog has ended, the session calls Refresh()
// and holds back what comes next until the callback has run. The gateway makes the store after the
// fleet and destroys it after the link's threads have ended, before the fleet.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/journal.h"
#include "base/log.h"
#include "base/status.h"
#include "catalog/snapshot.h"
#include "fleet/fleet.h"
#include "introspect/catalog_feed.h"
#include "introspect/catalog_read.h"
#include "net/event_loop.h"

namespace portreeve::introspect {

struct CatalogKey {
  std::string connection;
  std::string database;  // Empty: the connection's own.
  auto operator<=>(const CatalogKey&) const = default;
};

struct StoreOptions {
  int64_t refresh_us = 60'000'000;  // Of what sessions hold.
  int64_t read_timeout_us = 30'000'000;
  int64_t failure_us = 2'000'000;  // Ensure() gives the last error for so long.
  int64_t keep_us = 600'000'000;   // What no session holds is forgotten after it.
  size_t reads = 2;                // Under way at once.
  size_t databases = 1'000;
};

// Thread-safe. Has a thread of its own, on which all callbacks run; they must not wait.
class CatalogStore {
 public:
  // All must outlive the store.
  CatalogStore(fleet::Fleet& fleet, audit::Journal& journal, base::Logger& logger,
               StoreOptions options = {});
  // Callbacks that have not run by now never will.
  ~CatalogStore();
  CatalogStore(const CatalogStore&) = delete;
  CatalogStore& operator=(const CatalogStore&) = delete;

  using Snapshot = std::shared_ptr<const catalog::Snapshot>;
  using Callback = std::function<void(absl::StatusOr<Snapshot>)>;

  // Whoever holds it has the catalog refreshed. Null: there are too many databases.
  std::shared_ptr<CatalogFeed> Open(const CatalogKey& key);
  // Null: nothing has been read yet, or not for long.
  Snapshot Get(const CatalogKey& key) const;
  // `done` runs with a snapshot that is not older than the time between two refreshes.
  void Ensure(const CatalogKey& key, Callback done);
  // `done` runs when a reading that began after this call has ended.
  void Refresh(const CatalogKey& key, Callback done);

 private:
  struct Entry {
    std::shared_ptr<CatalogFeed> feed = std::make_shared<CatalogFeed>();
    std::vector<Callback> queued;  // For the next reading.
    std::vector<Callback> riding;  // For the one under way.
    std::shared_ptr<CatalogRead> read;
    bool waiting = false;     // For its turn.
    bool reading = false;     // Since `began_us`.
    uint64_t number = 0;      // Of the reading: what an earlier one still says is passed over.
    bool has_failed = false;  // The last reading.
    bool tried_again = false;
    int64_t began_us = 0;  // The reading under way.
    int64_t fresh_us = 0;  // When the last good reading began.
    int64_t failed_us = 0;
    int64_t used_us = 0;
    absl::Status failure;
    net::EventLoop::TimerId deadline{};
    // Of the feed's snapshot, once it has one.
    std::optional<Stamp> stamp;
    BuiltIn built_in;
  };

  // All on the loop's thread. Entries are only added and removed under the mutex.
  Entry* Find(const CatalogKey& key);
  void Want(const CatalogKey& key, Entry& entry);
  void StartSome();
  void Start(const CatalogKey& key, Entry& entry);
  absl::Status Record(const CatalogKey& key, const std::string& agent);
  void RecordEnd(const CatalogKey& key, const std::string& agent,
                 const absl::StatusOr<Snapshot>& result);
  void OnAnswer(const CatalogKey& key, uint64_t number, absl::StatusOr<CatalogRead::Answer> answer);
  // Of what has been answered; the entry then knows its stamp, and what initdb made.
  static absl::StatusOr<Snapshot> MakeSnapshot(Entry& entry,
                                               const absl::StatusOr<CatalogRead::Answer>& answer);
  void Settle(const CatalogKey& key, Entry& entry, const absl::StatusOr<Snapshot>& result);
  void Tick();

  fleet::Fleet& fleet_;
  audit::Journal& journal_;
  base::Logger& logger_;
  const StoreOptions options_;
  // Shared with the readings, which a lane may still call when the store has gone.
  const std::shared_ptr<net::EventLoop> loop_;
  std::deque<CatalogKey> waiting_;  // Loop thread.
  size_t reads_ = 0;                // Loop thread.
  mutable std::mutex mutex_;
  std::map<CatalogKey, Entry> entries_;  // mutex_ for its shape; an entry's insides: loop thread.
  std::thread thread_;
};

}  // namespace portreeve::introspect
