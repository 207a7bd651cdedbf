// What the gateway must remember: agents, their certificates, the tokens they join with and leases.
// Its one rule: a secret is kept as its hash only. One interface, so that a shared database can
// stand behind it later.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace portreeve::store {

// All times are microseconds since 1970.
struct JoinToken {
  std::string hash;  // SHA-256 of the token, hex.
  std::string name;  // Of the agent that will join with it.
  int64_t created_us = 0;
  int64_t expires_us = 0;
  std::vector<std::string> connections = {};  // As in Agent.
};

struct Agent {
  std::string id;
  std::string name;
  int64_t created_us = 0;
  int64_t revoked_us = 0;  // 0: not revoked.
  // What it may serve, names without commas; empty: any connection. Never changes.
  std::vector<std::string> connections = {};
};

struct Certificate {
  std::string serial;  // Hex.
  std::string agent_id;
  int64_t not_before_us = 0;
  int64_t not_after_us = 0;
};

struct Lease {
  std::string id;
  std::string user;       // What its holder signs in as; unique.
  std::string verifier;   // SCRAM's, in PostgreSQL's text form.
  std::string principal;  // As gateway/lease writes it.
  std::string connection;
  std::string grant;
  int64_t created_us = 0;
  int64_t expires_us = 0;
  int64_t revoked_us = 0;  // 0: not revoked.
};

// Thread-safe. kNotFound and kAlreadyExists are told apart; every other error is a failure of the
// store. When a call returns OK its effect survives a crash.
class Store {
 public:
  virtual ~Store() = default;

  virtual absl::Status AddJoinToken(const JoinToken& token) = 0;
  // Takes the token away and adds the agent in one step: a token serves once. kNotFound: unknown,
  // used or expired.
  virtual absl::StatusOr<Agent> ConsumeJoinToken(const std::string& hash,
                                                 const std::string& agent_id, int64_t now_us) = 0;

  virtual absl::StatusOr<Agent> FindAgent(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<Agent>> ListAgents() = 0;
  // kNotFound if there is none; revoking twice keeps the first time.
  virtual absl::Status RevokeAgent(const std::string& id, int64_t now_us) = 0;

  // Forgets the agent's certificates that ended before this one begins.
  virtual absl::Status AddCertificate(const Certificate& certificate) = 0;
  virtual absl::StatusOr<Certificate> FindCertificate(const std::string& serial) = 0;

  virtual absl::Status AddLease(const Lease& lease) = 0;
  virtual absl::StatusOr<std::vector<Lease>> ListLeases() = 0;
  // As RevokeAgent.
  virtual absl::Status RevokeLease(const std::string& id, int64_t now_us) = 0;
  // Those that have expired.
  virtual absl::Status DeleteLeases(int64_t now_us) = 0;
};

}  // namespace portreeve::store
