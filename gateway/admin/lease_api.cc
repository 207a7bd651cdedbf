#include "admin/lease_api.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "admin/json_body.h"
#include "base/clock.h"

namespace portreeve::admin {
namespace {

using nlohmann::json;

constexpr int64_t kSecondUs = 1'000'000;
constexpr std::string_view kScheme = "Bearer ";
// One of few threads waits for it.
constexpr std::chrono::seconds kIssuerTimeout(10);

absl::Status Refused(const base::Refusal& refusal) {
  std::string text = refusal.message;
  for (const std::string* more : {&refusal.detail, &refusal.hint}) {
    if (!more->empty()) text.append(". ").append(*more, 0, more->find_last_not_of('.') + 1);
  }
  return base::PermissionDenied(text);
}

absl::Status NotForOperators() {
  return base::PermissionDenied(
      "an operator's token names nobody: ask with the token of a person or a workload");
}

// None: the longest that the grant gives, within an hour.
absl::StatusOr<std::optional<int64_t>> LifetimeOf(const json& body) {
  const auto found = body.find("ttl");
  if (found == body.end()) return std::optional<int64_t>();
  constexpr int64_t kMost = lease::LeaseBook::kMaxLifetimeUs / kSecondUs;
  if (!found->is_number_integer() || *found < 1 || *found > kMost) {
    return base::InvalidArgument("ttl must be a number of seconds, at most 43200 (12 hours)");
  }
  return std::optional<int64_t>(found->get<int64_t>() * kSecondUs);
}

absl::StatusOr<int64_t> Bounded(const std::optional<int64_t>& asked, const policy::Grant& grant) {
  int64_t most = lease::LeaseBook::kMaxLifetimeUs;
  if (grant.session_max_us() > 0) most = std::min(most, grant.session_max_us());
  if (!asked) return std::min(most, lease::LeaseBook::kDefaultLifetimeUs);
  if (*asked <= most) return *asked;
  return base::InvalidArgument("ttl may be at most " + std::to_string(most / kSecondUs) +
                               " under the grant " + grant.name_text);
}

}  // namespace

absl::StatusOr<ApiCaller> LeaseApi::Identify(std::string_view authorization,
                                             const std::string& client_address) {
  const bool has_token = authorization.starts_with(kScheme);
  front::TokenJudge::Verdict verified = identity::Rejection{"there is no bearer token"};
  if (has_token) {
    authorization.remove_prefix(kScheme.size());
    verified = Judge(authorization);
  }
  if (auto* principal = std::get_if<identity::Principal>(&verified)) {
    return ApiCaller{false, std::move(*principal), client_address};
  }
  proto::audit::Record record;
  auto& sign_in = *record.mutable_sign_in();
  sign_in.set_reason(std::get<identity::Rejection>(verified).message);
  sign_in.set_client_address(client_address);
  sign_in.set_method("api");
  journal_.control().Queue(std::move(record));
  return absl::UnauthenticatedError("the token is missing, not valid, or of no known issuer");
}

front::TokenJudge::Verdict LeaseApi::Judge(std::string_view token) {
  const auto verifier = front_.CurrentRules().verifier;
  auto verdict = verifier->Verify(token, clock_.UnixMicros() / kSecondUs);
  const auto* rejection = std::get_if<identity::Rejection>(&verdict);
  const bool settled = rejection != nullptr
                           ? rejection->may_have_key == nullptr
                           : verifier->GroupsOf(std::get<identity::Principal>(verdict)) == nullptr;
  if (settled) return verdict;
  const auto answer = std::make_shared<std::promise<front::TokenJudge::Verdict>>();
  auto judged = answer->get_future();
  front_.Judge(std::string(token),
               [answer](front::TokenJudge::Verdict given) { answer->set_value(std::move(given)); });
  if (judged.wait_for(kIssuerTimeout) != std::future_status::ready) {
    return identity::Rejection{"the issuer did not answer in time"};
  }
  return judged.get();
}

absl::StatusOr<lease::LeaseRequest> LeaseApi::Plan(const ApiCaller& caller,
                                                   std::string_view body) const {
  ASSIGN_OR_RETURN(const json request, ParseBody(body, {"connection", "grant", "ttl"}));
  lease::LeaseRequest plan;
  ASSIGN_OR_RETURN(plan.connection, TextOf(request, "connection", ""));
  if (plan.connection.empty()) return base::InvalidArgument("connection is missing");
  ASSIGN_OR_RETURN(const std::string grant, TextOf(request, "grant", ""));
  ASSIGN_OR_RETURN(const auto lifetime_us, LifetimeOf(request));
  const auto tunnel = fleet_.Pick(plan.connection);
  if (tunnel == nullptr) {
    return base::Unavailable("no agent serves a connection \"" + plan.connection + "\" now");
  }
  const front::Rules rules = front_.CurrentRules();
  const policy::ConnectionRef connection{plan.connection,
                                         fleet::Fleet::Labels(*tunnel, plan.connection),
                                         fleet::Fleet::Database(*tunnel, plan.connection)};
  auto opened = rules.policy->Open(caller.principal, connection, grant);
  if (const auto* refusal = std::get_if<base::Refusal>(&opened)) return Refused(*refusal);
  const auto& open = std::get<policy::OpenSession>(opened);
  if (!grant.empty() && open.chosen_by_default) {
    return base::PermissionDenied("there is no grant \"" + grant + "\"");
  }
  if (!open.grant->WindowEnd(clock_.UnixMicros() / kSecondUs)) {
    return Refused(policy::WindowClosed(*open.grant));
  }
  ASSIGN_OR_RETURN(plan.lifetime_us, Bounded(lifetime_us, *open.grant));
  plan.grant = open.grant->name_text;
  plan.principal = caller.principal;
  plan.client_address = caller.address;
  return plan;
}

absl::StatusOr<std::string> LeaseApi::Issue(const ApiCaller& caller, std::string_view body) {
  if (caller.is_operator) return NotForOperators();
  ASSIGN_OR_RETURN(const lease::LeaseRequest plan, Plan(caller, body));
  ASSIGN_OR_RETURN(const lease::IssuedLease issued, leases_.Issue(plan));
  const lease::Lease& lease = *issued.lease;
  return ToText({{"id", lease.id},
                 {"user", lease.user},
                 {"password", issued.secret},
                 {"host", address_.host},
                 {"port", address_.port},
                 {"tls", address_.tls},
                 {"database", lease.connection},
                 {"grant", lease.grant},
                 {"expires_at", base::UtcText(lease.expires_us / kSecondUs)},
                 {"expires_unix_s", lease.expires_us / kSecondUs}});
}

absl::StatusOr<std::string> LeaseApi::List(const ApiCaller& caller) const {
  json leases = json::array();
  for (const auto& lease : leases_.List()) {
    if (!caller.is_operator && !lease::Owns(caller.principal, *lease)) continue;
    leases.push_back({{"id", lease->id},
                      {"user", lease->user},
                      {"subject", lease->principal.subject},
                      {"issuer", lease->principal.issuer},
                      {"act", lease->principal.act},
                      {"connection", lease->connection},
                      {"grant", lease->grant},
                      {"state", lease->revoked_us == 0 ? "live" : "revoked"},
                      {"created_unix_s", lease->created_us / kSecondUs},
                      {"expires_at", base::UtcText(lease->expires_us / kSecondUs)},
                      {"expires_unix_s", lease->expires_us / kSecondUs}});
  }
  return ToText({{"leases", std::move(leases)}});
}

absl::StatusOr<std::string> LeaseApi::Revoke(const ApiCaller& caller, const std::string& id) {
  const auto found = leases_.FindById(id);
  // Another's lease is answered as one that is not there.
  if (!found.ok() || (!caller.is_operator && !lease::Owns(caller.principal, **found))) {
    return base::NotFound("there is no lease " + id);
  }
  const absl::Status revoked =
      leases_.Revoke(id, caller.is_operator ? "operator" : caller.principal.subject, "revoked");
  // What could not be written down ends all the same.
  const size_t ended = leases_.IsLive(id) ? 0 : front_.EndLease(id, "the lease is revoked");
  RETURN_IF_ERROR(revoked);
  return ToText({{"sessions_ended", ended}});
}

absl::StatusOr<std::string> LeaseApi::ListConnections(const ApiCaller& caller) const {
  if (caller.is_operator) return NotForOperators();
  const front::Rules rules = front_.CurrentRules();
  json connections = json::array();
  for (const std::string& name : fleet_.Connections()) {
    const auto tunnel = fleet_.Pick(name);
    if (tunnel == nullptr) continue;
    const policy::ConnectionRef connection{name, fleet::Fleet::Labels(*tunnel, name),
                                           fleet::Fleet::Database(*tunnel, name)};
    json grants = json::array();
    for (const policy::Grant& grant : rules.policy->grants()) {
      if (rules.policy->ObstacleTo(grant, caller.principal, connection) ==
          policy::Obstacle::kNone) {
        grants.push_back(
            {{"name", grant.name_text}, {"session_max_s", grant.session_max_us() / kSecondUs}});
      }
    }
    if (grants.empty()) continue;
    connections.push_back(
        {{"name", name}, {"database", connection.database}, {"grants", std::move(grants)}});
  }
  return ToText({{"connections", std::move(connections)}});
}

}  // namespace portreeve::admin
