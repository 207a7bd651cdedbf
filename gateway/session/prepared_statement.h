// A statement that was parsed and decided. Immutable; shared by its name, its portals and its
// turns. What all of one session hold together is counted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "sql/facts.h"

namespace portreeve::session {

// Bytes that the prepared statements of one session hold. Any thread.
using HeldBytes = std::shared_ptr<std::atomic<size_t>>;

struct PreparedStatement {
  explicit PreparedStatement(HeldBytes counter) : held(std::move(counter)) {}
  ~PreparedStatement() { held->fetch_sub(bytes); }
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  // Once the rest is filled in.
  void Count(size_t held_bytes) {
    bytes = held_bytes;
    held->fetch_add(bytes);
  }

  std::string text;
  std::string redacted;  // What is recorded of the text; empty: all of it.
  sql::Facts facts;
  bool durable_first = false;  // Its record must be fsynced before it is forwarded.
  size_t copies_in = 0;        // COPY ... FROM STDIN in it.
  bool uses_names = false;     // One of its statements has a `name_use`.

  // The decision, and the standing that it was made under.
  uint64_t standing = 0;
  std::string rule;
  std::shared_ptr<const base::Refusal> refusal;  // Set: it was refused.
  uint32_t position = 0;                         // For a syntax error; in characters from 1.

  // What PREPARE and DECLARE in it make, by the index of the statement. Empty if there are none.
  std::vector<std::shared_ptr<const PreparedStatement>> makes;

  const HeldBytes held;
  size_t bytes = 0;
};

}  // namespace portreeve::session
