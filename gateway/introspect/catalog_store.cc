#include "introspect/catalog_store.h"

#include <utility>

namespace portreeve::introspect {
namespace {

constexpr int64_t kTicksPerRefresh = 4;

proto::audit::Record ReadingOf(const CatalogKey& key, const std::string& agent) {
  proto::audit::Record record;
  auto& read = *record.mutable_catalog_read();
  read.set_connection(key.connection);
  read.set_database(key.database);
  read.set_agent(agent);
  return record;
}

}  // namespace

CatalogStore::CatalogStore(fleet::Fleet& fleet, audit::Journal& journal, base::Logger& logger,
                           StoreOptions options)
    : fleet_(fleet),
      journal_(journal),
      logger_(logger),
      options_(options),
      loop_(std::make_shared<net::EventLoop>()) {
  loop_->Post([this] { Tick(); });
  thread_ = std::thread([loop = loop_] { loop->Run(); });
}

CatalogStore::~CatalogStore() {
  loop_->Stop();
  thread_.join();
  for (auto& [key, entry] : entries_) {
    if (entry.read == nullptr) continue;
    loop_->CancelTimer(entry.deadline);
    entry.read->Abort("the gateway stops");
  }
}

std::shared_ptr<CatalogFeed> CatalogStore::Open(const CatalogKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second.feed;
  if (entries_.size() >= options_.databases) return nullptr;
  return entries_[key].feed;
}

CatalogStore::Snapshot CatalogStore::Get(const CatalogKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.feed->snapshot();
}

void CatalogStore::Ensure(const CatalogKey& key, Callback done) {
  loop_->Post([this, key, done = std::move(done)] {
    Entry* entry = Find(key);
    if (entry == nullptr) return done(base::ResourceExhausted("too many databases"));
    const int64_t now = loop_->now_us();
    if (entry->fresh_us > 0 && now - entry->fresh_us < options_.refresh_us) {
      return done(entry->feed->snapshot());
    }
    if (entry->has_failed && now - entry->failed_us < options_.failure_us) {
      return done(entry->failure);
    }
    if (entry->reading) return entry->riding.push_back(done);
    entry->queued.push_back(done);
    Want(key, *entry);
  });
}

void CatalogStore::Refresh(const CatalogKey& key, Callback done) {
  loop_->Post([this, key, done = std::move(done)] {
    Entry* entry = Find(key);
    if (entry == nullptr) return done(base::ResourceExhausted("too many databases"));
    entry->queued.push_back(done);
    Want(key, *entry);
  });
}

CatalogStore::Entry* CatalogStore::Find(const CatalogKey& key) {
  if (Open(key) == nullptr) return nullptr;
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[key];
  entry.used_us = loop_->now_us();
  return &entry;
}

void CatalogStore::Want(const CatalogKey& key, Entry& entry) {
  // What is under way does not count for who asks now: the next begins when it has ended.
  if (entry.reading || std::exchange(entry.waiting, true)) return;
  waiting_.push_back(key);
  StartSome();
}

void CatalogStore::StartSome() {
  while (reads_ < options_.reads && !waiting_.empty()) {
    const CatalogKey key = std::move(waiting_.front());
    waiting_.pop_front();
    Entry* entry = Find(key);
    entry->waiting = false;
    ++reads_;
    Start(key, *entry);
  }
}

void CatalogStore::Start(const CatalogKey& key, Entry& entry) {
  entry.riding.insert(entry.riding.end(), std::make_move_iterator(entry.queued.begin()),
                      std::make_move_iterator(entry.queued.end()));
  entry.queued.clear();
  entry.began_us = loop_->now_us();
  entry.reading = true;
  // Never from within a call: the entry is still being written to.
  const auto end = [this, key,
                    number = ++entry.number](absl::StatusOr<CatalogRead::Answer> answer) {
    loop_->Post([this, key, number, answer = std::move(answer)]() mutable {
      OnAnswer(key, number, std::move(answer));
    });
  };
  std::shared_ptr<fleet::Tunnel> tunnel = fleet_.Pick(key.connection);
  if (tunnel == nullptr) {
    return end(base::Unavailable("no agent reaches the connection " + key.connection));
  }
  const std::string agent = tunnel->agent_id();
  const auto read = std::make_shared<CatalogRead>(loop_, std::move(tunnel));
  entry.read = read;
  entry.deadline = loop_->RunAt(entry.began_us + options_.read_timeout_us, [read, end] {
    read->Abort("the catalog was not read in time");
    end(base::Unavailable("the catalog was not read in time"));
  });
  read->Begin(
      key.connection, key.database, entry.stamp, [this, key, agent] { return Record(key, agent); },
      end);
}

absl::Status CatalogStore::Record(const CatalogKey& key, const std::string& agent) {
  return journal_.control().Append(ReadingOf(key, agent));
}

void CatalogStore::RecordEnd(const CatalogKey& key, const std::string& agent,
                             const absl::StatusOr<Snapshot>& result) {
  proto::audit::Record record = ReadingOf(key, agent);
  auto& read = *record.mutable_catalog_read();
  read.set_ended(true);
  if (result.ok()) {
    read.set_version((*result)->version());
    read.set_relations((*result)->parts().relations.size());
    read.set_functions((*result)->parts().functions.size());
  } else {
    read.set_error(std::string(base::FromAbsl(result.status().message())));
  }
  journal_.control().Queue(std::move(record));
}

absl::StatusOr<CatalogStore::Snapshot> CatalogStore::MakeSnapshot(
    Entry& entry, const absl::StatusOr<CatalogRead::Answer>& answer) {
  RETURN_IF_ERROR(answer.status());
  using Scope = CatalogRead::Answer::Scope;
  if (answer->scope == Scope::kNothing) return entry.feed->snapshot();
  const bool whole = answer->scope == Scope::kWhole;
  ASSIGN_OR_RETURN(CatalogAnswer decoded, whole ? DecodeCatalog(answer->text)
                                                : DecodeCatalog(answer->text, entry.built_in));
  if (whole) entry.built_in = BuiltInOf(decoded);
  entry.stamp = std::move(decoded.stamp);
  return catalog::Snapshot::Make(std::move(decoded.parts));
}

void CatalogStore::OnAnswer(const CatalogKey& key, uint64_t number,
                            absl::StatusOr<CatalogRead::Answer> answer) {
  Entry* entry = Find(key);
  if (entry == nullptr || !entry->reading || entry->number != number) return;
  const absl::StatusOr<Snapshot> result = MakeSnapshot(*entry, answer);
  if (entry->read != nullptr) {
    loop_->CancelTimer(entry->deadline);
    RecordEnd(key, entry->read->agent_id(), result);
    entry->read = nullptr;
  }
  entry->reading = false;
  --reads_;
  // Something may have been dropped between two of the statements.
  if (absl::IsAborted(result.status()) && !std::exchange(entry->tried_again, true)) {
    return Want(key, *entry);
  }
  entry->tried_again = false;
  Settle(key, *entry, result);
  StartSome();
}

void CatalogStore::Settle(const CatalogKey& key, Entry& entry,
                          const absl::StatusOr<Snapshot>& result) {
  entry.has_failed = !result.ok();
  absl::StatusOr<Snapshot> told = result;
  if (result.ok()) {
    entry.fresh_us = entry.began_us;
    entry.feed->Set(*result);
    told = entry.feed->snapshot();
  } else {
    entry.failed_us = loop_->now_us();
    entry.failure = result.status();
    const std::string reason(base::FromAbsl(result.status().message()));
    // That an agent or a server has gone is told elsewhere.
    if (absl::IsUnavailable(result.status())) {
      logger_.Info(
          "a catalog could not be read",
          {{"connection", key.connection}, {"database", key.database}, {"reason", reason}});
    } else {
      logger_.Warn(
          "a catalog could not be read",
          {{"connection", key.connection}, {"database", key.database}, {"reason", reason}});
    }
  }
  const std::vector<Callback> riding = std::exchange(entry.riding, {});
  if (!entry.queued.empty()) Want(key, entry);
  for (const Callback& done : riding) done(told);
}

void CatalogStore::Tick() {
  const int64_t now = loop_->now_us();
  std::vector<CatalogKey> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
      Entry& entry = it->second;
      const bool held = entry.feed.use_count() > 1;
      const bool busy = entry.reading || entry.waiting;
      if (held || entry.used_us == 0) entry.used_us = now;
      // What nobody has asked for yet is not wanted yet.
      const bool stale = entry.began_us > 0 && now - entry.began_us >= options_.refresh_us;
      if (held && !busy && stale) due.push_back(it->first);
      if (!held && !busy && now - entry.used_us >= options_.keep_us) {
        it = entries_.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (const CatalogKey& key : due) Want(key, *Find(key));
  loop_->RunAt(now + options_.refresh_us / kTicksPerRefresh, [this] { Tick(); });
}

}  // namespace portreeve::introspect
