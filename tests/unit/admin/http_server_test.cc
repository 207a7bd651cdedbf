#include "admin/http_server.h"

#include <httplib.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "admin/http_request.h"
#include "audit/reader.h"
#include "store/sqlite_store.h"
#include "support/temp_folder.h"
#include "unit/identity/tokens.h"

namespace portreeve::admin {
namespace {

using nlohmann::json;

constexpr char kToken[] = "pot_0123456789012345678901234567890123456789";

// A gateway's parts without its listeners, and the HTTP interface before them.
class Fixture {
 public:
  Fixture() {
    audit::Options options;
    options.dir = folder_.path() / "journal";
    options.clock = &clock_;
    options.logger = &logger_;
    journal_ = *audit::Journal::Open(options);
    store_ = *store::SqliteStore::Open(folder_.path() / "store.sqlite");
    authority_ = *fleet::CertificateAuthority::Open(folder_.path(), *store_, clock_,
                                                    int64_t{3600} * 1'000'000);
    fleet_ = std::make_unique<fleet::Fleet>(*authority_, *journal_, clock_, logger_);
    catalogs_ = std::make_unique<introspect::CatalogStore>(*fleet_, *journal_, logger_);
    leases_ = *lease::LeaseBook::Open(*store_, *journal_, clock_, logger_, "secret");
    front_ = std::make_unique<front::Front>(
        front::FrontOptions{}, *fleet_, std::vector<session::SessionLoop*>{}, *catalogs_, *leases_,
        session::SessionWorld{*journal_, cancel_keys_, clock_, logger_, rates_},
        front::Rules{nullptr, identity::Verifier(), {}});
    api_ = std::make_unique<OperatorApi>(*front_, *fleet_, *authority_, *store_, *journal_, clock_);
    lease_api_ = std::make_unique<LeaseApi>(*front_, *fleet_, *leases_, *journal_, clock_,
                                            PublicAddress{"gw.example.com", 6432, true});
    HttpOptions http;
    http.host = "127.0.0.1";
    http.operator_token = kToken;
    server_ = *HttpServer::Start(
        http, *api_, *lease_api_, [this] { return ready.load(); }, logger_);
  }

  httplib::Client Client(const std::string& token = kToken) {
    httplib::Client client("127.0.0.1", server_->port());
    client.set_read_timeout(10);
    if (!token.empty()) client.set_bearer_token_auth(token.c_str());
    return client;
  }

  size_t RecordsOf(proto::audit::Record::EventCase event) {
    auto reader = *audit::JournalReader::Open(folder_.path() / "journal");
    size_t count = 0;
    for (auto entry = *reader->Next(); entry; entry = *reader->Next()) {
      count += entry->record.event_case() == event ? 1 : 0;
    }
    return count;
  }

  lease::LeaseBook& leases() { return *leases_; }

  std::atomic<bool> ready{true};

 private:
  support::TempFolder folder_;
  base::SystemClock clock_;
  base::Logger logger_{base::LogLevel::kError};
  std::unique_ptr<audit::Journal> journal_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unique_ptr<fleet::CertificateAuthority> authority_;
  std::unique_ptr<fleet::Fleet> fleet_;
  session::CancelKeys cancel_keys_;
  session::Rates rates_;
  std::unique_ptr<introspect::CatalogStore> catalogs_;
  std::unique_ptr<lease::LeaseBook> leases_;
  std::unique_ptr<front::Front> front_;
  std::unique_ptr<OperatorApi> api_;
  std::unique_ptr<LeaseApi> lease_api_;
  std::unique_ptr<HttpServer> server_;
};

TEST_CASE("nothing of the interface is told or done without the operator token") {
  Fixture fixture;
  for (const char* token : {"", "wrong", "pot_01234567890123456789012345678901234567"}) {
    auto client = fixture.Client(token);
    for (const char* path : {"/api/v1/agents", "/api/v1/sessions"}) {
      const auto answer = client.Get(path);
      REQUIRE(answer);
      CHECK(answer->status == 401);
      CHECK(answer->body.find("agents") == std::string::npos);
    }
    for (const char* path :
         {"/api/v1/agent-tokens", "/api/v1/agents/agent-1/revoke", "/api/v1/sessions/s-1/kill"}) {
      const auto answer = client.Post(path, "{}", "application/json");
      REQUIRE(answer);
      CHECK(answer->status == 401);
    }
  }
  CHECK(fixture.RecordsOf(proto::audit::Record::kJoinTokenCreated) == 0);
}

TEST_CASE("a join token is handed out once, and is on record") {
  Fixture fixture;
  auto client = fixture.Client();
  const auto answer =
      client.Post("/api/v1/agent-tokens", R"({"name":"a","expires_in_s":60})", "application/json");
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->get_header_value("Cache-Control") == "no-store");
  const json body = json::parse(answer->body);
  CHECK(body["token"].get<std::string>().size() >= 32);
  CHECK(body["name"] == "a");
  CHECK(fixture.RecordsOf(proto::audit::Record::kJoinTokenCreated) == 1);
}

TEST_CASE("a join token tells the connections that it is for, each once") {
  Fixture fixture;
  auto client = fixture.Client();
  const auto answer = client.Post("/api/v1/agent-tokens", R"({"connections":["orders","hr","hr"]})",
                                  "application/json");
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(json::parse(answer->body)["connections"] == json{"orders", "hr"});
}

TEST_CASE("a wrong request is answered with a sentence and changes nothing") {
  Fixture fixture;
  auto client = fixture.Client();
  for (const char* body :
       {"[]", "{", "\"x\"", R"({"nmae":"a"})", R"({"name":7})", R"({"name":""})",
        R"({"expires_in_s":0})", R"({"expires_in_s":"1h"})", R"({"expires_in_s":99999999999})",
        R"({"expires_in_s":1e999})", R"({"connections":[]})", R"({"connections":"orders"})",
        R"({"connections":["orders",""]})", R"({"connections":["a,b"]})", R"({"connections":[7]})",
        R"({"connections":["Orders"]})"}) {
    const auto answer = client.Post("/api/v1/agent-tokens", body, "application/json");
    REQUIRE(answer);
    INFO(body);
    CHECK(answer->status == 400);
    CHECK_FALSE(json::parse(answer->body)["error"].get<std::string>().empty());
  }
  CHECK(fixture.RecordsOf(proto::audit::Record::kJoinTokenCreated) == 0);
}

TEST_CASE("an agent or session that is not there is not found") {
  Fixture fixture;
  auto client = fixture.Client();
  for (const char* path :
       {"/api/v1/agents/agent-00/revoke", "/api/v1/sessions/s-00/kill", "/api/v1/nothing"}) {
    const auto answer = client.Post(path, "", "application/json");
    REQUIRE(answer);
    CHECK(answer->status == 404);
  }
  const auto agents = client.Get("/api/v1/agents");
  REQUIRE(agents);
  CHECK(json::parse(agents->body)["agents"].empty());
}

TEST_CASE("of leases nothing is told to those whom no issuer knows") {
  Fixture fixture;
  for (const char* token : {"", "wrong", "a.b.c"}) {
    auto client = fixture.Client(token);
    for (const auto& answer : {client.Get("/api/v1/leases"), client.Get("/api/v1/connections"),
                               client.Delete("/api/v1/leases/l-1"),
                               client.Post("/api/v1/leases", "{}", "application/json")}) {
      REQUIRE(answer);
      CHECK(answer->status == 401);
      CHECK(answer->get_header_value("WWW-Authenticate") == "Bearer");
      CHECK(answer->get_header_value("Cache-Control") == "no-store");
    }
  }
  CHECK(fixture.RecordsOf(proto::audit::Record::kSignIn) == 12);
}

TEST_CASE("operators see and end leases, and get none") {
  Fixture fixture;
  auto client = fixture.Client();
  const auto refused =
      client.Post("/api/v1/leases", R"({"connection":"orders"})", "application/json");
  REQUIRE(refused);
  CHECK(refused->status == 403);
  lease::LeaseRequest request;
  request.principal.subject = "ann";
  request.connection = "orders";
  request.lifetime_us = 60'000'000;
  const auto issued = fixture.leases().Issue(request);
  REQUIRE(issued.ok());
  const auto listed = client.Get("/api/v1/leases");
  REQUIRE(listed);
  const json body = json::parse(listed->body);
  REQUIRE(body["leases"].size() == 1);
  CHECK(body["leases"][0]["subject"] == "ann");
  CHECK(body["leases"][0]["state"] == "live");
  CHECK(listed->body.find(issued->secret) == std::string::npos);
  const std::string path = "/api/v1/leases/" + issued->lease->id;
  CHECK(client.Delete(path)->status == 200);
  CHECK_FALSE(fixture.leases().IsLive(issued->lease->id));
  CHECK(client.Delete("/api/v1/leases/l-0000")->status == 404);
  CHECK(fixture.RecordsOf(proto::audit::Record::kLeaseRevoked) == 1);
}

TEST_CASE("a body beyond the limit is refused") {
  Fixture fixture;
  auto client = fixture.Client();
  const std::string large(kMaxBodyBytes + 1, ' ');
  const auto answer = client.Post("/api/v1/agent-tokens", large, "application/json");
  REQUIRE(answer);
  CHECK(answer->status == 413);
}

TEST_CASE("the probes need no token and tell whether new sessions are welcome") {
  Fixture fixture;
  auto client = fixture.Client("");
  CHECK(client.Get("/livez")->status == 200);
  CHECK(client.Get("/readyz")->status == 200);
  fixture.ready = false;
  CHECK(client.Get("/livez")->status == 200);
  CHECK(client.Get("/readyz")->status == 503);
}

}  // namespace
}  // namespace portreeve::admin
