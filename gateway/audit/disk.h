// The one seam to the file system's writes, so that tests can make a disk full or broken.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace portreeve::audit {

// The calls mean what the system calls mean: -1 and errno on failure. Thread-safe.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual ssize_t Write(int fd, const char* bytes, size_t count, off_t offset);  // pwrite(2)
  virtual int Sync(int fd);                                                      // fdatasync(2)
  virtual int SyncFolder(int fd);                                                // fsync(2)
  virtual int Truncate(int fd, off_t size);                                      // ftruncate(2)
  virtual int Create(int folder_fd, const char* name);  // openat(2), O_CREAT | O_RDWR
};

}  // namespace portreeve::audit
