#include "store/sqlite_store.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/split.h"
#include "store/sqlite_statement.h"

namespace portreeve::store {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

// Step n takes the schema from version n to n + 1. Steps are never changed, only added.
constexpr const char* kMigrations[] = {
    R"sql(
    CREATE TABLE join_token (
      hash TEXT PRIMARY KEY, name TEXT NOT NULL, created_us INTEGER NOT NULL,
      expires_us INTEGER NOT NULL, used_us INTEGER) STRICT;
    CREATE TABLE agent (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, created_us INTEGER NOT NULL,
      revoked_us INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE certificate (
      serial TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES agent (id),
      not_before_us INTEGER NOT NULL, not_after_us INTEGER NOT NULL) STRICT;
    )sql",
    R"sql(
    ALTER TABLE join_token ADD COLUMN connections TEXT NOT NULL DEFAULT '';
    ALTER TABLE agent ADD COLUMN connections TEXT NOT NULL DEFAULT '';
    )sql",
    R"sql(
    CREATE TABLE lease (
      id TEXT PRIMARY KEY, user TEXT NOT NULL UNIQUE, verifier TEXT NOT NULL,
      principal TEXT NOT NULL, connection TEXT NOT NULL, grant_name TEXT NOT NULL,
      created_us INTEGER NOT NULL, expires_us INTEGER NOT NULL,
      revoked_us INTEGER NOT NULL DEFAULT 0) STRICT;
    )sql",
};
constexpr int kSchemaVersion = static_cast<int>(std::size(kMigrations));

// Connections lie in one column, with commas between them.
std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ",").append(name);
  return text;
}

std::vector<std::string> NamesIn(std::string_view text) {
  if (text.empty()) return {};
  const auto names = base::Split(text, ',');
  return {names.begin(), names.end()};
}

Agent ReadAgent(const Statement& row) {
  return {row.Text(0), row.Text(1), row.Number(2), row.Number(3), NamesIn(row.Text(4))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  const mode_t before = umask(077);
  const int result =
      sqlite3_open_v2(file.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  umask(before);
  std::unique_ptr<SqliteStore> store(new SqliteStore(database));
  if (result != SQLITE_OK) {
    return base::Unavailable("cannot open the store " + file.string() + ": " +
                             sqlite3_errstr(result));
  }
  absl::Status status = store->Configure();
  if (status.ok()) status = store->CheckWhole();
  if (status.ok()) status = store->Migrate();
  if (!status.ok()) return base::Annotate(status, "cannot open the store " + file.string());
  return store;
}

SqliteStore::~SqliteStore() { sqlite3_close(database_); }

absl::Status SqliteStore::Run(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return Failure(database_);
}

absl::Status SqliteStore::Configure() {
  sqlite3_busy_timeout(database_, kBusyTimeoutMs);
  RETURN_IF_ERROR(Run("PRAGMA journal_mode = WAL"));
  RETURN_IF_ERROR(Run("PRAGMA synchronous = FULL"));
  return Run("PRAGMA foreign_keys = ON");
}

// Small enough to be read whole at each start: damage shows here, not when an agent wants in.
absl::Status SqliteStore::CheckWhole() {
  Statement statement(database_, "PRAGMA quick_check(1)");
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  const std::string result = row ? statement.Text(0) : "no answer";
  return result == "ok" ? absl::OkStatus() : base::DataLoss("it is damaged: " + result);
}

absl::Status SqliteStore::Migrate() {
  Transaction transaction(database_);
  RETURN_IF_ERROR(transaction.Begin());
  int64_t version = 0;
  {
    Statement statement(database_, "PRAGMA user_version");
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (row) version = statement.Number(0);
  }
  if (version > kSchemaVersion) {
    return base::InvalidArgument("it was written by a newer version of the gateway");
  }
  if (version < 0) return base::InvalidArgument("it was not written by a gateway");
  for (; version < kSchemaVersion; ++version) RETURN_IF_ERROR(Run(kMigrations[version]));
  RETURN_IF_ERROR(Run(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str()));
  return transaction.Commit();
}

absl::Status SqliteStore::AddJoinToken(const JoinToken& token) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "INSERT INTO join_token (hash, name, created_us, expires_us, connections) "
                      "VALUES (?, ?, ?, ?, ?)");
  statement.Bind(token.hash).Bind(token.name).Bind(token.created_us).Bind(token.expires_us);
  statement.Bind(Joined(token.connections));
  return statement.Finish();
}

absl::StatusOr<Agent> SqliteStore::ConsumeJoinToken(const std::string& hash,
                                                    const std::string& agent_id, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(database_);
  RETURN_IF_ERROR(transaction.Begin());
  Agent agent{agent_id, "", now_us, 0, {}};
  {
    Statement statement(database_,
                        "UPDATE join_token SET used_us = ? WHERE hash = ? AND used_us IS NULL "
                        "AND expires_us > ? RETURNING name, connections");
    statement.Bind(now_us).Bind(hash).Bind(now_us);
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return base::NotFound("no such join token");
    agent.name = statement.Text(0);
    agent.connections = NamesIn(statement.Text(1));
    RETURN_IF_ERROR(statement.Finish());
  }
  {
    Statement statement(
        database_, "INSERT INTO agent (id, name, created_us, connections) VALUES (?, ?, ?, ?)");
    statement.Bind(agent.id).Bind(agent.name).Bind(now_us).Bind(Joined(agent.connections));
    RETURN_IF_ERROR(statement.Finish());
  }
  RETURN_IF_ERROR(transaction.Commit());
  return agent;
}

absl::StatusOr<Agent> SqliteStore::FindAgent(const std::string& id) {
  const std::lock_guard lock(mutex_);
  Statement statement(
      database_, "SELECT id, name, created_us, revoked_us, connections FROM agent WHERE id = ?");
  statement.Bind(id);
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return base::NotFound("there is no agent " + id);
  return ReadAgent(statement);
}

absl::StatusOr<std::vector<Agent>> SqliteStore::ListAgents() {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "SELECT id, name, created_us, revoked_us, connections FROM agent "
                      "ORDER BY created_us, id");
  std::vector<Agent> agents;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return agents;
    agents.push_back(ReadAgent(statement));
  }
}

absl::Status SqliteStore::RevokeAgent(const std::string& id, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "UPDATE agent SET revoked_us = CASE WHEN revoked_us = 0 THEN ? ELSE "
                      "revoked_us END WHERE id = ?");
  statement.Bind(now_us).Bind(id);
  RETURN_IF_ERROR(statement.Finish());
  if (sqlite3_changes(database_) == 0) return base::NotFound("there is no agent " + id);
  return absl::OkStatus();
}

absl::Status SqliteStore::AddCertificate(const Certificate& certificate) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(database_);
  RETURN_IF_ERROR(transaction.Begin());
  {
    Statement statement(database_,
                        "DELETE FROM certificate WHERE agent_id = ? AND not_after_us < ?");
    statement.Bind(certificate.agent_id).Bind(certificate.not_before_us);
    RETURN_IF_ERROR(statement.Finish());
  }
  {
    Statement statement(database_,
                        "INSERT INTO certificate (serial, agent_id, not_before_us, not_after_us) "
                        "VALUES (?, ?, ?, ?)");
    statement.Bind(certificate.serial)
        .Bind(certificate.agent_id)
        .Bind(certificate.not_before_us)
        .Bind(certificate.not_after_us);
    RETURN_IF_ERROR(statement.Finish());
  }
  return transaction.Commit();
}

absl::StatusOr<Certificate> SqliteStore::FindCertificate(const std::string& serial) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "SELECT serial, agent_id, not_before_us, not_after_us FROM certificate "
                      "WHERE serial = ?");
  statement.Bind(serial);
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return base::NotFound("no certificate of that serial number was issued");
  return Certificate{statement.Text(0), statement.Text(1), statement.Number(2),
                     statement.Number(3)};
}

}  // namespace portreeve::store
