#include "front/front.h"

#include <tuple>
#include <utility>

#include "base/random.h"
#include "front/lease_words.h"
#include "front/stored_catalog.h"
#include "session/answer_hand.h"
#include "sql/session_parameters.h"
#include "sql/startup_options.h"

namespace portreeve::front {
namespace {

constexpr int kBacklog = 1'024;
constexpr size_t kMaxDatabaseBytes = 63;

base::Refusal BadCredential() {
  return {std::string(base::sqlstate::kInvalidPassword), "authentication failed", "",
          "Use a token of a configured issuer as the password."};
}

// `<connection>` or `<connection>/<dbname>`.
std::pair<std::string, std::string> SplitDatabase(const std::string& database) {
  const size_t slash = database.find('/');
  if (slash == std::string::npos) return {database, ""};
  return {database.substr(0, slash), database.substr(slash + 1)};
}

// A start-up parameter is judged as SET of it would be.
sql::Facts SetFacts(std::string_view parameter) {
  sql::Facts facts;
  sql::StatementFacts statement;
  statement.statement_class = sql::StatementClass::kMisc;
  statement.sub_class = sql::SubClass::kSet;
  statement.parameter = parameter;
  facts.statements.push_back(std::move(statement));
  return facts;
}

StartupParameters ParametersToSend(StartupParameters parameters) {
  for (auto& [name, value] : parameters) value = sql::StartupValue(name, value);
  return parameters;
}

base::Refusal ParameterRefused(std::string_view name) {
  return {std::string(base::sqlstate::kInsufficientPrivilege),
          "the start-up parameter \"" + std::string(name) + "\" is not allowed", "",
          name == "client_encoding" ? "All texts are read as UTF8 here: set PGCLIENTENCODING=UTF8."
                                    : "Remove it from the connection string or from PGOPTIONS."};
}

base::Refusal DatabaseNameTooLong() {
  return {std::string(base::sqlstate::kInvalidAuthorization),
          "the name of the database is longer than 63 bytes", "",
          "The database is named <connection> or <connection>/<dbname>."};
}

base::Refusal NoAgent(const std::string& connection) {
  return {std::string(base::sqlstate::kCannotConnectNow),
          "no agent serves a connection \"" + connection + "\" now", "",
          "The database is named <connection> or <connection>/<dbname>."};
}

base::Refusal CatalogUnread(std::string detail) {
  return {std::string(base::sqlstate::kCannotConnectNow),
          "the catalog of the database could not be read", std::move(detail),
          "What the grant allows depends on it. Try again; the gateway's log has the reason."};
}

}  // namespace

Front::Front(FrontOptions options, fleet::Fleet& fleet, std::vector<session::SessionLoop*> loops,
             introspect::CatalogStore& catalogs, lease::LeaseBook& leases,
             session::SessionWorld world, Rules rules)
    : options_(std::move(options)),
      fleet_(fleet),
      catalogs_(catalogs),
      leases_(leases),
      loops_(std::move(loops)),
      world_(world),
      rules_(std::move(rules)),
      // The upper half tells the runs of the gateway apart.
      next_session_((base::SecureRandomUint64() & 0xffffffff00000000) + 1) {}

Front::~Front() { Stop(); }

void Front::Stop() {
  events_.Stop();
  if (thread_.joinable()) thread_.join();
}

absl::Status Front::Listen() {
  RETURN_IF_ERROR(acceptor_.Listen(options_.listen, kBacklog));
  thread_ = std::thread([this] { events_.Run(); });
  return absl::OkStatus();
}

net::Acceptor::Events Front::AcceptorEvents() {
  return {
      .accepted = [this](net::Accepted accepted) { OnAccepted(std::move(accepted)); },
      .out_of_descriptors =
          [this] { world_.logger.Error("out of file descriptors: no client can be accepted"); }};
}

void Front::OnAccepted(net::Accepted accepted) {
  if (handshakes_.size() >= options_.half_open_connections) {
    world_.logger.Info("a client was turned away: too many are not yet authenticated",
                       {{"client", accepted.peer.ToString()}});
    return;  // Closing says enough; an answer would cost more than the question.
  }
  auto handshake = std::make_shared<Handshake>(std::move(accepted), CurrentRules().handshake,
                                               events_, *this, world_.logger);
  handshakes_.emplace(handshake.get(), handshake);
  handshake->Start();
}

void Front::OnGone(Handshake& handshake) { handshakes_.erase(&handshake); }

void Front::OnCancel(uint32_t process_id, std::string secret, const std::string& client_address,
                     std::function<void()> done) {
  const auto session = world_.cancel_keys.Find({process_id, std::move(secret)});
  proto::audit::Record record;
  auto& cancel = *record.mutable_cancel_requested();
  if (session != nullptr) cancel.set_session(session::SessionName(session->plan().id));
  cancel.set_client_address(client_address);
  cancel.set_passed_on(session != nullptr);
  world_.journal.control().Queue(std::move(record));
  // As PostgreSQL does, a key that fits nothing is answered like one that fits.
  if (session == nullptr) return done();
  session->Cancel(std::move(done));
}

Rules Front::CurrentRules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

void Front::OnPassword(Handshake& handshake, const ClientHello& hello, std::string password) {
  const auto admission = std::make_shared<Admission>();
  admission->handshake = handshakes_.at(&handshake);
  admission->hello = hello;
  judge_.Judge(std::move(password), [this, admission](TokenJudge::Verdict verdict) {
    // It may have gone while the issuer was asked.
    if (handshakes_.contains(admission->handshake.get())) OnJudged(admission, std::move(verdict));
  });
}

void Front::OnJudged(const std::shared_ptr<Admission>& admission, TokenJudge::Verdict verdict) {
  if (const auto* rejection = std::get_if<identity::Rejection>(&verdict)) {
    world_.logger.Info("a sign-in failed", {{"client", admission->hello.client_address},
                                            {"reason", rejection->message}});
    RecordSignIn(admission->hello, false, rejection->message, {});
    return admission->handshake->Refuse(BadCredential());
  }
  admission->plan.principal = std::get<identity::Principal>(std::move(verdict));
  auto refusal = Plan(CurrentRules(), *admission);
  if (!refusal) refusal = PrepareCatalog(admission);
  if (refusal) TurnAway(*admission, *refusal);
}

std::optional<base::Refusal> Front::Plan(const Rules& rules, Admission& admission) {
  const ClientHello& hello = admission.hello;
  session::SessionPlan& plan = admission.plan;
  std::tie(plan.connection, plan.database) = SplitDatabase(hello.database);
  // The server would cut it, and open another database than the one that the policy was asked for.
  if (plan.database.size() > kMaxDatabaseBytes) return DatabaseNameTooLong();
  admission.tunnel = fleet_.Pick(plan.connection);
  if (admission.tunnel == nullptr) return NoAgent(plan.connection);
  plan.labels = fleet::Fleet::Labels(*admission.tunnel, plan.connection);
  if (plan.database.empty()) {
    plan.database = fleet::Fleet::Database(*admission.tunnel, plan.connection);
  }
  auto opened =
      rules.policy->Open(plan.principal, {plan.connection, plan.labels, plan.database}, hello.user);
  if (auto* refusal = std::get_if<base::Refusal>(&opened)) return std::move(*refusal);
  const auto& open = std::get<policy::OpenSession>(opened);
  if (!open.grant->WindowEnd(world_.clock.UnixMicros() / 1'000'000)) {
    return policy::WindowClosed(*open.grant);
  }
  plan.standing = {rules.policy, open.grant,
                   policy::MasksFor(rules.policy, plan.principal,
                                    {plan.connection, plan.labels, plan.database})};
  plan.grant_chosen_by_default = open.chosen_by_default;
  plan.parameters = ParametersToSend(hello.parameters);
  if (auto refusal = CheckParameters(plan)) return refusal;
  if (session_count() >= options_.sessions) {
    return base::Refusal{std::string(base::sqlstate::kTooManyConnections),
                         "the gateway has too many sessions", "", "Try again later."};
  }
  for (const auto& [name, value] : plan.parameters) {
    if (name == "application_name") plan.application_name = value;
  }
  plan.protocol_version = hello.protocol_version;
  plan.client_address = hello.client_address;
  plan.statement_bytes = options_.statement_bytes;
  plan.credential_ends_unix_s = plan.principal.expires_unix_s;
  return std::nullopt;
}

std::optional<base::Refusal> Front::PrepareCatalog(const std::shared_ptr<Admission>& admission) {
  session::SessionPlan& plan = admission->plan;
  const introspect::CatalogKey key{plan.connection, plan.database};
  if (auto feed = catalogs_.Open(key)) {
    plan.catalog = std::make_shared<StoredCatalog>(catalogs_, key, std::move(feed));
  }
  if (!plan.standing.needs_catalog()) {
    Admit(*admission);
    return std::nullopt;
  }
  if (plan.catalog == nullptr) return CatalogUnread("there are too many databases");
  catalogs_.Ensure(key, [this, admission](const auto& read) {
    events_.Post([this, admission, status = read.status()] { OnCatalog(admission, status); });
  });
  return std::nullopt;
}

void Front::OnCatalog(const std::shared_ptr<Admission>& admission, const absl::Status& status) {
  // It may have gone meanwhile.
  if (!handshakes_.contains(admission->handshake.get())) return;
  if (status.ok()) return Admit(*admission);
  world_.logger.Info("a client was turned away: the catalog could not be read",
                     {{"connection", admission->hello.database},
                      {"reason", std::string(base::FromAbsl(status.message()))}});
  TurnAway(*admission, CatalogUnread(""));
}

void Front::Admit(Admission& admission) {
  RecordSignIn(admission.hello, true, "", admission.plan.principal);
  StartSession(std::move(admission.plan), admission.handshake->Take(), std::move(admission.tunnel));
}

void Front::TurnAway(Admission& admission, const base::Refusal& refusal) {
  RecordSignIn(admission.hello, false, refusal.message, admission.plan.principal);
  admission.handshake->Refuse(refusal);
}

std::optional<base::Refusal> Front::CheckParameters(const session::SessionPlan& plan) const {
  const policy::ConnectionRef connection{plan.connection, plan.labels, plan.database};
  const auto check = [&](std::string_view name,
                         std::string_view value) -> std::optional<base::Refusal> {
    // The grant's role comes first; no grant gives these away.
    if (sql::ChangesRole(name)) return ParameterRefused(name);
    if (sql::CheckParameter(name, value) == sql::ParameterVerdict::kAllowed) return std::nullopt;
    const sql::Facts facts = SetFacts(name);
    const auto decision = plan.standing.policy->Decide(
        *plan.standing.grant, facts, policy::FindingsOfParser(facts), &connection);
    if (decision.action == policy::Action::kAllow || decision.observed) return std::nullopt;
    return ParameterRefused(name);
  };
  for (const auto& [name, value] : plan.parameters) {
    if (name == "replication") return ParameterRefused(name);
    if (name != "options") {
      if (auto refusal = check(name, value)) return refusal;
      continue;
    }
    const auto options = sql::ParseStartupOptions(value);
    if (!options.ok()) {
      base::Refusal refusal = ParameterRefused(name);
      refusal.detail = base::FromAbsl(options.status().message());
      return refusal;
    }
    for (const auto& [option, setting] : *options) {
      if (auto refusal = check(option, setting)) return refusal;
    }
  }
  return std::nullopt;
}

void Front::RecordSignIn(const ClientHello& hello, bool ok, const std::string& reason,
                         const identity::Principal& principal) {
  proto::audit::Record record;
  auto& sign_in = *record.mutable_sign_in();
  sign_in.set_ok(ok);
  sign_in.set_reason(reason);
  sign_in.set_issuer(principal.issuer);
  sign_in.set_subject(principal.subject);
  sign_in.set_client_address(hello.client_address);
  sign_in.set_connection(hello.database);
  sign_in.set_method(principal.method);
  sign_in.set_credential_id(principal.credential_id);
  for (const std::string& actor : principal.act) sign_in.add_act(actor);
  world_.journal.control().Queue(std::move(record));
}

void Front::StartSession(session::SessionPlan plan, std::unique_ptr<net::Stream> stream,
                         std::shared_ptr<fleet::Tunnel> tunnel) {
  session::SessionLoop& loop = *loops_[tunnel->lane_index()];
  const auto forget = [this](const session::Session& ended) {
    const std::lock_guard inner(mutex_);
    sessions_.erase(ended.plan().id);
  };
  const std::lock_guard lock(mutex_);
  const auto policy = plan.standing.policy;
  plan.id = next_session_++;
  const uint64_t id = plan.id;
  const auto session = std::make_shared<session::Session>(std::move(plan), std::move(stream),
                                                          std::move(tunnel), loop, world_, forget);
  sessions_.emplace(id, session);
  loop.events().Post([session] { session->Begin(); });
  // Who revokes it after this finds the session among the others.
  if (!StandsOnLiveCredential(session->plan())) {
    session->End(LeaseRevoked(), "the lease is revoked");
  }
  // A reload while the client was being judged did not see this session.
  if (policy == rules_.policy) return;
  loop.events().Post([session, now = rules_.policy] { session->Adopt(now); });
}

void Front::Reload(Rules rules, std::function<void()> done) {
  // The last of those that hold it calls.
  const std::shared_ptr<void> all(nullptr, [done = std::move(done)](void*) { done(); });
  const std::lock_guard lock(mutex_);
  rules_ = std::move(rules);
  for (const auto& [id, session] : sessions_) {
    session->loop().events().Post(
        [session = session, policy = rules_.policy, all] { session->Adopt(policy); });
  }
}

void Front::Drain() {
  events_.Post([this] { acceptor_.Close(); });
}

void Front::EndSessions(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, session] : sessions_) {
    session->End({std::string(base::sqlstate::kAdminShutdown), "terminating connection: " + reason,
                  "", "Open a new session."},
                 reason);
  }
}

std::vector<SessionSummary> Front::Sessions() const {
  const std::lock_guard lock(mutex_);
  std::vector<SessionSummary> summaries;
  for (const auto& [id, session] : sessions_) {
    const session::SessionPlan& plan = session->plan();
    summaries.push_back({session::SessionName(id), plan.principal.subject,
                         std::string(plan.standing.grant->name()), plan.connection,
                         plan.client_address, session->agent_id(), session->opened_unix_us()});
  }
  return summaries;
}

bool Front::Kill(const std::string& session, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, candidate] : sessions_) {
    if (session::SessionName(id) != session) continue;
    candidate->End(
        {std::string(base::sqlstate::kAdminShutdown),
         "terminating connection due to an operator's command", "", "Open a new session."},
        reason);
    return true;
  }
  return false;
}

size_t Front::session_count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace portreeve::front
