#include <utility>

#include "store/sqlite_statement.h"
#include "store/sqlite_store.h"

namespace portreeve::store {

absl::Status SqliteStore::AddLease(const Lease& lease) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "INSERT INTO lease (id, user, verifier, principal, connection, grant_name, "
                      "created_us, expires_us, revoked_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  statement.Bind(lease.id).Bind(lease.user).Bind(lease.verifier).Bind(lease.principal);
  statement.Bind(lease.connection).Bind(lease.grant);
  statement.Bind(lease.created_us).Bind(lease.expires_us).Bind(lease.revoked_us);
  return statement.Finish();
}

absl::StatusOr<std::vector<Lease>> SqliteStore::ListLeases() {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "SELECT id, user, verifier, principal, connection, grant_name, created_us, "
                      "expires_us, revoked_us FROM lease ORDER BY created_us, id");
  std::vector<Lease> leases;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return leases;
    leases.push_back({statement.Text(0), statement.Text(1), statement.Text(2), statement.Text(3),
                      statement.Text(4), statement.Text(5), statement.Number(6),
                      statement.Number(7), statement.Number(8)});
  }
}

absl::Status SqliteStore::RevokeLease(const std::string& id, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_,
                      "UPDATE lease SET revoked_us = CASE WHEN revoked_us = 0 THEN ? ELSE "
                      "revoked_us END WHERE id = ?");
  statement.Bind(now_us).Bind(id);
  RETURN_IF_ERROR(statement.Finish());
  if (sqlite3_changes(database_) == 0) return base::NotFound("there is no lease " + id);
  return absl::OkStatus();
}

absl::Status SqliteStore::DeleteLeases(int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_, "DELETE FROM lease WHERE expires_us <= ?");
  statement.Bind(now_us);
  return statement.Finish();
}

}  // namespace portreeve::store
