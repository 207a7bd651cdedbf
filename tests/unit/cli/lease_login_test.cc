#include "cli/lease_login.h"

#include "cli/lease_verbs.h"
#include "cli/saved_login.h"
#include "fixture.h"

namespace portreeve::cli {
namespace {

using nlohmann::json;

json Answer() {
  return {{"id", "l-1"},        {"user", "lease_ab"}, {"password", "pls_x"},
          {"host", "gw.test"},  {"port", 6432},       {"database", "orders"},
          {"tls", true},        {"grant", "read"},    {"expires_at", "2026-01-01T00:00:00Z"},
          {"expires_unix_s", 7}};
}

LeaseLogin Login(const json& answer = Answer(), const std::string& ca_file = "/etc/ca.crt") {
  Endpoint endpoint;
  endpoint.ca_file = ca_file;
  const auto login = LoginOf(answer, endpoint);
  REQUIRE(login.ok());
  return *login;
}

struct Desk : VerbDesk {
  Desk(int status, const std::string& body) : VerbDesk(LeaseVerbs, status, body) {
    variables.values["PORTREEVE_TOKEN"] = "a.jwt.token";
  }
};

TEST_CASE("every form of a lease says where, who and how it is verified") {
  CHECK(UriText(Login()) ==
        "postgresql://lease_ab:pls_x@gw.test:6432/orders?sslmode=verify-full"
        "&sslrootcert=%2Fetc%2Fca.crt");
  CHECK(JdbcText(Login()) ==
        "jdbc:postgresql://gw.test:6432/orders?user=lease_ab&password=pls_x"
        "&sslmode=verify-full&sslrootcert=%2Fetc%2Fca.crt");
  CHECK(EnvironmentText(Login()) ==
        "PGHOST=gw.test\nPGPORT=6432\nPGDATABASE=orders\nPGUSER=lease_ab\nPGPASSWORD=pls_x\n"
        "PGSSLMODE=verify-full\nPGSSLROOTCERT=/etc/ca.crt\n");
  CHECK(ServiceText(Login(), "orders") ==
        "[orders]\nhost=gw.test\nport=6432\ndbname=orders\nuser=lease_ab\npassword=pls_x\n"
        "sslmode=verify-full\nsslrootcert=/etc/ca.crt\n");
  CHECK(JsonOf(Login())["sslmode"] == "verify-full");
  json clear = Answer();
  clear["tls"] = false;
  CHECK(UriText(Login(clear)) == "postgresql://lease_ab:pls_x@gw.test:6432/orders?sslmode=disable");
}

TEST_CASE("what has a meaning in a form is quoted") {
  json answer = Answer();
  answer["password"] = "a/b@c:d?e&f'g h%";
  answer["host"] = "::1";
  CHECK(UriText(Login(answer))
            .starts_with(
                "postgresql://lease_ab:a%2Fb%40c%3Ad%3Fe%26f%27g%20h%25@[::1]:6432/orders?"));
  CHECK(EnvironmentText(Login(answer)).find("PGPASSWORD='a/b@c:d?e&f'\\''g h%'\n") !=
        std::string::npos);
}

TEST_CASE("an answer that no gateway gives is an error, not half a credential") {
  for (const char* field : {"id", "user", "password", "host", "port", "database", "tls"}) {
    json without = Answer();
    without.erase(field);
    INFO(field);
    CHECK_FALSE(LoginOf(without, {}).ok());
    json other = Answer();
    other[field] = json::array();
    CHECK_FALSE(LoginOf(other, {}).ok());
  }
  // Another line of a service file would be another setting.
  for (const char* field : {"user", "password", "host", "database"}) {
    json broken = Answer();
    broken[field] = "x\nhostaddr=10.0.0.1";
    CHECK_FALSE(LoginOf(broken, {}).ok());
  }
  json port = Answer();
  port["port"] = 70000;
  CHECK_FALSE(LoginOf(port, {}).ok());
}

TEST_CASE("a lease is asked for with the caller's token, and only it goes to standard output") {
  Desk desk(201, Answer().dump());
  const Outcome done =
      desk.Do({"dsn", "orders", "--grant", "read", "--ttl", "5m", "--format", "uri"});
  CHECK(done.code == ExitCode::kOk);
  CHECK(done.out.starts_with("postgresql://lease_ab:pls_x@gw.test:6432/orders?"));
  CHECK(done.err.find("pls_x") == std::string::npos);
  CHECK(done.err.find("2026-01-01T00:00:00Z") != std::string::npos);
  CHECK(desk.server.asked().path == "/api/v1/leases");
  CHECK(json::parse(desk.server.asked().body) ==
        json{{"connection", "orders"}, {"grant", "read"}, {"ttl", 300}});
  CHECK(desk.server.asked().get_header_value("Authorization") == "Bearer a.jwt.token");
  CHECK(desk.Do({"dsn", "orders", "--format", "yaml"}).code == ExitCode::kUsage);
  CHECK(desk.Do({"dsn"}).code == ExitCode::kUsage);
}

TEST_CASE("a token comes from the file that is named, the variable, or the last sign-in") {
  Desk desk(200, R"({"connections":[]})");
  const auto token = [&] { return desk.server.asked().get_header_value("Authorization"); };
  const std::string file = desk.folder.Write("token", "from.the.file\n");
  CHECK(desk.Do({"ls", "--token-file", file}).code == ExitCode::kOk);
  CHECK(token() == "Bearer from.the.file");
  desk.variables.values["PORTREEVE_TOKEN_FILE"] = file;
  CHECK(desk.Do({"ls"}).code == ExitCode::kOk);
  CHECK(token() == "Bearer a.jwt.token");
  desk.variables.values.erase("PORTREEVE_TOKEN");
  CHECK(desk.Do({"ls"}).code == ExitCode::kOk);
  CHECK(token() == "Bearer from.the.file");
  desk.variables.values.erase("PORTREEVE_TOKEN_FILE");
  desk.variables.values["HOME"] = desk.folder.path().string();
  CHECK(desk.Do({"ls"}).code == ExitCode::kNotSignedIn);
  SavedLogin login;
  login.issuer = "https://id";
  login.client_id = "cli";
  login.token = "of.the.sign-in";
  REQUIRE(SaveLogin(*LoginFile(desk.variables.lookup()), login).ok());
  CHECK(desk.Do({"ls"}).code == ExitCode::kOk);
  CHECK(token() == "Bearer of.the.sign-in");
}

TEST_CASE("who is not believed is told of their own token") {
  Desk desk(401, R"({"error":"the token is missing"})");
  const Outcome done = desk.Do({"ls"});
  CHECK(done.code == ExitCode::kNotSignedIn);
  CHECK(done.err.find("operator") == std::string::npos);
}

TEST_CASE("connections and leases are listed in columns") {
  Desk connections(200, R"({"connections":[{"name":"orders","database":"shop","grants":
      [{"name":"read"},{"name":"wr\u001bite"}]}, 7]})");
  const Outcome listed = connections.Do({"ls"});
  CHECK(listed.out.find("orders      shop      read,wr?ite") != std::string::npos);
  Desk leases(200, R"({"leases":[{"id":"l-1","subject":"ann","connection":"orders",
      "grant":"read","state":"live","created_unix_s":1700000000,"expires_unix_s":1700000001}]})");
  const Outcome found = leases.Do({"lease", "ls"});
  CHECK(found.out.find("l-1  ann      orders      read   live") != std::string::npos);
  CHECK(leases.server.asked().method == "GET");
}

TEST_CASE("a lease is revoked by its id") {
  Desk desk(200, R"({"sessions_ended":2})");
  const Outcome done = desk.Do({"lease", "revoke", "l/1"});
  CHECK(done.code == ExitCode::kOk);
  CHECK(done.out == "The lease is revoked; sessions ended: 2.\n");
  CHECK(desk.server.asked().method == "DELETE");
  CHECK(desk.server.asked().target == "/api/v1/leases/l%2F1");
}

TEST_CASE("SQL to run comes from one place") {
  Desk desk(500, "{}");
  CHECK(desk.Do({"exec", "orders"}).code == ExitCode::kUsage);
  CHECK(desk.Do({"exec", "orders", "-c", "SELECT 1", "-f", "x"}).code == ExitCode::kUsage);
}

}  // namespace
}  // namespace portreeve::cli
