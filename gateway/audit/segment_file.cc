#include "audit/segment_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "audit/format.h"
#include "base/file.h"

namespace portreeve::audit {

absl::StatusOr<SegmentList> ListSegments(const std::filesystem::path& dir) {
  SegmentList list;
  std::error_code error;
  std::filesystem::directory_iterator entry(dir, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto key = ParseSegmentName(entry->path().filename().string());
    if (key) list[key->lane].insert(key->number);
  }
  if (error) return base::ErrnoStatus("cannot list " + dir.string(), error.value());
  return list;
}

absl::StatusOr<size_t> ReadAt(int fd, uint64_t offset, size_t count, std::string& into) {
  const size_t before = into.size();
  into.resize(before + count);
  size_t done = 0;
  while (done < count) {
    const ssize_t got =
        pread(fd, into.data() + before + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      into.resize(before);
      return base::ErrnoStatus("cannot read", error);
    }
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  into.resize(before + done);
  return done;
}

absl::StatusOr<uint64_t> FileSize(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return base::ErrnoStatus("cannot stat", errno);
  return static_cast<uint64_t>(info.st_size);
}

absl::StatusOr<base::UniqueFd> OpenFolder(const std::filesystem::path& dir) {
  base::UniqueFd folder(open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return base::ErrnoStatus("cannot open " + dir.string(), errno);
  return folder;
}

absl::StatusOr<std::string> ReadJournalId(const std::filesystem::path& dir) {
  const std::filesystem::path path = dir / kJournalFileName;
  ASSIGN_OR_RETURN(const std::string content, base::ReadFile(path, 1024));
  absl::StatusOr<std::string> id = DecodeJournalFile(content);
  if (!id.ok()) return base::Annotate(id.status(), path.string());
  return id;
}

}  // namespace portreeve::audit
