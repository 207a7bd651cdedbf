#include "cli/operator_verbs.h"

#include "fixture.h"

namespace portreeve::cli {
namespace {

struct Desk : VerbDesk {
  Desk(int status, const std::string& body) : VerbDesk(OperatorVerbs, status, body) {
    variables.values["PORTREEVE_TOKEN_FILE"] = folder.Write("token", "secret");
  }
};

TEST_CASE("a join token alone goes to standard output") {
  Desk desk(201, R"({"token":"abc","id":"1","name":"n","expires_unix_s":1700000000})");
  const Outcome done = desk.Do({"agent", "token", "create", "--name", "n", "--expires", "30m"});
  CHECK(done.code == ExitCode::kOk);
  CHECK(done.out == "abc\n");
  CHECK(done.err.find("2023-11-14T22:13:20Z") != std::string::npos);
  CHECK(desk.server.asked().path == "/api/v1/agent-tokens");
  CHECK(desk.server.asked().body == R"({"expires_in_s":1800,"name":"n"})");
  CHECK(desk.Do({"agent", "token", "create", "--json"}).out ==
        R"({"expires_unix_s":1700000000,"id":"1","name":"n","token":"abc"})"
        "\n");
}

TEST_CASE("the connections of a join token are asked for as a list") {
  Desk desk(201, R"({"token":"abc","id":"1","name":"n","expires_unix_s":1700000000})");
  CHECK(desk.Do({"agent", "token", "create", "--connections", "orders,hr"}).code == ExitCode::kOk);
  CHECK(desk.server.asked().body == R"({"connections":["orders","hr"],"expires_in_s":3600})");
  // A slip of the pen is told by the gateway, not smoothed out here.
  desk.Do({"agent", "token", "create", "--connections", "orders,,hr,"});
  CHECK(desk.server.asked().body == R"({"connections":["orders","","hr",""],"expires_in_s":3600})");
}

TEST_CASE("agents are listed in aligned columns, without control characters") {
  Desk desk(200, R"({"agents":[{"id":"a1","name":"x\u001b[31m","state":"connected","version":"0.1",
    "address":"10.0.0.1:5","connections":["orders","hr"],"lanes":1,"sessions":3,
    "connected_since_unix_s":1700000000,"certificate_expires_unix_s":1700000001},
    {"id":"longer-id","name":7,"state":"offline"}, 5]})");
  const Outcome done = desk.Do({"agent", "ls"});
  CHECK(done.code == ExitCode::kOk);
  CHECK(done.out.find('\x1b') == std::string::npos);
  CHECK(done.out.find("a1         x?[31m") != std::string::npos);
  CHECK(done.out.find("orders,hr    3") != std::string::npos);
  CHECK(done.out.find("longer-id  -       offline") != std::string::npos);
}

TEST_CASE("an agent is revoked by its id, with the reason") {
  Desk desk(200, "{}");
  CHECK(desk.Do({"agent", "revoke", "a/1", "--reason", "lost \"it\""}).code == ExitCode::kOk);
  CHECK(desk.server.asked().method == "POST");
  CHECK(desk.server.asked().target == "/api/v1/agents/a%2F1/revoke");
  CHECK(desk.server.asked().body == R"({"reason":"lost \"it\""})");
}

TEST_CASE("a session is killed by its id, and an unknown one ends with 6") {
  Desk desk(404, R"({"error":"there is no session s1"})");
  const Outcome done = desk.Do({"session", "kill", "s1"});
  CHECK(done.code == ExitCode::kNotFound);
  CHECK(done.err == "portreeve: there is no session s1\n");
  CHECK(desk.server.asked().path == "/api/v1/sessions/s1/kill");
}

TEST_CASE("sessions are listed with who, where and under which grant") {
  Desk desk(200, R"({"sessions":[{"id":"s1","subject":"ana","grant":"read","connection":"orders",
    "client_address":"127.0.0.1:9","agent":"a1","opened_unix_s":1700000000}]})");
  const Outcome done = desk.Do({"session", "ls"});
  CHECK(done.out.find("s1  ana      read   orders      127.0.0.1:9  a1     2023-11-14T22:13:20Z") !=
        std::string::npos);
}

}  // namespace
}  // namespace portreeve::cli
