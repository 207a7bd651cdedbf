// What a session knows of its database: the latest reading of its catalog, and a way to have it
// read again. Its one rule: nothing waits here. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "catalog/snapshot.h"

namespace portreeve::session {

class DatabaseCatalog {
 public:
  using Done = std::function<void(const absl::Status&)>;

  virtual ~DatabaseCatalog() = default;
  // Rises with each new reading; cheap enough to ask before every statement.
  virtual uint64_t generation() const = 0;
  // Null: it has not been read yet.
  virtual std::shared_ptr<const catalog::Snapshot> Current() const = 0;
  // Reads it, beginning after this call. `done` runs once, on any thread; Current() is the new one
  // by then.
  virtual void Refresh(Done done) = 0;
};

}  // namespace portreeve::session
