// Store in one SQLite file (WAL, every commit synced).
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/store.h"

struct sqlite3;

namespace portreeve::store {

class SqliteStore final : public Store {
 public:
  // Makes the file (mode 0600) and brings its schema up to date. A schema that is newer than this
  // program is refused, and so is a file that is damaged (kDataLoss) or no database.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::filesystem::path& file);
  ~SqliteStore() override;

  absl::Status AddJoinToken(const JoinToken& token) override;
  absl::StatusOr<Agent> ConsumeJoinToken(const std::string& hash, const std::string& agent_id,
                                         int64_t now_us) override;
  absl::StatusOr<Agent> FindAgent(const std::string& id) override;
  absl::StatusOr<std::vector<Agent>> ListAgents() override;
  absl::Status RevokeAgent(const std::string& id, int64_t now_us) override;
  absl::Status AddCertificate(const Certificate& certificate) override;
  absl::StatusOr<Certificate> FindCertificate(const std::string& serial) override;
  // sqlite_leases.cc.
  absl::Status AddLease(const Lease& lease) override;
  absl::StatusOr<std::vector<Lease>> ListLeases() override;
  absl::Status RevokeLease(const std::string& id, int64_t now_us) override;
  absl::Status DeleteLeases(int64_t now_us) override;

 private:
  explicit SqliteStore(sqlite3* database) : database_(database) {}

  absl::Status Configure();
  absl::Status CheckWhole();
  absl::Status Migrate();
  absl::Status Run(const char* sql);

  std::mutex mutex_;
  sqlite3* const database_;
};

}  // namespace portreeve::store
