// One database's catalog for a session, out of the gateway's store. As long as a session has it,
// the store keeps it fresh.
#pragma once

#include <memory>
#include <utility>

#include "introspect/catalog_store.h"
#include "session/database_catalog.h"

namespace portreeve::front {

class StoredCatalog final : public session::DatabaseCatalog {
 public:
  // `store` must outlive every session that runs.
  StoredCatalog(introspect::CatalogStore& store, introspect::CatalogKey key,
                std::shared_ptr<introspect::CatalogFeed> feed)
      : store_(store), key_(std::move(key)), feed_(std::move(feed)) {}

  std::shared_ptr<const catalog::Snapshot> Current() const override { return feed_->snapshot(); }
  uint64_t generation() const override { return feed_->generation(); }
  void Refresh(Done done) override {
    store_.Refresh(key_, [done = std::move(done)](const auto& read) { done(read.status()); });
  }

 private:
  introspect::CatalogStore& store_;
  const introspect::CatalogKey key_;
  const std::shared_ptr<introspect::CatalogFeed> feed_;
};

}  // namespace portreeve::front
