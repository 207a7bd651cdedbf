#include "base/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace portreeve::base {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "portreeve-base-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path_), {}));
  }

 private:
  fs::path path_;
};

unsigned ModeOf(const fs::path& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

TEST_CASE("what is written is read again, whatever bytes it holds") {
  const TempFolder folder;
  const fs::path path = folder.path() / "file";
  for (const size_t size : {0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 300'000}) {
    std::string content;
    for (size_t i = 0; i < size; ++i) content += static_cast<char>(i * 7);
    REQUIRE(WriteFileAtomically(path, content, 0600).ok());
    const auto read = ReadFile(path, size);
    REQUIRE(read.ok());
    CHECK(*read == content);
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("a file that is one byte too large is refused, and the limit itself is not") {
  const TempFolder folder;
  const fs::path path = folder.path() / "file";
  for (const size_t limit : {0, 10, 16 * 1024, 100'000}) {
    REQUIRE(WriteFileAtomically(path, std::string(limit, 'x'), 0600).ok());
    CHECK(ReadFile(path, limit).ok());
    REQUIRE(WriteFileAtomically(path, std::string(limit + 1, 'x'), 0600).ok());
    const auto read = ReadFile(path, limit);
    CHECK(read.status().code() == absl::StatusCode::kResourceExhausted);
    CHECK_THAT(std::string(read.status().message()), Contains(std::to_string(limit)));
  }
  // A device never ends by itself.
  CHECK(ReadFile("/dev/zero", 100'000).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a file that is not there is told apart from one that cannot be read") {
  const TempFolder folder;
  CHECK(ReadFile(folder.path() / "none", 10).status().code() == absl::StatusCode::kNotFound);
  CHECK(ReadFile(folder.path(), 10).status().code() == absl::StatusCode::kUnavailable);
  const absl::Status status = ReadFile(folder.path() / "none", 10).status();
  CHECK_THAT(std::string(status.message()), Contains("none: No such file or directory"));
}

TEST_CASE("a file has the permission that was asked for, whatever the umask is") {
  const TempFolder folder;
  const mode_t before = umask(0);
  for (const unsigned mask : {0u, 022u, 077u}) {
    for (const unsigned mode : {0600u, 0640u, 0644u, 0400u}) {
      umask(mask);
      const fs::path path = folder.path() / (std::to_string(mask) + "-" + std::to_string(mode));
      REQUIRE(WriteFileAtomically(path, "x", mode).ok());
      INFO("umask " << mask << " mode " << mode);
      CHECK(ModeOf(path) == mode);
    }
  }
  umask(before);
}

TEST_CASE("the new file's permission replaces the old one's") {
  const TempFolder folder;
  const fs::path path = folder.path() / "key";
  REQUIRE(WriteFileAtomically(path, "public", 0644).ok());
  REQUIRE(WriteFileAtomically(path, "secret", 0600).ok());
  CHECK(ModeOf(path) == 0600);
}

TEST_CASE("a reader sees the old or the new content and nothing between") {
  const TempFolder folder;
  const fs::path path = folder.path() / "file";
  const std::string contents[] = {std::string(200'000, 'a'), std::string(100'000, 'b')};
  REQUIRE(WriteFileAtomically(path, contents[0], 0600).ok());
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (int i = 1; i <= 100; ++i) {
      if (!WriteFileAtomically(path, contents[i % 2], 0600).ok()) break;
    }
    over = true;
  });
  bool torn = false;
  while (!over) {
    const auto read = ReadFile(path, 1 << 20);
    torn = torn || !read.ok() || (*read != contents[0] && *read != contents[1]);
  }
  writer.join();
  CHECK_FALSE(torn);
  CHECK(folder.files() == 1);
}

TEST_CASE("a write that fails leaves the old file and no rubbish") {
  const TempFolder folder;
  const fs::path path = folder.path() / "file";
  REQUIRE(WriteFileAtomically(path, "old", 0600).ok());
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const absl::Status status = WriteFileAtomically(path, std::string(5000, 'x'), 0600);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK_FALSE(status.ok());
  CHECK_THAT(std::string(status.message()), Contains("File too large"));
  CHECK(ReadFile(path, 100).value() == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("a folder is never replaced by a file") {
  const TempFolder folder;
  fs::create_directory(folder.path() / "taken");
  CHECK_FALSE(WriteFileAtomically(folder.path() / "taken", "x", 0600).ok());
  CHECK(fs::is_directory(folder.path() / "taken"));
  CHECK(folder.files() == 1);
  CHECK(WriteFileAtomically(folder.path() / "no" / "file", "x", 0600).code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("a link is replaced, and what it points to stays as it was") {
  const TempFolder folder;
  REQUIRE(WriteFileAtomically(folder.path() / "target", "old", 0600).ok());
  fs::create_symlink(folder.path() / "target", folder.path() / "link");
  REQUIRE(WriteFileAtomically(folder.path() / "link", "new", 0600).ok());
  CHECK(ReadFile(folder.path() / "target", 100).value() == "old");
  CHECK(ReadFile(folder.path() / "link", 100).value() == "new");
  CHECK_FALSE(fs::is_symlink(folder.path() / "link"));
}

}  // namespace
}  // namespace portreeve::base
