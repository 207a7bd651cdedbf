#include "cli/api_client.h"

#include "base/clock.h"
#include "fixture.h"
#include "tls/certificate.h"

namespace portreeve::cli {
namespace {

using nlohmann::json;

Endpoint Plain(int port) {
  Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port;
  endpoint.token = "operator-token";
  return endpoint;
}

ApiClient Client(Endpoint endpoint) {
  auto client = ApiClient::Make(std::move(endpoint));
  REQUIRE(client.ok());
  return *std::move(client);
}

// A CA and a certificate for gw.example.com, as files.
struct Keys {
  TempFolder folder;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;

  Keys() {
    const int64_t now = base::SystemClock().UnixMicros() / 1'000'000;
    const std::string ca_key = tls::MakePrivateKey().value();
    const std::string ca =
        tls::MakeCaCertificate(ca_key, "Test CA", {now - 60, now + 3600}).value();
    const std::string key = tls::MakePrivateKey().value();
    tls::IssueOptions options;
    options.subject = {"gw.example.com", {"gw.example.com"}, {}, {}};
    options.validity = {now - 60, now + 3000};
    options.server_auth = true;
    const std::string request = tls::MakeSigningRequest(key, "gw").value();
    ca_file = folder.Write("ca.crt", ca);
    certificate_file =
        folder.Write("gw.crt", tls::IssueCertificate(ca, ca_key, request, options).value());
    key_file = folder.Write("gw.key", key);
  }
};

TEST_CASE("an address is a scheme, a host and a port, and nothing else") {
  const auto url = [](const std::string& text) { return ParseUrl(text)->Url(); };
  CHECK(url("https://gw.example.com") == "https://gw.example.com:443");
  CHECK(url("http://127.0.0.1:6434/") == "http://127.0.0.1:6434");
  CHECK(url("https://[::1]:6434") == "https://[::1]:6434");
  CHECK(url("https://[::1]") == "https://[::1]:443");
  for (const char* wrong : {"gw.example.com:6434", "ftp://x", "https://", "https://x:0",
                            "https://x:99999", "https://x:1/api", "https://u@x", "https://x:1x"}) {
    INFO(wrong);
    CHECK(ParseUrl(wrong).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a request carries the token and the body, and gives the answer's object") {
  Answering server(201, R"({"token":"t"})");
  const auto answer = Client(Plain(server.port())).Post("/api/v1/x", json{{"name", "a"}});
  REQUIRE(answer.ok());
  CHECK(TextOf(*answer, "token") == "t");
  CHECK(server.asked().method == "POST");
  CHECK(server.asked().path == "/api/v1/x");
  CHECK(server.asked().body == R"({"name":"a"})");
  CHECK(server.asked().get_header_value("Authorization") == "Bearer operator-token");
}

TEST_CASE("an error of the gateway is said in its own words") {
  Answering server(404, R"({"error":"there is no agent x"})");
  const auto answer = Client(Plain(server.port())).Get("/");
  CHECK(answer.status().code() == absl::StatusCode::kNotFound);
  CHECK(answer.status().message() == "there is no agent x");
}

TEST_CASE("a token that is not taken is told apart, with what to do") {
  Answering server(401, "");
  const auto answer = Client(Plain(server.port())).Get("/");
  CHECK(answer.status().code() == absl::StatusCode::kUnauthenticated);
  CHECK(std::string(answer.status().message()).find("--token-file") != std::string::npos);
}

TEST_CASE("what is no answer of a gateway is an error") {
  for (const char* body : {"", "[]", "{", "<html>"}) {
    Answering server(200, body);
    INFO(body);
    CHECK(Client(Plain(server.port())).Get("/").status().code() == absl::StatusCode::kInternal);
  }
  Answering redirecting(302, "{}");
  CHECK_FALSE(Client(Plain(redirecting.port())).Get("/").ok());
}

TEST_CASE("an answer beyond the limit is not collected") {
  Answering server(200, "\"" + std::string(ApiClient::kMaxAnswerBytes, 'x') + "\"");
  CHECK(Client(Plain(server.port())).Get("/").status().code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a gateway that is not there is unavailable") {
  int port = 0;
  {
    Answering server(200, "{}");
    port = server.port();
  }
  const auto answer = Client(Plain(port)).Get("/");
  CHECK(answer.status().code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("the token does not leave this machine in clear") {
  Endpoint endpoint = Plain(80);
  endpoint.host = "192.0.2.1";
  CHECK(ApiClient::Make(endpoint).status().code() == absl::StatusCode::kPermissionDenied);
  endpoint.tls = true;
  CHECK(ApiClient::Make(endpoint).ok());
}

TEST_CASE("over TLS the certificate must be trusted and have the name that was asked for") {
  const Keys keys;
  Answering server(200, "{}", keys.certificate_file, keys.key_file);
  Endpoint endpoint = Plain(server.port());
  endpoint.tls = true;
  endpoint.host = "gw.example.com";
  endpoint.connect_to = "127.0.0.1";
  const auto code = [](const Endpoint& tried) { return Client(tried).Get("/").status().code(); };

  SECTION("signed by the CA that was given") {
    endpoint.ca_file = keys.ca_file;
    CHECK(code(endpoint) == absl::StatusCode::kOk);
    CHECK(server.asked().get_header_value("Authorization") == "Bearer operator-token");
  }
  SECTION("the very certificate that was given") {
    endpoint.pinned_file = keys.certificate_file;
    CHECK(code(endpoint) == absl::StatusCode::kOk);
  }
  SECTION("not by the system's authorities") {
    CHECK(code(endpoint) == absl::StatusCode::kUnavailable);
    CHECK(server.asked().method.empty());
  }
  SECTION("not by another CA of the same name") {
    const Keys others;
    endpoint.ca_file = others.ca_file;
    CHECK(code(endpoint) == absl::StatusCode::kUnavailable);
    CHECK(server.asked().method.empty());
  }
  SECTION("another name") {
    endpoint.ca_file = keys.ca_file;
    endpoint.host = "other.example.com";
    CHECK(code(endpoint) == absl::StatusCode::kUnavailable);
    CHECK(server.asked().method.empty());
  }
  SECTION("a file that is no certificate") {
    endpoint.ca_file = keys.key_file;
    CHECK(code(endpoint) == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("an id cannot become more than one segment of the path") {
  CHECK(PathSegment("a-B_9.~") == "a-B_9.~");
  CHECK(PathSegment("../x?y#z%") == "..%2Fx%3Fy%23z%25");
  CHECK(PathSegment("\xc3\xa4 ") == "%C3%A4%20");
}

}  // namespace
}  // namespace portreeve::cli
