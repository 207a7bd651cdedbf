// The SQLite file itself: its mode, and what is said of one that cannot be used.

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "folder.h"

namespace portreeve::store {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

void Run(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

std::string ErrorOf(const Folder& folder) {
  const auto store = SqliteStore::Open(folder.file());
  REQUIRE_FALSE(store.ok());
  const std::string error(base::FromAbsl(store.status().message()));
  CHECK_THAT(error, StartsWith("cannot open the store " + folder.file().string() + ": "));
  return error;
}

TEST_CASE("the file and what lies beside it are the owner's alone") {
  const Folder folder;
  const mode_t before = umask(0);
  {
    const auto store = folder.Open();
    REQUIRE(store->AddJoinToken({"h", "a", 1, 9}).ok());
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      struct stat status {};
      REQUIRE(stat(entry.path().c_str(), &status) == 0);
      INFO(entry.path());
      CHECK((status.st_mode & 0777) == 0600);
    }
  }
  CHECK(umask(before) == 0);
}

TEST_CASE("a file that is no database is refused with its name") {
  const Folder folder;
  std::ofstream(folder.file()) << std::string(8192, 'x');
  CHECK_THAT(ErrorOf(folder), Contains("not a database"));
  std::ifstream kept(folder.file());
  CHECK(std::string(std::istreambuf_iterator<char>(kept), {}) == std::string(8192, 'x'));
}

TEST_CASE("a folder that is not there is an error") {
  const auto store = SqliteStore::Open("/nowhere/portreeve.db");
  REQUIRE_FALSE(store.ok());
  CHECK_THAT(std::string(base::FromAbsl(store.status().message())),
             Contains("/nowhere/portreeve.db"));
}

TEST_CASE("a schema that is newer than the program is refused and left alone") {
  const Folder folder;
  folder.Open();
  Run(folder.file(), "PRAGMA user_version = 99");
  CHECK_THAT(ErrorOf(folder), Contains("written by a newer version of the gateway"));
  Run(folder.file(),
      "INSERT INTO join_token (hash, name, created_us, expires_us) VALUES ('h', 'n', 1, 2)");
}

TEST_CASE("agents and tokens of the first schema may serve any connection") {
  const Folder folder;
  Run(folder.file(),
      "CREATE TABLE join_token (hash TEXT PRIMARY KEY, name TEXT NOT NULL, created_us INTEGER NOT "
      "NULL, expires_us INTEGER NOT NULL, used_us INTEGER) STRICT;"
      "CREATE TABLE agent (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_us INTEGER NOT NULL, "
      "revoked_us INTEGER NOT NULL DEFAULT 0) STRICT;"
      "CREATE TABLE certificate (serial TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES agent "
      "(id), not_before_us INTEGER NOT NULL, not_after_us INTEGER NOT NULL) STRICT;"
      "INSERT INTO agent VALUES ('old', 'n', 1, 0); INSERT INTO join_token VALUES ('h', 'm', 1, 9, "
      "NULL); PRAGMA user_version = 1");
  const auto store = folder.Open();
  CHECK(store->FindAgent("old")->connections.empty());
  const auto joined = store->ConsumeJoinToken("h", "new", 2);
  REQUIRE(joined.ok());
  CHECK(joined->name == "m");
  CHECK(joined->connections.empty());
}

TEST_CASE("a version that no gateway ever wrote is refused") {
  const Folder folder;
  Run(folder.file(), "PRAGMA user_version = -1");
  CHECK_THAT(ErrorOf(folder), Contains("not written by a gateway"));
}

TEST_CASE("another program's tables are not taken over") {
  const Folder folder;
  Run(folder.file(), "CREATE TABLE agent (x); INSERT INTO agent VALUES (1)");
  CHECK_THAT(ErrorOf(folder), Contains("agent"));
  Run(folder.file(), "INSERT INTO agent VALUES (2)");
}

TEST_CASE("a damaged file is refused when it is opened, not when it is asked") {
  const Folder folder;
  {
    const auto store = folder.Open();
    for (int i = 0; i < 200; ++i) {
      const std::string hash = std::to_string(i) + std::string(60, 'h');
      REQUIRE(store->AddJoinToken({hash, "name", 1, 9}).ok());
    }
  }
  const auto size = std::filesystem::file_size(folder.file());
  REQUIRE(size > 4 * 4096);
  std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
  for (std::uintmax_t page = 4096; page + 4096 <= size; page += 4096) {
    file.seekp(static_cast<std::streamoff>(page));
    file << std::string(100, '\x7f');
  }
  file.close();
  const auto store = SqliteStore::Open(folder.file());
  REQUIRE_FALSE(store.ok());
  CHECK_THAT(std::string(base::FromAbsl(store.status().message())),
             Contains(folder.file().string()));
}

TEST_CASE("what was answered with success is there after the process was killed") {
  const Folder folder;
  folder.Open();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto store = SqliteStore::Open(folder.file());
    const bool added = store.ok() && (*store)->AddJoinToken({"h", "a", 1, 9}).ok() &&
                       (*store)->ConsumeJoinToken("h", "agent", 2).ok();
    // Without closing anything.
    _exit(added ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  const auto store = folder.Open();
  CHECK(store->FindAgent("agent").ok());
  CHECK_FALSE(store->ConsumeJoinToken("h", "other", 2).ok());
}

}  // namespace
}  // namespace portreeve::store
