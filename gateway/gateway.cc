#include "gateway.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <thread>
#include <utility>

#include "admin/operator_token.h"
#include "base/random.h"
#include "base/secret_file.h"
#include "net/socket.h"

namespace portreeve {
namespace {

// How long sessions may take to tell their clients that the gateway ends.
constexpr int kFarewellMs = 3'000;
constexpr int kFarewellStepMs = 20;
constexpr size_t kLeastKeyBytes = 32;

absl::StatusOr<net::Address> Resolve(const std::string& text) {
  ASSIGN_OR_RETURN(const net::HostPort parsed, net::ParseHostPort(text));
  ASSIGN_OR_RETURN(const auto addresses, net::ResolveBlocking(parsed.host, parsed.port));
  return addresses.front();
}

std::string HostOf(std::string url) {
  if (const size_t scheme = url.find("://"); scheme != std::string::npos) {
    url.erase(0, scheme + 3);
  }
  url.erase(std::min(url.find('/'), url.size()));
  const auto parsed = net::ParseHostPort(url);
  return parsed.ok() ? parsed->host : url;
}

// What agents may call this gateway.
std::vector<std::string> LinkNames(const gateway_config::GatewayConfig& config) {
  std::set<std::string> names = {"localhost", "127.0.0.1"};
  for (const std::string& url :
       {config.public_http, config.public_postgres, config.listen_agents}) {
    const std::string host = HostOf(url);
    if (!host.empty() && host != "0.0.0.0" && host != "::") names.insert(host);
  }
  names.insert(config.link_names.begin(), config.link_names.end());
  return {names.begin(), names.end()};
}

// Where clients are told to find the PostgreSQL port.
admin::PublicAddress PublicPostgres(const gateway_config::GatewayConfig& config, int port) {
  admin::PublicAddress address{"localhost", port, !config.tls_cert_file.empty()};
  if (!config.public_postgres.empty()) {
    const auto parsed = net::ParseHostPort(config.public_postgres);
    if (parsed.ok()) return {parsed->host, std::stoi(parsed->port), address.tls};
  }
  const std::string listens = HostOf(config.listen_postgres);
  const bool anywhere = listens == "0.0.0.0" || listens == "::";
  if (!config.public_http.empty()) {
    address.host = HostOf(config.public_http);
  } else if (!anywhere) {
    address.host = listens;
  }
  return address;
}

absl::StatusOr<mask::HashKey> LoadMaskKey(const gateway_config::GatewayConfig& config) {
  if (!config.mask_key) {
    ASSIGN_OR_RETURN(const std::string made,
                     base::LoadOrMakeSecret(config.state_dir / "mask.key", "", kLeastKeyBytes));
    return mask::HashKey::FromSecret(made);
  }
  ASSIGN_OR_RETURN(const std::string secret, config.mask_key->Resolve());
  if (secret.size() < kLeastKeyBytes) {
    return base::InvalidArgument("mask_key: a key needs at least 32 bytes");
  }
  return mask::HashKey::FromSecret(secret);
}

using LiveIssuers = std::vector<std::shared_ptr<oidc::DiscoveredIssuer>>;

// Those that stood for the same issuers until now give them their keys.
void StartIssuers(const LiveIssuers& issuers, const LiveIssuers& before, const base::Clock& clock,
                  base::Logger& logger) {
  for (const auto& issuer : issuers) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& candidate) {
      return candidate->options().issuer.text == issuer->options().issuer.text;
    });
    issuer->Start(clock, logger, same == before.end() ? nullptr : same->get());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(Settings settings, std::string version,
                                                        base::Logger& logger) {
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(settings), std::move(version), logger));
  RETURN_IF_ERROR(gateway->OpenState());
  gateway->RecordStart();
  RETURN_IF_ERROR(gateway->StartLink());
  StartIssuers(gateway->settings_.live_issuers, {}, gateway->clock_, logger);
  RETURN_IF_ERROR(gateway->StartFront());
  RETURN_IF_ERROR(gateway->StartHttp());
  logger.Info("the gateway is running", {{"version", gateway->version_},
                                         {"clients", gateway->settings_.config.listen_postgres},
                                         {"agents", gateway->settings_.config.listen_agents},
                                         {"http", gateway->settings_.config.listen_http},
                                         {"policy", gateway->settings_.rules.policy->version()}});
  return gateway;
}

absl::Status Gateway::OpenState() {
  const auto& config = settings_.config;
  if (mkdir(config.state_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::ErrnoStatus("cannot make state_dir " + config.state_dir.string(), errno);
  }
  audit::Options options;
  options.dir = config.state_dir / "journal";
  options.lanes = config.lanes;
  options.durability =
      config.strict_durability ? audit::Durability::kStrict : audit::Durability::kRelaxed;
  options.clock = &clock_;
  options.logger = &logger_;
  ASSIGN_OR_RETURN(journal_, audit::Journal::Open(options));
  ASSIGN_OR_RETURN(store_, store::SqliteStore::Open(config.state_dir / "store.sqlite"));
  ASSIGN_OR_RETURN(authority_,
                   fleet::CertificateAuthority::Open(config.state_dir, *store_, clock_,
                                                     config.agent_certificate_lifetime_us));
  fleet_ = std::make_unique<fleet::Fleet>(*authority_, *journal_, clock_, logger_);
  catalogs_ = std::make_unique<introspect::CatalogStore>(*fleet_, *journal_, logger_);
  ASSIGN_OR_RETURN(std::string lease_key,
                   base::LoadOrMakeSecret(config.state_dir / "lease.key", "", kLeastKeyBytes));
  ASSIGN_OR_RETURN(
      leases_, lease::LeaseBook::Open(*store_, *journal_, clock_, logger_, std::move(lease_key)));
  return absl::OkStatus();
}

absl::Status Gateway::StartLink() {
  const auto& config = settings_.config;
  ASSIGN_OR_RETURN(const mask::HashKey mask_key, LoadMaskKey(config));
  for (size_t i = 0; i < config.lanes; ++i) {
    loops_.push_back(
        std::make_unique<session::SessionLoop>(i, journal_->lane(i), logger_, mask_key));
    loops_.back()->Start();
  }
  enrolment_ = std::make_unique<fleet::EnrolmentService>(*authority_, *journal_, clock_, logger_);
  link::LinkServer::Options options;
  options.address = config.listen_agents;
  port_certificate_ =
      std::make_unique<fleet::PortCertificate>(*authority_, clock_, logger_, LinkNames(config));
  ASSIGN_OR_RETURN(options.tls, port_certificate_->Make());
  options.tls_renewal = [this] { return port_certificate_->Renew(); };
  options.lanes = config.lanes;
  options.services = {enrolment_.get()};
  ASSIGN_OR_RETURN(
      link_, link::LinkServer::Start(std::move(options), [this](size_t lane, const auto& peer) {
        return fleet_->Admit(lane, peer);
      }));
  return absl::OkStatus();
}

absl::Status Gateway::StartFront() {
  const auto& config = settings_.config;
  front::FrontOptions options;
  ASSIGN_OR_RETURN(options.listen, Resolve(config.listen_postgres));
  options.half_open_connections = config.half_open_connections;
  options.sessions = config.sessions;
  options.statement_bytes = config.statement_bytes;
  std::vector<session::SessionLoop*> loops;
  for (const auto& loop : loops_) loops.push_back(loop.get());
  front_ = std::make_unique<front::Front>(
      std::move(options), *fleet_, std::move(loops), *catalogs_, *leases_,
      session::SessionWorld{*journal_, cancel_keys_, clock_, logger_, rates_}, settings_.rules);
  return front_->Listen();
}

absl::Status Gateway::StartHttp() {
  const auto& config = settings_.config;
  api_ = std::make_unique<admin::OperatorApi>(*front_, *fleet_, *authority_, *store_, *journal_,
                                              clock_);
  lease_api_ = std::make_unique<admin::LeaseApi>(*front_, *fleet_, *leases_, *journal_, clock_,
                                                 PublicPostgres(config, front_->port()));
  admin::HttpOptions options;
  ASSIGN_OR_RETURN(const net::HostPort address, net::ParseHostPort(config.listen_http));
  options.host = address.host;
  options.port = std::stoi(address.port);
  options.tls_cert_file = config.tls_cert_file;
  options.tls_key_file = config.tls_key_file;
  ASSIGN_OR_RETURN(options.operator_token, admin::LoadOrMakeOperatorToken(config.state_dir));
  ASSIGN_OR_RETURN(http_,
                   admin::HttpServer::Start(
                       options, *api_, *lease_api_, [this] { return !draining_.load(); }, logger_));
  return absl::OkStatus();
}

Gateway::~Gateway() {
  http_.reset();
  if (front_ != nullptr) {
    front_->Drain();
    front_->EndSessions("the gateway stops");
    for (int waited = 0; front_->session_count() > 0 && waited < kFarewellMs;
         waited += kFarewellStepMs) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kFarewellStepMs));
    }
  }
  // The lanes' threads call into sessions, and sessions into the front: they end in this order.
  // What runs in the store of catalogs ends with both.
  if (front_ != nullptr) front_->Stop();
  for (const auto& issuer : settings_.live_issuers) issuer->Stop();
  link_.reset();
  for (const auto& loop : loops_) loop->Stop();
  catalogs_.reset();
  front_.reset();
  if (journal_ == nullptr) return;
  proto::audit::Record record;
  record.mutable_gateway_stopped()->set_instance(instance_);
  record.mutable_gateway_stopped()->set_reason("asked to stop");
  journal_->control().Queue(std::move(record));
}

void Gateway::RecordStart() {
  instance_ = base::SecureRandomToken(9);
  proto::audit::Record record;
  auto& started = *record.mutable_gateway_started();
  started.set_version(version_);
  started.set_instance(instance_);
  started.set_lanes(static_cast<uint32_t>(settings_.config.lanes));
  started.set_durability(settings_.config.strict_durability ? "strict" : "relaxed");
  journal_->control().Queue(std::move(record));
  RecordLoaded(settings_.rules.policy->version(), true, "");
}

void Gateway::RecordLoaded(const std::string& policy_version, bool ok, const std::string& errors) {
  proto::audit::Record record;
  auto& loaded = *record.mutable_configuration_loaded();
  loaded.set_what("gateway");
  loaded.set_policy_version(policy_version);
  loaded.set_ok(ok);
  if (!ok) loaded.add_errors(errors);
  journal_->control().Queue(std::move(record));
}

void Gateway::Reload(Settings settings) {
  const auto& now = settings_.config;
  const auto& next = settings.config;
  if (next.listen_postgres != now.listen_postgres || next.listen_agents != now.listen_agents ||
      next.listen_http != now.listen_http || next.state_dir != now.state_dir ||
      next.lanes != now.lanes || next.strict_durability != now.strict_durability ||
      next.sessions != now.sessions || next.half_open_connections != now.half_open_connections ||
      next.statement_bytes != now.statement_bytes) {
    logger_.Warn("listeners, state_dir, lanes, limits and durability change with a restart only");
  }
  settings_.rules = settings.rules;
  StartIssuers(settings.live_issuers, settings_.live_issuers, clock_, logger_);
  settings_.live_issuers.swap(settings.live_issuers);
  RecordLoaded(settings.rules.policy->version(), true, "");
  const std::string version = settings.rules.policy->version();
  front_->Reload(std::move(settings.rules), [&logger = logger_, version] {
    logger.Info("the configuration was reloaded", {{"policy", version}});
  });
  // Whoever waits for one of these is judged by the new ones.
  for (const auto& issuer : settings.live_issuers) issuer->Stop();
}

void Gateway::NoteFailedReload(const std::string& errors) {
  logger_.Error("the configuration has errors and was not loaded; the old one stays",
                {{"errors", errors}});
  RecordLoaded(settings_.rules.policy->version(), false, errors);
}

void Gateway::Drain() {
  draining_.store(true);
  front_->Drain();
}

}  // namespace portreeve
