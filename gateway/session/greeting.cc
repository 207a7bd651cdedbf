#include "session/greeting.h"

#include <utility>

#include "session/answer_hand.h"
#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::session {
namespace {

// An agent's word that these are notices is not enough: nothing else may reach a client here.
std::string_view OnlyNotices(std::string_view bytes) {
  size_t end = 0;
  for (;;) {
    const auto header = wire::ReadHeader(bytes.substr(end));
    if (!header || header->type != wire::NoticeResponse::kTag ||
        !wire::CheckBackend(*header).ok() || bytes.size() - end < header->message_bytes() ||
        !wire::NoticeResponse::Decode(bytes.substr(end + wire::kHeaderBytes, header->body_bytes()))
             .ok()) {
      return bytes.substr(0, end);
    }
    end += header->message_bytes();
  }
}

}  // namespace

std::string Greeting(const SessionPlan& plan, const link::SessionReady& ready,
                     const CancelKey& cancel_key) {
  std::string out;
  wire::Authentication{}.Encode(out);
  for (const auto& status : ready.statuses()) {
    wire::ParameterStatus{status.name(), status.value()}.Encode(out);
  }
  wire::BackendKeyData{cancel_key.process_id, cancel_key.secret}.Encode(out);
  out += OnlyNotices(ready.notices());
  if (plan.grant_chosen_by_default) {
    const std::string grant(plan.standing.grant->name());
    out += EncodeReport(wire::NoticeResponse::kTag, "NOTICE",
                        {"00000", "this session runs under the grant " + grant, "",
                         "Name a grant as the user to choose another."},
                        0);
  }
  wire::ReadyForQuery{wire::TransactionStatus::kIdle}.Encode(out);
  return out;
}

absl::Status RecordOpened(audit::Journal& journal, const SessionPlan& plan,
                          const std::string& session, const std::string& agent,
                          const link::SessionReady& ready, int64_t ends_unix_s) {
  proto::audit::Record record;
  auto& opened = *record.mutable_session_opened();
  opened.set_session(session);
  auto& principal = *opened.mutable_principal();
  principal.set_subject(plan.principal.subject);
  principal.set_issuer(plan.principal.issuer);
  for (const std::string& group : plan.principal.groups) principal.add_groups(group);
  principal.set_method(plan.principal.method);
  principal.set_credential_id(plan.principal.credential_id);
  for (const std::string& actor : plan.principal.act) principal.add_act(actor);
  opened.set_client_address(plan.client_address);
  opened.set_application_name(plan.application_name);
  opened.set_connection(plan.connection);
  opened.set_database(plan.database);
  opened.set_grant(std::string(plan.standing.grant->name()));
  opened.set_role(std::string(plan.standing.grant->role()));
  opened.set_policy_version(std::string(plan.standing.policy->version()));
  opened.set_agent(agent);
  opened.set_server_pid(static_cast<uint32_t>(ready.server_pid()));
  opened.set_ends_unix_s(ends_unix_s);
  return journal.control().Append(std::move(record));
}

void RecordClosed(audit::Journal& journal, const std::string& session, const std::string& reason,
                  uint64_t statements, uint64_t bytes_to_client, uint64_t bytes_from_client,
                  int64_t duration_us) {
  proto::audit::Record record;
  auto& closed = *record.mutable_session_closed();
  closed.set_session(session);
  closed.set_reason(reason);
  closed.set_statements(statements);
  closed.set_bytes_to_client(bytes_to_client);
  closed.set_bytes_from_client(bytes_from_client);
  closed.set_duration_us(static_cast<uint64_t>(duration_us));
  journal.control().Queue(std::move(record));
}

}  // namespace portreeve::session
