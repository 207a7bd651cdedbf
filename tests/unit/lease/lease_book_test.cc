#include "lease/lease_book.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include "store/sqlite_store.h"
#include "support/journal_records.h"
#include "support/temp_folder.h"

namespace portreeve::lease {
namespace {

constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;
constexpr char kMockSecret[] = "of the deployment";

class MovedClock final : public base::Clock {
 public:
  int64_t UnixMicros() const override { return now_us; }
  int64_t MonotonicMicros() const override { return now_us; }
  std::atomic<int64_t> now_us{int64_t{1'700'000'000} * 1'000'000};
};

// A journal, a store and the book of a gateway that can be started again.
class Office {
 public:
  Office() { Start(); }

  void Start() {
    Stop();
    audit::Options options;
    options.dir = folder_.path() / "journal";
    options.clock = &clock;
    options.logger = &logger_;
    journal_ = *audit::Journal::Open(options);
    store_ = *store::SqliteStore::Open(file());
    book_ = *LeaseBook::Open(*store_, *journal_, clock, logger_, kMockSecret);
  }
  void Stop() {
    book_.reset();
    store_.reset();
    journal_.reset();
  }

  LeaseBook& book() { return *book_; }
  store::Store& store() { return *store_; }
  audit::Journal& journal() { return *journal_; }
  std::filesystem::path file() const { return folder_.path() / "store.sqlite"; }
  std::vector<proto::audit::Record> Records() {
    return support::RecordsIn(folder_.path() / "journal");
  }

  absl::StatusOr<IssuedLease> Issue(const std::string& subject, int64_t lifetime_us = kHourUs) {
    LeaseRequest request;
    request.principal.subject = subject;
    request.principal.issuer = "https://id";
    request.principal.groups = {"readers"};
    request.principal.method = "jwt";
    request.principal.credential_id = "jti-1";
    request.principal.act = {"bot"};
    request.connection = "orders";
    request.grant = "read";
    request.lifetime_us = lifetime_us;
    request.client_address = "127.0.0.1:1";
    return book_->Issue(request);
  }

  MovedClock clock;

 private:
  support::TempFolder folder_;
  base::Logger logger_{base::LogLevel::kError};
  std::unique_ptr<audit::Journal> journal_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unique_ptr<LeaseBook> book_;
};

TEST_CASE("a lease is found by its user name, and its secret fits its verifier") {
  Office office;
  const auto issued = office.Issue("ann");
  REQUIRE(issued.ok());
  CHECK(IsLeaseUser(issued->lease->user));
  CHECK(issued->secret.size() >= 32);
  CHECK(issued->secret.size() <= 63);
  CHECK(issued->lease->expires_us == office.clock.now_us + kHourUs);
  const Credential credential = office.book().Find(issued->lease->user);
  REQUIRE(credential.lease != nullptr);
  CHECK(credential.fault == "");
  CHECK(credential.lease->principal.subject == "ann");
  CHECK(credential.lease->connection == "orders");
  CHECK(credential.lease->grant == "read");
  CHECK(scram::Matches(credential.verifier, issued->secret));
  CHECK_FALSE(scram::Matches(credential.verifier, issued->secret + "x"));
  CHECK(office.book().IsLive(issued->lease->id));
}

TEST_CASE("no two leases share a name, an id or a secret, and no name tells whose it is") {
  Office office;
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto issued = office.Issue("ann");
    REQUIRE(issued.ok());
    CHECK(seen.insert(issued->lease->user).second);
    CHECK(seen.insert(issued->lease->id).second);
    CHECK(seen.insert(issued->secret).second);
    CHECK(issued->lease->user.find("ann") == std::string::npos);
  }
}

TEST_CASE("what a client is asked is the same before, during and after the life of a lease") {
  Office office;
  const auto issued = office.Issue("ann");
  REQUIRE(issued.ok());
  const std::string user = issued->lease->user;
  const scram::Verifier live = office.book().Find(user).verifier;
  CHECK_FALSE(live.mock);
  REQUIRE(office.book().Revoke(issued->lease->id, "operator", "lost").ok());
  const Credential revoked = office.book().Find(user);
  CHECK(revoked.lease == nullptr);
  CHECK(revoked.fault == "the lease is revoked");
  office.clock.now_us += kHourUs;
  CHECK(office.book().Find(user).fault == "the lease is revoked");
  REQUIRE(office.book().Sweep().ok());
  const Credential gone = office.book().Find(user);
  CHECK(gone.fault == "there is no such lease");
  for (const scram::Verifier& mock : {revoked.verifier, gone.verifier}) {
    CHECK(mock.mock);
    CHECK(mock.salt == live.salt);
    CHECK(mock.iterations == live.iterations);
  }
  CHECK(office.book().Find("lease_other").verifier.salt != live.salt);
}

TEST_CASE("a lease ends at its time and is deleted") {
  Office office;
  const auto issued = office.Issue("ann");
  const auto longer = office.Issue("bob", 2 * kHourUs);
  REQUIRE(issued.ok());
  REQUIRE(longer.ok());
  office.clock.now_us += kHourUs - 1;
  CHECK(office.book().Find(issued->lease->user).lease != nullptr);
  office.clock.now_us += 1;
  CHECK(office.book().Find(issued->lease->user).fault == "the lease has expired");
  CHECK_FALSE(office.book().IsLive(issued->lease->id));
  CHECK(office.book().List().size() == 1);
  CHECK(office.book().FindById(issued->lease->id).status().code() == absl::StatusCode::kNotFound);
  CHECK(office.store().ListLeases()->size() == 2);
  REQUIRE(office.book().Sweep().ok());
  REQUIRE(office.store().ListLeases()->size() == 1);
  CHECK(office.store().ListLeases()->front().id == longer->lease->id);
}

TEST_CASE("leases and their end outlive the gateway") {
  Office office;
  const auto kept = office.Issue("ann");
  const auto revoked = office.Issue("ann");
  const auto expired = office.Issue("ann", kHourUs / 2);
  REQUIRE(kept.ok());
  REQUIRE(revoked.ok());
  REQUIRE(expired.ok());
  REQUIRE(office.book().Revoke(revoked->lease->id, "operator", "lost").ok());
  office.clock.now_us += kHourUs / 2;
  office.Start();
  const Credential credential = office.book().Find(kept->lease->user);
  REQUIRE(credential.lease != nullptr);
  CHECK(scram::Matches(credential.verifier, kept->secret));
  CHECK(credential.lease->principal.groups == std::vector<std::string>{"readers"});
  CHECK(credential.lease->principal.act == std::vector<std::string>{"bot"});
  CHECK(credential.lease->expires_us == kept->lease->expires_us);
  CHECK(office.book().Find(revoked->lease->user).fault == "the lease is revoked");
  CHECK(office.book().Find(expired->lease->user).fault == "there is no such lease");
  CHECK(office.store().ListLeases()->size() == 2);
}

TEST_CASE("the secret is in no file of the gateway") {
  Office office;
  const auto issued = office.Issue("ann");
  REQUIRE(issued.ok());
  office.Stop();
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(office.file().parent_path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    INFO(entry.path());
    CHECK(text.find(issued->secret) == std::string::npos);
    CHECK(text.find(issued->secret.substr(4)) == std::string::npos);
  }
}

TEST_CASE("issue and revocation are on record, each once") {
  Office office;
  const auto issued = office.Issue("ann");
  REQUIRE(issued.ok());
  const std::string id = issued->lease->id;
  REQUIRE(office.book().Revoke(id, "ann", "done").ok());
  REQUIRE(office.book().Revoke(id, "operator", "again").ok());
  CHECK(office.book().Revoke("l-0", "operator", "x").code() == absl::StatusCode::kNotFound);
  office.Stop();
  size_t found = 0;
  for (const auto& record : office.Records()) {
    if (record.has_lease_issued()) {
      ++found;
      CHECK(record.lease_issued().lease() == id);
      CHECK(record.lease_issued().user() == issued->lease->user);
      CHECK(record.lease_issued().principal().subject() == "ann");
      CHECK(record.lease_issued().principal().act(0) == "bot");
      CHECK(record.lease_issued().principal().credential_id() == "jti-1");
      CHECK(record.lease_issued().connection() == "orders");
      CHECK(record.lease_issued().grant() == "read");
      CHECK(record.lease_issued().expires_unix_s() == issued->lease->expires_us / 1'000'000);
      CHECK(record.lease_issued().client_address() == "127.0.0.1:1");
    }
    if (record.has_lease_revoked()) {
      ++found;
      CHECK(record.lease_revoked().lease() == id);
      CHECK(record.lease_revoked().by() == "ann");
      CHECK(record.lease_revoked().reason() == "done");
    }
  }
  CHECK(found == 2);
}

TEST_CASE("one subject has only so many leases, and takes none from others") {
  Office office;
  std::vector<std::string> ids;
  for (size_t i = 0; i < LeaseBook::kMaxPerPrincipal; ++i) {
    const auto issued = office.Issue("ann");
    REQUIRE(issued.ok());
    ids.push_back(issued->lease->id);
  }
  CHECK(office.Issue("ann").status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(office.Issue("bob").ok());
  REQUIRE(office.book().Revoke(ids[0], "ann", "room").ok());
  CHECK(office.Issue("ann").ok());
  CHECK_FALSE(office.Issue("ann").ok());
  office.clock.now_us += kHourUs;
  CHECK(office.Issue("ann").ok());
}

TEST_CASE("no lease lasts longer than twelve hours or no time at all") {
  Office office;
  for (const int64_t lifetime_us :
       {int64_t{0}, int64_t{-1}, int64_t{999'999}, LeaseBook::kMaxLifetimeUs + 1,
        std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    CHECK(office.Issue("ann", lifetime_us).status().code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK(office.Issue("ann", LeaseBook::kMaxLifetimeUs).ok());
  CHECK(office.Issue("ann", 1'000'000).ok());
}

TEST_CASE("a lease that the store holds in another form keeps the gateway from starting") {
  Office office;
  REQUIRE(office.store()
              .AddLease({"l-1", "lease_1", "no verifier", "{}", "orders", "read", 1,
                         office.clock.now_us + 1, 0})
              .ok());
  base::Logger logger(base::LogLevel::kError);
  const auto book =
      LeaseBook::Open(office.store(), office.journal(), office.clock, logger, kMockSecret);
  REQUIRE_FALSE(book.ok());
  CHECK(std::string(base::FromAbsl(book.status().message())).find("lease l-1") == 0);
}

}  // namespace
}  // namespace portreeve::lease
