#include "dev/private_postgres.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <vector>

#include "base/encoding.h"
#include "base/file.h"
#include "base/random.h"

namespace portreeve::dev {
namespace {

namespace fs = std::filesystem;

constexpr char kInstallations[] = "/usr/lib/postgresql";
constexpr int kOldestVersion = 14;
constexpr int kNewestVersion = 99;
// PostgreSQL does not run as root; its package brings this user.
constexpr char kServerUser[] = "postgres";
// Lies in the cluster's folder once the demo data is whole.
constexpr char kReadyFile[] = "ready";
constexpr char kSocketName[] = "/.s.PGSQL.5432";
constexpr int kStartTimeoutMs = 60'000;
constexpr int kPollMs = 50;
constexpr size_t kMaxFileBytes = 64 * 1024;

constexpr char kRoles[] = R"sql(
CREATE ROLE app_readonly NOLOGIN;
CREATE ROLE app_rw NOLOGIN;
CREATE ROLE app_owner NOLOGIN;
CREATE ROLE portreeve_demo LOGIN NOINHERIT;
GRANT app_readonly, app_rw, app_owner TO portreeve_demo;
CREATE DATABASE orders OWNER app_owner;
)sql";

constexpr char kDemoData[] = R"sql(
SET ROLE app_owner;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app_readonly, app_rw;
ALTER DEFAULT PRIVILEGES GRANT INSERT, UPDATE, DELETE ON TABLES TO app_rw;
CREATE TABLE customers (
  id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, country text NOT NULL);
INSERT INTO customers
  SELECT i, 'Customer ' || i, 'customer' || i || '@example.com',
    (ARRAY['DE','FR','NL','PL','SE'])[1 + i % 5]
  FROM generate_series(1, 1000) i;
CREATE TABLE orders (
  id int PRIMARY KEY, customer_id int NOT NULL, total numeric(10,2) NOT NULL,
  placed_at timestamptz NOT NULL);
INSERT INTO orders
  SELECT i, 1 + i % 1000, (i % 400) + 0.99, now() - i * interval '1 minute'
  FROM generate_series(1, 5000) i;
)sql";

// Empty: this process may run the server itself.
absl::StatusOr<std::optional<User>> ServerUser() {
  if (geteuid() != 0) return std::optional<User>();
  const passwd* entry = getpwnam(kServerUser);
  if (entry == nullptr) {
    return base::NotFound(
        "PostgreSQL does not run as root, and there is no user `postgres`: install the package "
        "postgresql-15, or start `portreeve dev` as another user");
  }
  return std::optional<User>(User{entry->pw_uid, entry->pw_gid});
}

// The version that made the cluster, else the newest one.
absl::StatusOr<fs::path> FindBin(const fs::path& folder) {
  std::error_code error;
  std::string made_by;
  std::ifstream(folder / "pgdata" / "PG_VERSION") >> made_by;
  for (int version = kNewestVersion; version >= kOldestVersion; --version) {
    if (!made_by.empty() && made_by != std::to_string(version)) continue;
    const fs::path bin = fs::path(kInstallations) / std::to_string(version) / "bin";
    if (fs::exists(bin / "postgres", error) && fs::exists(bin / "psql", error)) return bin;
  }
  if (!made_by.empty()) {
    return base::NotFound("PostgreSQL " + made_by + ", which made " + folder.string() +
                          ", is not installed any more: install it, or remove that folder");
  }
  return base::NotFound(
      "PostgreSQL is not installed: apt-get install postgresql-15, or name a server with "
      "--postgres");
}

absl::Status Run(Command command) {
  ASSIGN_OR_RETURN(const Finished finished, RunToEnd(command));
  if (finished.exit_code == 0) return absl::OkStatus();
  return base::Unavailable(command.words[0] + " failed: " + finished.output);
}

// Every folder on the way must let the server's user through.
absl::Status CheckReachable(const fs::path& folder, const std::optional<User>& user) {
  if (!user) return absl::OkStatus();
  for (fs::path above = folder.parent_path();; above = above.parent_path()) {
    struct stat facts {};
    if (stat(above.c_str(), &facts) != 0) return base::ErrnoStatus(above.string(), errno);
    const bool open = (facts.st_mode & S_IXOTH) != 0 ||
                      (facts.st_uid == user->uid && (facts.st_mode & S_IXUSR) != 0);
    if (!open) {
      return base::InvalidArgument(
          "PostgreSQL does not run as root, and the user `postgres` cannot "
          "enter " +
          above.string() + ": choose a folder that it can reach with --dir");
    }
    if (above == above.root_path()) return absl::OkStatus();
  }
}

// Made beside its place and then moved there: what is left of a start that was killed may still be
// writing, but only into its own.
absl::Status Initialise(const fs::path& folder, const fs::path& bin,
                        const std::optional<User>& user) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    std::error_code ignored;
    if (name == "pgdata" || name.starts_with("new-")) fs::remove_all(entry.path(), ignored);
  }
  const fs::path made = folder / ("new-" + base::HexEncode(base::SecureRandomBytes(4)));
  RETURN_IF_ERROR(
      Run({{bin / "initdb", "-D", made, "-U", "postgres", "--no-sync", "--locale=C.UTF-8",
            "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"},
           {},
           "",
           user}));
  // Whoever can enter this folder is its owner, so the superuser needs no password; the agent's
  // login has one, as it would have anywhere.
  std::ofstream hba(made / "pg_hba.conf");
  hba << "local all " << PrivatePostgres::kUser << " scram-sha-256\nlocal all postgres trust\n";
  hba.close();
  if (!hba) return base::Unavailable("cannot write " + (made / "pg_hba.conf").string());
  fs::rename(made, folder / "pgdata", error);
  if (error) return base::Unavailable("cannot move " + made.string() + ": " + error.message());
  return absl::OkStatus();
}

absl::Status MakeFolder(const fs::path& folder, const std::optional<User>& user) {
  if (folder.string().size() + sizeof kSocketName > sizeof(sockaddr_un::sun_path)) {
    return base::InvalidArgument("the name of " + folder.string() +
                                 " is too long for a socket in it: choose a shorter --dir");
  }
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::ErrnoStatus("cannot make " + folder.string(), errno);
  }
  if (user && chown(folder.c_str(), user->uid, user->gid) != 0) {
    return base::ErrnoStatus("cannot hand over " + folder.string(), errno);
  }
  return CheckReachable(folder, user);
}

// One that outlived a `portreeve dev` that was killed.
absl::Status StopLeftOver(const fs::path& folder, const fs::path& bin,
                          const std::optional<User>& user) {
  std::error_code error;
  if (!fs::exists(folder / "pgdata" / "postmaster.pid", error)) return absl::OkStatus();
  const Command command{
      {bin / "pg_ctl", "-D", folder / "pgdata", "-m", "fast", "-w", "-s", "stop"}, {}, "", user};
  // Nothing is running: then there is nothing to stop, and the server removes the stale file.
  return RunToEnd(command).status();
}

}  // namespace

absl::StatusOr<PrivatePostgres> PrivatePostgres::Start(const fs::path& folder,
                                                       const fs::path& log) {
  ASSIGN_OR_RETURN(const auto user, ServerUser());
  ASSIGN_OR_RETURN(const fs::path bin, FindBin(folder));
  RETURN_IF_ERROR(MakeFolder(folder, user));
  RETURN_IF_ERROR(StopLeftOver(folder, bin, user));
  std::error_code error;
  const bool fresh = !fs::exists(folder / kReadyFile, error);
  if (fresh) RETURN_IF_ERROR(Initialise(folder, bin, user));
  // SIGINT is the server's word for ending at once and in order.
  ASSIGN_OR_RETURN(ChildProcess process,
                   ChildProcess::Start({{bin / "postgres", "-D", folder / "pgdata", "-k", folder,
                                         "-c", "listen_addresses="},
                                        {},
                                        "",
                                        user},
                                       log, {SIGINT, SIGINT}));
  PrivatePostgres postgres(folder, bin, std::move(process));
  postgres.server_ = {folder, 5432, kDatabase, kUser, base::SecureRandomToken(24), "disable", ""};
  RETURN_IF_ERROR(postgres.WaitUntilReady());
  if (fresh) {
    RETURN_IF_ERROR(postgres.FillIn());
    RETURN_IF_ERROR(base::WriteFileAtomically(folder / kReadyFile, "", 0600));
  }
  RETURN_IF_ERROR(
      postgres
          .Ask(std::string("ALTER ROLE ") + kUser + " PASSWORD '" + postgres.server_.password + "'")
          .status());
  return postgres;
}

absl::Status PrivatePostgres::WaitUntilReady() {
  for (int waited = 0; waited < kStartTimeoutMs; waited += kPollMs) {
    if (!process_.running()) return base::Unavailable("PostgreSQL did not start");
    // Its last line tells the state, as pg_ctl reads it.
    const auto text = base::ReadFile(folder_ / "pgdata" / "postmaster.pid", kMaxFileBytes);
    if (text.ok() && text->find("\nready") != std::string::npos) return absl::OkStatus();
    usleep(kPollMs * 1000);
  }
  return base::Unavailable("PostgreSQL did not become ready within a minute");
}

absl::Status PrivatePostgres::FillIn() {
  const auto run = [this](const char* database, const char* sql) {
    return Run({{bin_ / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder_, "-U",
                 "postgres", "-d", database, "-f", "-"},
                {},
                sql,
                {}});
  };
  RETURN_IF_ERROR(run("postgres", kRoles));
  return run(kDatabase, kDemoData);
}

absl::StatusOr<std::string> PrivatePostgres::Ask(const std::string& sql,
                                                 const std::string& format) const {
  ASSIGN_OR_RETURN(const Finished finished,
                   RunToEnd({{bin_ / "psql", "-X", "-q", format, "-v", "ON_ERROR_STOP=1", "-h",
                              folder_, "-U", "postgres", "-d", kDatabase, "-f", "-"},
                             {},
                             sql,
                             {}}));
  if (finished.exit_code != 0) return base::Unavailable("psql failed: " + finished.output);
  return finished.output;
}

}  // namespace portreeve::dev
