#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "tls/channel_binding.h"
#include "tls_pair.h"

namespace portreeve::tls {
namespace {

using Catch::Matchers::Contains;

std::string WhyClientFails(const Context& server, const Context& client, const std::string& host) {
  Pair pair = MakePair(server, client, host);
  const auto [server_state, client_state] = Pump(pair);
  CHECK(client_state == HandshakeState::kFailed);
  CHECK(server_state == HandshakeState::kFailed);
  return pair.client->last_error();
}

bool Succeeds(const Context& server, const Context& client, const std::string& host) {
  Pair pair = MakePair(server, client, host);
  const auto [server_state, client_state] = Pump(pair);
  INFO(pair.client->last_error());
  INFO(pair.server->last_error());
  return server_state == HandshakeState::kDone && client_state == HandshakeState::kDone;
}

TEST_CASE("verify-full accepts the right name, the right address and a trailing dot") {
  const TestCa ca;
  const Context server = ServerContext(ca.Issue("db.example.com"));
  const Context client = ClientContext(VerifyMode::kVerifyFull, ca.certificate());
  CHECK(Succeeds(server, client, "db.example.com"));
  CHECK(Succeeds(server, client, "DB.example.com."));
  CHECK(Succeeds(server, client, "127.0.0.1"));
}

TEST_CASE("verify-full refuses another host's certificate") {
  const TestCa ca;
  const Context server = ServerContext(ca.Issue("db.example.com"));
  const Context client = ClientContext(VerifyMode::kVerifyFull, ca.certificate());
  CHECK_THAT(WhyClientFails(server, client, "db2.example.com"), Contains("hostname mismatch"));
  CHECK_THAT(WhyClientFails(server, client, "127.0.0.2"), Contains("IP address mismatch"));
  CHECK_THAT(WhyClientFails(server, client, "example.com"), Contains("hostname mismatch"));
}

TEST_CASE("verify-ca accepts any host of the right CA and refuses another CA") {
  const TestCa ca;
  const TestCa other("test CA");
  const Context server = ServerContext(ca.Issue("db.example.com"));
  CHECK(Succeeds(server, ClientContext(VerifyMode::kVerifyCa, ca.certificate()), "elsewhere"));
  CHECK_THAT(WhyClientFails(server, ClientContext(VerifyMode::kVerifyCa, other.certificate()),
                            "db.example.com"),
             Contains("certificate verify failed"));
}

TEST_CASE("require encrypts without verifying, but verifies when a root CA is given") {
  const TestCa ca;
  const TestCa other;
  const Context server = ServerContext(ca.Issue("db.example.com"));
  CHECK(Succeeds(server, ClientContext(VerifyMode::kRequire, ""), "elsewhere"));
  CHECK_THAT(WhyClientFails(server, ClientContext(VerifyMode::kRequire, other.certificate()), "x"),
             Contains("certificate verify failed"));
  Pair pair = MakePair(server, ClientContext(VerifyMode::kRequire, ""), "x");
  Pump(pair);
  CHECK_FALSE(pair.client->peer_verified());
  CHECK_FALSE(pair.client->peer_certificate().empty());
}

TEST_CASE("a certificate outside its lifetime is refused") {
  const TestCa ca;
  const int64_t now = TestCa::Now();
  const Context client = ClientContext(VerifyMode::kVerifyCa, ca.certificate());
  const Context expired = ServerContext(ca.Issue("db", {now - 3 * TestCa::kDay, now - 60}));
  CHECK_THAT(WhyClientFails(expired, client, "db"), Contains("expired"));
  const Context early = ServerContext(ca.Issue("db", {now + 3600, now + TestCa::kDay}));
  CHECK_THAT(WhyClientFails(early, client, "db"), Contains("not yet valid"));
}

TEST_CASE("a certificate for clients does not serve") {
  const TestCa ca;
  IssueOptions options;
  options.subject.common_name = "agent";
  options.subject.dns = {"db"};
  options.validity = {TestCa::Now() - 60, TestCa::Now() + 60};
  options.client_auth = true;
  const Context server = ServerContext(ca.Issue(options));
  CHECK_THAT(WhyClientFails(server, ClientContext(VerifyMode::kVerifyFull, ca.certificate()), "db"),
             Contains("certificate verify failed"));
}

TEST_CASE("mutual TLS takes a certificate of the client CA and no other") {
  const TestCa ca;
  const TestCa agents("agents");
  const Issued identity = ca.Issue("gateway");
  ServerOptions options;
  options.certificate_chain.text = identity.certificate;
  options.private_key.text = identity.key;
  options.client_ca.text = agents.certificate();
  options.client_certificates = ClientCertificates::kRequired;
  const Context server = Context::ForServer(options).value();

  auto client_with = [&](const Issued* shown) {
    ClientOptions client;
    client.root_ca.text = ca.certificate();
    if (shown != nullptr) {
      client.certificate_chain.text = shown->certificate;
      client.private_key.text = shown->key;
    }
    return Context::ForClient(client).value();
  };
  const Issued good = agents.Issue("agent-1");
  Pair pair = MakePair(server, client_with(&good), "gateway");
  CHECK(Pump(pair).first == HandshakeState::kDone);
  CHECK(pair.server->peer_verified());
  CHECK(ReadCertificateDer(pair.server->peer_certificate())->common_name == "agent-1");

  const Issued foreign = ca.Issue("agent-1");
  Pair wrong = MakePair(server, client_with(&foreign), "gateway");
  CHECK(Pump(wrong).first == HandshakeState::kFailed);
  CHECK_FALSE(wrong.server->peer_verified());
  Pair none = MakePair(server, client_with(nullptr), "gateway");
  CHECK(Pump(none).first == HandshakeState::kFailed);
  CHECK_THAT(none.server->last_error(), Contains("did not return a certificate"));
}

TEST_CASE("ALPN postgresql is chosen, its absence is told, another protocol is refused") {
  const TestCa ca;
  const Context server = ServerContext(ca.Issue("db"), true);
  Pair offered =
      MakePair(server, ClientContext(VerifyMode::kVerifyCa, ca.certificate(), true), "db");
  CHECK(Pump(offered).first == HandshakeState::kDone);
  CHECK(offered.server->alpn() == "postgresql");
  CHECK(offered.client->alpn() == "postgresql");
  CHECK(offered.server->server_name() == "db");

  Pair silent = MakePair(server, ClientContext(VerifyMode::kVerifyCa, ca.certificate()), "db");
  CHECK(Pump(silent).first == HandshakeState::kDone);
  CHECK(silent.server->alpn().empty());

  const Context http = ClientContext(VerifyMode::kVerifyCa, ca.certificate());
  const unsigned char kHttp[] = "\x02h2\x08http/1.1";
  REQUIRE(SSL_CTX_set_alpn_protos(http.get(), kHttp, sizeof kHttp - 1) == 0);
  CHECK_THAT(WhyClientFails(server, http, "db"), Contains("no application protocol"));
}

TEST_CASE("TLS 1.1 is not spoken, TLS 1.2 and 1.3 are") {
  const TestCa ca;
  const Context server = ServerContext(ca.Issue("db"));
  for (const auto& [version, good] :
       {std::pair{TLS1_1_VERSION, false}, {TLS1_2_VERSION, true}, {TLS1_3_VERSION, true}}) {
    const Context client = ClientContext(VerifyMode::kVerifyCa, ca.certificate());
    SSL_CTX_set_min_proto_version(client.get(), version);
    SSL_CTX_set_max_proto_version(client.get(), version);
    CHECK(Succeeds(server, client, "db") == good);
  }
}

TEST_CASE("what cannot be verified as configured is an error at once") {
  const TestCa ca;
  ClientOptions no_root;
  no_root.mode = VerifyMode::kVerifyCa;
  CHECK_THAT(std::string(Context::ForClient(no_root).status().message()), Contains("root CA"));
  ClientOptions system;
  system.mode = VerifyMode::kVerifyCa;
  system.system_roots = true;
  CHECK_FALSE(Context::ForClient(system).ok());
  system.mode = VerifyMode::kVerifyFull;
  CHECK(Context::ForClient(system).ok());

  const Context full = ClientContext(VerifyMode::kVerifyFull, ca.certificate());
  for (const std::string& host : {std::string(), std::string("a b"), std::string("a\0b", 3)}) {
    CHECK_FALSE(TlsStream::Connect(full, ConnectedSockets().first, host).ok());
  }
  ServerOptions unasked;
  unasked.certificate_chain.text = ca.Issue("db").certificate;
  unasked.private_key.text = ca.Issue("db").key;
  CHECK_THAT(std::string(Context::ForServer(unasked).status().message()),
             Contains("does not belong to the certificate"));
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("certificates come from files too, and their absence is told by name") {
  const TestCa ca;
  const Issued identity = ca.Issue("db");
  char folder[] = "/tmp/portreeve_tls_XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::filesystem::path path(folder);
  REQUIRE(base::WriteFileAtomically(path / "crt.pem", identity.certificate, 0600).ok());
  REQUIRE(base::WriteFileAtomically(path / "key.pem", identity.key, 0600).ok());
  ServerOptions options;
  options.certificate_chain.file = path / "crt.pem";
  options.private_key.file = path / "key.pem";
  CHECK(Context::ForServer(options).ok());
  options.private_key.file = path / "none.pem";
  CHECK_THAT(std::string(Context::ForServer(options).status().message()), Contains("none.pem"));
  options.private_key.file = path / "crt.pem";
  CHECK_THAT(std::string(Context::ForServer(options).status().message()), Contains("crt.pem"));
  options.private_key.text = identity.key;
  CHECK_THAT(std::string(Context::ForServer(options).status().message()), Contains("not both"));
  std::filesystem::remove_all(path);
}

TEST_CASE("both sides compute the same channel binding, and another certificate another one") {
  const TestCa ca;
  const Context client = ClientContext(VerifyMode::kVerifyCa, ca.certificate());
  Pair pair = MakePair(ServerContext(ca.Issue("db")), client, "db");
  Pair other = MakePair(ServerContext(ca.Issue("db")), client, "db");
  Pump(pair);
  Pump(other);
  const auto own = ServerEndPoint(pair.server->own_certificate());
  REQUIRE(own.ok());
  CHECK(own->size() == 32);
  CHECK(*own == *ServerEndPoint(pair.client->peer_certificate()));
  CHECK(*own != *ServerEndPoint(other.client->peer_certificate()));
  CHECK_FALSE(ServerEndPoint("not a certificate").ok());
  CHECK_FALSE(ServerEndPoint("").ok());
}

}  // namespace
}  // namespace portreeve::tls
