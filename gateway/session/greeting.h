// The first and last things about a session: what the client hears when its server is ready, and
// what the journal keeps of its beginning and end.
#pragma once

#include <cstdint>
#include <string>

#include "audit/journal.h"
#include "portreeve/link.pb.h"
#include "session/cancel_keys.h"
#include "session/session.h"

namespace portreeve::session {

// AuthenticationOk, the server's ParameterStatus values, BackendKeyData with the server's real
// process id and a secret of ours, notices and the first ReadyForQuery (PostgreSQL 55.2.1).
std::string Greeting(const SessionPlan& plan, const link::SessionReady& ready,
                     const CancelKey& cancel_key);

// The session may go on only if this is kept.
absl::Status RecordOpened(audit::Journal& journal, const SessionPlan& plan,
                          const std::string& session, const std::string& agent,
                          const link::SessionReady& ready, int64_t ends_unix_s);

void RecordClosed(audit::Journal& journal, const std::string& session, const std::string& reason,
                  uint64_t statements, uint64_t bytes_to_client, uint64_t bytes_from_client,
                  int64_t duration_us);

}  // namespace portreeve::session
