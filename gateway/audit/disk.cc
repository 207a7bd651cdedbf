#include "audit/disk.h"

#include <fcntl.h>
#include <unistd.h>

namespace portreeve::audit {

ssize_t Disk::Write(int fd, const char* bytes, size_t count, off_t offset) {
  return pwrite(fd, bytes, count, offset);
}

int Disk::Sync(int fd) { return fdatasync(fd); }

int Disk::SyncFolder(int fd) { return fsync(fd); }

int Disk::Truncate(int fd, off_t size) { return ftruncate(fd, size); }

int Disk::Create(int folder_fd, const char* name) {
  return openat(folder_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

}  // namespace portreeve::audit
