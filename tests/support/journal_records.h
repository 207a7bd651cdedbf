// All that a journal holds, in order.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "audit/reader.h"

namespace portreeve::support {

inline std::vector<proto::audit::Record> RecordsIn(const std::filesystem::path& journal) {
  const auto reader = audit::JournalReader::Open(journal);
  REQUIRE(reader.ok());
  std::vector<proto::audit::Record> records;
  for (;;) {
    auto entry = (*reader)->Next();
    REQUIRE(entry.ok());
    if (!*entry) return records;
    records.push_back(std::move((*entry)->record));
  }
}

}  // namespace portreeve::support
