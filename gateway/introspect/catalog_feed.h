// One database's catalog, as its sessions see it: the newest snapshot, and a number that rises with
// each. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "catalog/snapshot.h"

namespace portreeve::introspect {

class CatalogFeed {
 public:
  // Cheap enough to ask before every statement. 0: nothing has been read yet.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // Null: nothing has been read yet.
  std::shared_ptr<const catalog::Snapshot> snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }
  // A reading that found nothing new leaves snapshot and generation as they are.
  void Set(std::shared_ptr<const catalog::Snapshot> snapshot) {
    const std::lock_guard lock(mutex_);
    if (snapshot_ != nullptr && snapshot_->version() == snapshot->version()) return;
    snapshot_ = std::move(snapshot);
    generation_.fetch_add(1, std::memory_order_release);
  }

 private:
  std::atomic<uint64_t> generation_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const catalog::Snapshot> snapshot_;  // mutex_
};

}  // namespace portreeve::introspect
