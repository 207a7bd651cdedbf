#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/random.h"
#include "base/unique_fd.h"

namespace portreeve::base {

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, size_t limit_bytes) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus("cannot open " + path.string(), errno);
  std::string content;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t got = read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus("cannot read " + path.string(), errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<size_t>(got));
    if (content.size() > limit_bytes) {
      return ResourceExhausted(path.string() + " is larger than " + std::to_string(limit_bytes) +
                               " bytes");
    }
  }
}

absl::Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                                 unsigned mode) {
  const std::string sibling = path.string() + "." + SecureRandomToken(6);
  UniqueFd fd(open(sibling.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd.valid()) return ErrnoStatus("cannot create " + sibling, errno);
  auto fail = [&](const char* what) {
    const absl::Status status = ErrnoStatus(std::string(what) + " " + sibling, errno);
    unlink(sibling.c_str());
    return status;
  };
  // The umask may have taken bits away.
  if (fchmod(fd.get(), mode) != 0) return fail("cannot set the permission of");
  while (!content.empty()) {
    const ssize_t put = write(fd.get(), content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail("cannot write");
    content.remove_prefix(static_cast<size_t>(put));
  }
  if (fsync(fd.get()) != 0) return fail("cannot sync");
  if (rename(sibling.c_str(), path.c_str()) != 0) return fail("cannot rename");
  const UniqueFd folder(open(path.has_parent_path() ? path.parent_path().c_str() : ".",
                             O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.valid()) fsync(folder.get());
  return absl::OkStatus();
}

}  // namespace portreeve::base
