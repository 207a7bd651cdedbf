#include "dev/private_postgres.h"

#include <unistd.h>

#include <fstream>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "dev/child_process.h"

namespace portreeve::dev {
namespace {

namespace fs = std::filesystem;

constexpr char kServerBin[] = "/usr/lib/postgresql/15/bin";
// PostgreSQL does not run as root; the package brings this user.
constexpr char kServerUser[] = "postgres";

constexpr char kDemoData[] = R"sql(
CREATE ROLE app_readonly;
CREATE ROLE app_rw;
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, country text NOT NULL);
INSERT INTO customers SELECT i, 'Customer ' || i, 'customer' || i || '@example.com',
  (ARRAY['DE','FR','NL','PL','SE'])[1 + i % 5] FROM generate_series(1, 1000) i;
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric(10,2) NOT NULL,
  placed_at timestamptz NOT NULL);
INSERT INTO orders SELECT i, 1 + i % 1000, (i % 400) + 0.99, now() - i * interval '1 minute'
  FROM generate_series(1, 5000) i;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_readonly, app_rw;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_rw;
)sql";

std::vector<std::string> AsServerUser(std::vector<std::string> command) {
  if (geteuid() != 0) return command;
  std::vector<std::string> whole = {"setpriv", std::string("--reuid=") + kServerUser,
                                    std::string("--regid=") + kServerUser, "--clear-groups"};
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

absl::Status Run(const std::vector<std::string>& command, const Environment& environment = {},
                 const std::string& input = "") {
  ASSIGN_OR_RETURN(const Finished finished, RunToEnd(command, environment, input));
  if (finished.exit_code == 0) return absl::OkStatus();
  return base::Unavailable(command[0] + " failed: " + finished.output);
}

absl::Status Initialise(const fs::path& folder, const std::string& bin) {
  std::error_code error;
  fs::create_directories(folder / "pgdata", error);
  if (error) return base::Unavailable("cannot make " + (folder / "pgdata").string());
  if (geteuid() == 0) {
    RETURN_IF_ERROR(Run({"chown", "-R", kServerUser, folder.string()}));
  }
  RETURN_IF_ERROR(Run(AsServerUser({bin + "/initdb", "-D", (folder / "pgdata").string(), "-U",
                                    "postgres", "--locale=C.UTF-8", "--encoding=UTF8",
                                    "--auth-local=trust", "--auth-host=reject"})));
  // The superuser comes in by the socket of this folder alone; the gateway's user needs its
  // password.
  std::ofstream hba(folder / "pgdata" / "pg_hba.conf");
  hba << "local all " << PrivatePostgres::kUser << " scram-sha-256\nlocal all postgres trust\n";
  return hba.good() ? absl::OkStatus() : base::Unavailable("cannot write pg_hba.conf");
}

}  // namespace

PrivatePostgres::PrivatePostgres(PrivatePostgres&& other) noexcept
    : folder_(std::move(other.folder_)),
      bin_(std::move(other.bin_)),
      password_(std::move(other.password_)),
      started_(std::exchange(other.started_, false)) {}

absl::StatusOr<PrivatePostgres> PrivatePostgres::Start(const fs::path& folder) {
  if (!fs::exists(std::string(kServerBin) + "/postgres")) {
    return base::NotFound(
        "PostgreSQL 15 is not installed: apt-get install postgresql-15, or name a server with "
        "--postgres");
  }
  PrivatePostgres postgres(folder, kServerBin, base::SecureRandomToken(24));
  const bool fresh = !fs::exists(folder / "pgdata" / "PG_VERSION");
  if (fresh) RETURN_IF_ERROR(Initialise(folder, kServerBin));
  const std::string options =
      "-c listen_addresses='' -c unix_socket_directories='" + folder.string() + "'";
  RETURN_IF_ERROR(Run(
      AsServerUser({std::string(kServerBin) + "/pg_ctl", "-D", (folder / "pgdata").string(), "-w",
                    "-s", "-l", (folder / "postgres.log").string(), "-o", options, "start"})));
  postgres.started_ = true;
  const std::vector<std::string> psql = {
      "psql",     "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.string(), "-U",
      "postgres", "-f", "-",  "-d"};
  auto in = [&psql](const char* database) {
    std::vector<std::string> command = psql;
    command.push_back(database);
    return command;
  };
  if (fresh) {
    RETURN_IF_ERROR(
        Run(in("postgres"), {},
            std::string("CREATE ROLE ") + kUser + " LOGIN;\nCREATE DATABASE orders;\n"));
    RETURN_IF_ERROR(Run(in(kDatabase), {}, kDemoData));
    RETURN_IF_ERROR(
        Run(in(kDatabase), {}, std::string("GRANT app_readonly, app_rw TO ") + kUser + ";\n"));
  }
  // A new secret at every start: nothing has to be kept.
  RETURN_IF_ERROR(
      Run(in("postgres"), {},
          std::string("ALTER ROLE ") + kUser + " PASSWORD '" + postgres.password_ + "';\n"));
  return postgres;
}

PrivatePostgres::~PrivatePostgres() {
  if (!started_) return;
  Run(AsServerUser({bin_ + "/pg_ctl", "-D", (folder_ / "pgdata").string(), "-m", "fast", "-w", "-s",
                    "stop"}))
      .IgnoreError();
}

}  // namespace portreeve::dev
