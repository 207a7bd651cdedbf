// Small calls on a journal's folder that writer and readers share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/status.h"
#include "base/unique_fd.h"

namespace portreeve::audit {

// Segment numbers by lane.
using SegmentList = std::map<uint32_t, std::set<uint64_t>>;

// Names that are not a segment's are passed over.
absl::StatusOr<SegmentList> ListSegments(const std::filesystem::path& dir);

// pread(2) until `count` bytes or the end of the file; the bytes are appended to `into`.
absl::StatusOr<size_t> ReadAt(int fd, uint64_t offset, size_t count, std::string& into);

absl::StatusOr<uint64_t> FileSize(int fd);

absl::StatusOr<base::UniqueFd> OpenFolder(const std::filesystem::path& dir);

// The journal's id, from its file JOURNAL.
absl::StatusOr<std::string> ReadJournalId(const std::filesystem::path& dir);

}  // namespace portreeve::audit
