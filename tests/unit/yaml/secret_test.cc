#include "yaml/secret.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "reading.h"

namespace portreeve::yaml {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Messages = std::vector<std::string>;

class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "portreeve-yaml-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  fs::path Put(const std::string& name, std::string_view content, unsigned mode = 0600) const {
    REQUIRE(base::WriteFileAtomically(path_ / name, content, mode).ok());
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::optional<SecretRef> Read(Reading& reading, const fs::path& folder) {
  return ReadSecret(reading.node(), folder, reading.diagnostics);
}

TEST_CASE("a secret is read from its file or the environment, anew each time") {
  const TempFolder folder;
  folder.Put("pass", "first\n");
  Reading from_file("{ from_file: pass }");
  const auto secret = Read(from_file, folder.path());
  REQUIRE(secret);
  CHECK(secret->Resolve().value() == "first");
  folder.Put("pass", "second");
  CHECK(secret->Resolve().value() == "second");
  Reading absolute("{ from_file: " + (folder.path() / "pass").string() + " }");
  CHECK(Read(absolute, "/elsewhere")->Resolve().value() == "second");

  Reading from_env("{ from_env: PORTREEVE_TEST_SECRET }");
  const auto variable = Read(from_env, folder.path());
  REQUIRE(variable);
  unsetenv("PORTREEVE_TEST_SECRET");
  CHECK(variable->Resolve().status().code() == absl::StatusCode::kNotFound);
  setenv("PORTREEVE_TEST_SECRET", "", 1);
  CHECK_FALSE(variable->Resolve().ok());
  setenv("PORTREEVE_TEST_SECRET", "third", 1);
  CHECK(variable->Resolve().value() == "third");
  unsetenv("PORTREEVE_TEST_SECRET");
}

TEST_CASE("one line end at the end is not part of the secret") {
  const TempFolder folder;
  const auto read = [&](std::string_view content) {
    return SecretRef{folder.Put("pass", content), ""}.Resolve();
  };
  CHECK(read("a").value() == "a");
  CHECK(read("a\n").value() == "a");
  CHECK(read("a\r\n").value() == "a");
  CHECK(read("a\n\n").value() == "a\n");
  CHECK(read(" a b \n").value() == " a b ");
  CHECK(read("a\r").value() == "a\r");
  for (const std::string_view empty : {"", "\n", "\r\n"}) {
    CHECK(read(empty).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a file that others may read or write is refused") {
  const TempFolder folder;
  for (const unsigned mode : {0600u, 0400u, 0700u}) {
    CHECK(SecretRef{folder.Put("pass", "x", mode), ""}.Resolve().ok());
  }
  for (const unsigned mode : {0640u, 0604u, 0620u, 0602u, 0644u, 0610u, 0601u}) {
    INFO(mode);
    const auto secret = SecretRef{folder.Put("pass", "secret", mode), ""}.Resolve();
    CHECK(secret.status().code() == absl::StatusCode::kPermissionDenied);
    CHECK_THAT(std::string(secret.status().message()), Contains("pass") && Contains("chmod 600"));
  }
  // What counts is the file, not the link to it.
  fs::create_symlink(folder.Put("open", "secret", 0644), folder.path() / "link");
  CHECK(SecretRef{folder.path() / "link", ""}.Resolve().status().code() ==
        absl::StatusCode::kPermissionDenied);
}

// Resolves as the user and group `nobody`; the exit code tells how it went.
int ResolvesAsNobody(const fs::path& file) {
  constexpr unsigned kNobody = 65534;
  const pid_t child = fork();
  if (child == 0) {
    const bool changed = setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0;
    _exit(!changed ? 2 : SecretRef{file, ""}.Resolve().ok() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_CASE("root may hand a secret to a group, as Kubernetes does") {
  if (geteuid() != 0) {
    WARN("only root can make root's files");
    return;
  }
  const TempFolder folder;
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  const auto handed = [&folder](uid_t owner, mode_t mode) {
    const fs::path file = folder.Put("pass", "secret", mode);
    REQUIRE(chown(file.c_str(), owner, 65534) == 0);
    REQUIRE(chmod(file.c_str(), mode) == 0);
    return ResolvesAsNobody(file);
  };
  CHECK(handed(0, 0440) == 0);
  CHECK(handed(0, 0640) == 0);
  CHECK(handed(0, 0460) == 1);
  CHECK(handed(0, 0444) == 1);
  CHECK(handed(65534, 0440) == 1);
  // Root itself needs no group.
  CHECK_FALSE(SecretRef{folder.Put("pass", "secret", 0440), ""}.Resolve().ok());
}

TEST_CASE("a secret that is not there or too large is an error that does not tell it") {
  const TempFolder folder;
  CHECK(SecretRef{folder.path() / "none", ""}.Resolve().status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(SecretRef{folder.Put("big", std::string(64 * 1024, 's')), ""}.Resolve().ok());
  const auto large = SecretRef{folder.Put("big", std::string(64 * 1024 + 1, 's')), ""}.Resolve();
  CHECK(large.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(large.status().message()), !Contains("sss"));
  REQUIRE(chmod(folder.path().c_str(), 0700) == 0);
  CHECK_FALSE(SecretRef{folder.path(), ""}.Resolve().ok());
}

TEST_CASE("a secret in the file itself is refused and not repeated") {
  Reading reading("hunter2");
  CHECK_FALSE(Read(reading, "/"));
  CHECK(reading.messages() ==
        Messages{"f:1:1: a secret does not stand here itself: use { from_file: path }"});
  Reading list("[hunter2]");
  CHECK_FALSE(Read(list, "/"));
  CHECK_THAT(list.diagnostics.ToString(), !Contains("hunter2"));
}

TEST_CASE("a secret has one source, and that has a name") {
  const auto messages = [](const char* text) {
    Reading reading(text);
    CHECK_FALSE(Read(reading, "/"));
    return reading.messages();
  };
  const std::string needs = "f:1:1: a secret needs either `from_file` or `from_env`";
  CHECK(messages("{}") == Messages{needs});
  CHECK(messages("{ from_file: a, from_env: B }") == Messages{needs});
  CHECK(messages("{ from_fil: a }") ==
        Messages{needs, "f:1:3: secret has no `from_fil`; did you mean `from_file`?"});
  CHECK(messages("{ from_file: \"\" }") == Messages{"f:1:14: `from_file`: must not be empty"});
  CHECK(messages("{ from_env: \"\" }") == Messages{"f:1:13: `from_env`: must not be empty"});
  CHECK(messages("{ from_env: A, value: x }") == Messages{"f:1:16: secret has no `value`"});
}

}  // namespace
}  // namespace portreeve::yaml
