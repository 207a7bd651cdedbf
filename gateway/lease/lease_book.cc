#include "lease/lease_book.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "lease/principal_text.h"

namespace portreeve::lease {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr size_t kIdBytes = 8;
constexpr size_t kUserBytes = 16;
constexpr size_t kSecretBytes = 24;
constexpr char kIdPrefix[] = "l-";
constexpr char kUserPrefix[] = "lease_";
// Tells scanners of source code what they have found.
constexpr char kSecretPrefix[] = "pls_";

store::Lease ToStore(const Lease& lease) {
  return {lease.id,         lease.user,  lease.verifier.Text(), ToText(lease.principal),
          lease.connection, lease.grant, lease.created_us,      lease.expires_us,
          lease.revoked_us};
}

absl::StatusOr<Lease> FromStore(const store::Lease& stored) {
  const auto annotate = [&](const absl::Status& status) {
    return base::Annotate(status, "lease " + stored.id);
  };
  auto verifier = scram::Verifier::Parse(stored.verifier);
  if (!verifier.ok()) return annotate(verifier.status());
  auto principal = PrincipalFromText(stored.principal);
  if (!principal.ok()) return annotate(principal.status());
  return Lease{stored.id,         stored.user,  *std::move(verifier), *std::move(principal),
               stored.connection, stored.grant, stored.created_us,    stored.expires_us,
               stored.revoked_us};
}

std::string FaultOf(const Lease* lease, int64_t now_us) {
  if (lease == nullptr) return "there is no such lease";
  if (lease->revoked_us != 0) return "the lease is revoked";
  return lease->IsLive(now_us) ? "" : "the lease has expired";
}

}  // namespace

absl::StatusOr<std::unique_ptr<LeaseBook>> LeaseBook::Open(store::Store& store,
                                                           audit::Journal& journal,
                                                           const base::Clock& clock,
                                                           base::Logger& logger,
                                                           std::string secret) {
  std::unique_ptr<LeaseBook> book(new LeaseBook(store, journal, clock, logger, std::move(secret)));
  RETURN_IF_ERROR(book->Load());
  book->sweeper_ = std::thread([&book = *book] { book.KeepSweeping(); });
  return book;
}

LeaseBook::~LeaseBook() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (sweeper_.joinable()) sweeper_.join();
}

absl::Status LeaseBook::Load() {
  RETURN_IF_ERROR(store_.DeleteLeases(clock_.UnixMicros()));
  ASSIGN_OR_RETURN(const auto stored, store_.ListLeases());
  for (const store::Lease& each : stored) {
    ASSIGN_OR_RETURN(Lease lease, FromStore(each));
    const auto shared = std::make_shared<const Lease>(std::move(lease));
    by_user_.emplace(shared->user, shared);
    by_id_.emplace(shared->id, shared);
  }
  return absl::OkStatus();
}

absl::Status LeaseBook::CheckRoom(const identity::Principal& principal, int64_t now_us) const {
  const std::lock_guard lock(mutex_);
  if (by_id_.size() >= kMaxLeases) return base::ResourceExhausted("there are too many leases");
  size_t kept = 0;
  size_t live = 0;
  for (const auto& [id, lease] : by_id_) {
    if (lease->principal.issuer != principal.issuer) continue;
    if (lease->principal.subject != principal.subject || lease->expires_us <= now_us) continue;
    ++kept;
    live += lease->revoked_us == 0 ? 1 : 0;
  }
  if (live >= kMaxPerPrincipal) {
    return base::ResourceExhausted("you have " + std::to_string(live) +
                                   " leases already: revoke one, or wait until one expires");
  }
  if (kept < kMaxKeptPerPrincipal) return absl::OkStatus();
  return base::ResourceExhausted("you have had too many leases lately: ask for shorter ones");
}

absl::StatusOr<IssuedLease> LeaseBook::Issue(const LeaseRequest& request) {
  if (request.lifetime_us < kSecondUs || request.lifetime_us > kMaxLifetimeUs) {
    return base::InvalidArgument("a lease lasts from one second to 12 hours");
  }
  IssuedLease issued;
  issued.secret = kSecretPrefix + base::SecureRandomToken(kSecretBytes);
  Lease lease;
  lease.id = kIdPrefix + base::HexEncode(base::SecureRandomBytes(kIdBytes));
  lease.user = kUserPrefix + base::HexEncode(base::SecureRandomBytes(kUserBytes));
  // The salt of the mock: what a client is asked does not change when the lease ends.
  lease.verifier =
      scram::Verifier::Make(issued.secret, scram::Verifier::Mock(lease.user, secret_).salt);
  lease.principal = request.principal;
  lease.connection = request.connection;
  lease.grant = request.grant;

  const std::lock_guard writing(write_mutex_);
  lease.created_us = clock_.UnixMicros();
  lease.expires_us = lease.created_us + request.lifetime_us;
  RETURN_IF_ERROR(CheckRoom(request.principal, lease.created_us));
  // A lease that is not on record is not handed out.
  RETURN_IF_ERROR(RecordIssue(lease, request.client_address));
  RETURN_IF_ERROR(store_.AddLease(ToStore(lease)));
  issued.lease = std::make_shared<const Lease>(std::move(lease));
  const std::lock_guard lock(mutex_);
  by_user_.emplace(issued.lease->user, issued.lease);
  by_id_.emplace(issued.lease->id, issued.lease);
  return issued;
}

absl::Status LeaseBook::RecordIssue(const Lease& lease, const std::string& client_address) {
  proto::audit::Record record;
  auto& event = *record.mutable_lease_issued();
  event.set_lease(lease.id);
  event.set_user(lease.user);
  auto& principal = *event.mutable_principal();
  principal.set_subject(lease.principal.subject);
  principal.set_issuer(lease.principal.issuer);
  principal.mutable_groups()->Assign(lease.principal.groups.begin(), lease.principal.groups.end());
  principal.set_method(lease.principal.method);
  principal.set_credential_id(lease.principal.credential_id);
  principal.mutable_act()->Assign(lease.principal.act.begin(), lease.principal.act.end());
  event.set_connection(lease.connection);
  event.set_grant(lease.grant);
  event.set_expires_unix_s(lease.expires_us / kSecondUs);
  event.set_client_address(client_address);
  return journal_.control().Append(std::move(record));
}

Credential LeaseBook::Find(const std::string& user) const {
  Credential credential;
  // Made in any case, so that the time it takes tells nothing.
  credential.verifier = scram::Verifier::Mock(user, secret_);
  const int64_t now_us = clock_.UnixMicros();
  LeasePtr found;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = by_user_.find(user);
    if (entry != by_user_.end()) found = entry->second;
  }
  credential.fault = FaultOf(found.get(), now_us);
  if (!credential.fault.empty()) return credential;
  credential.verifier = found->verifier;
  credential.lease = std::move(found);
  return credential;
}

absl::StatusOr<std::shared_ptr<const Lease>> LeaseBook::FindById(const std::string& id) const {
  const int64_t now_us = clock_.UnixMicros();
  const std::lock_guard lock(mutex_);
  const auto entry = by_id_.find(id);
  if (entry == by_id_.end() || entry->second->expires_us <= now_us) {
    return base::NotFound("there is no lease " + id);
  }
  return entry->second;
}

bool LeaseBook::IsLive(const std::string& id) const {
  const auto found = FindById(id);
  return found.ok() && (*found)->IsLive(clock_.UnixMicros());
}

std::vector<std::shared_ptr<const Lease>> LeaseBook::List() const {
  const int64_t now_us = clock_.UnixMicros();
  std::vector<LeasePtr> leases;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, lease] : by_id_) {
      if (lease->expires_us > now_us) leases.push_back(lease);
    }
  }
  std::sort(leases.begin(), leases.end(), [](const LeasePtr& left, const LeasePtr& right) {
    return std::tie(left->created_us, left->id) < std::tie(right->created_us, right->id);
  });
  return leases;
}

absl::Status LeaseBook::Revoke(const std::string& id, const std::string& by,
                               const std::string& reason) {
  const std::lock_guard writing(write_mutex_);
  ASSIGN_OR_RETURN(const LeasePtr lease, FindById(id));
  if (lease->revoked_us != 0) return absl::OkStatus();
  proto::audit::Record record;
  auto& event = *record.mutable_lease_revoked();
  event.set_lease(id);
  event.set_by(by);
  event.set_reason(reason);
  RETURN_IF_ERROR(journal_.control().Append(std::move(record)));
  auto revoked = std::make_shared<Lease>(*lease);
  revoked->revoked_us = clock_.UnixMicros();
  {
    const std::lock_guard lock(mutex_);
    by_user_[revoked->user] = revoked;
    by_id_[id] = revoked;
  }
  return store_.RevokeLease(id, revoked->revoked_us);
}

absl::Status LeaseBook::Sweep() {
  const std::lock_guard writing(write_mutex_);
  const int64_t now_us = clock_.UnixMicros();
  const auto expired = [now_us](const auto& entry) { return entry.second->expires_us <= now_us; };
  {
    const std::lock_guard lock(mutex_);
    if (std::erase_if(by_id_, expired) == 0) return absl::OkStatus();
    std::erase_if(by_user_, expired);
  }
  return store_.DeleteLeases(now_us);
}

void LeaseBook::KeepSweeping() {
  std::unique_lock lock(stop_mutex_);
  while (!stop_.wait_for(lock, std::chrono::microseconds(kSweepIntervalUs),
                         [this] { return stopping_; })) {
    const absl::Status swept = Sweep();
    if (swept.ok()) continue;
    logger_.Error("expired leases could not be deleted",
                  {{"reason", std::string(base::FromAbsl(swept.message()))}});
  }
}

}  // namespace portreeve::lease
