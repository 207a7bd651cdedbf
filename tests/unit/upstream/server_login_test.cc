#include "upstream/server_login.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "scram/server.h"
#include "wire/frontend.h"
#include "wire/trace.h"

namespace portreeve::upstream {
namespace {

using Kind = wire::Authentication::Kind;

LoginRequest Request() {
  LoginRequest request;
  request.user = "s";
  request.database = "postgres";
  request.password = "pencil";
  request.scram_nonce = "rOprNGfwEbeRWgbNEkqO";
  return request;
}

LoginRequest WithoutPassword() {
  LoginRequest request = Request();
  request.password.reset();
  return request;
}

template <typename Message>
std::string Bytes(const Message& message) {
  std::string bytes;
  message.Encode(bytes);
  return bytes;
}

std::string Ask(Kind kind, std::string_view data = "") {
  return Bytes(wire::Authentication{kind, data, {}});
}

std::string AskSasl(std::vector<std::string_view> mechanisms) {
  return Bytes(wire::Authentication{Kind::kSasl, "", std::move(mechanisms)});
}

std::string Ready() { return Bytes(wire::ReadyForQuery{}); }

std::string Error(std::string_view sqlstate) {
  wire::ErrorResponse error;
  error.fields = {{'S', "FATAL"}, {'C', sqlstate}, {'M', "so sorry"}, {'D', "why"}, {'H', "what"}};
  return Bytes(error);
}

std::string Notice(std::string_view text) {
  wire::NoticeResponse notice;
  notice.fields = {{'S', "NOTICE"}, {'M', text}};
  return Bytes(notice);
}

// One login that has been started, and what it answered so far.
struct Session {
  explicit Session(LoginRequest request) : login(std::move(request)) {
    REQUIRE(login.Start().ok());
  }
  absl::StatusOr<Progress> Hear(std::string_view bytes) {
    reply.clear();
    return login.Feed(bytes, reply);
  }
  // The login goes on after these bytes.
  void Accept(std::string_view bytes) {
    const auto progress = Hear(bytes);
    REQUIRE(progress.ok());
    REQUIRE(*progress == Progress::kContinue);
  }
  // The login fails with these bytes, says nothing and takes nothing more.
  void Reject(std::string_view bytes, absl::StatusCode code) {
    const auto progress = Hear(bytes);
    REQUIRE(progress.status().code() == code);
    REQUIRE(reply.empty());
    REQUIRE(absl::IsFailedPrecondition(Hear(Ready()).status()));
  }
  std::string ReplyBody() const {
    REQUIRE(reply.size() >= 5);
    REQUIRE(reply[0] == 'p');
    return reply.substr(5);
  }

  ServerLogin login;
  std::string reply;
};

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

// Plays the server's side of SCRAM; gives what the login says of the server's last word.
absl::StatusOr<Progress> SpeakScram(Session& session, bool plus, std::string_view channel) {
  const std::string first_body = session.ReplyBody();
  const auto initial = wire::SaslInitialResponse::Decode(first_body);
  REQUIRE(initial.ok());
  REQUIRE(initial->mechanism == (plus ? scram::kMechanismPlus : scram::kMechanism));
  scram::Server server(
      {scram::Verifier::Make("pencil", "salt"), plus, plus, std::string(channel), "servernonce"});
  const auto server_first = server.First(*initial->response);
  REQUIRE(server_first.ok());
  session.Accept(Ask(Kind::kSaslContinue, *server_first));
  const auto server_final = server.Final(session.ReplyBody());
  if (!server_final.ok()) return server_final.status();
  REQUIRE(server_final->has_value());
  return session.Hear(Ask(Kind::kSaslFinal, **server_final));
}

TEST_CASE("a login to a real server goes as it went, however its bytes are cut") {
  const auto text = base::ReadFile(
      std::string(PORTREEVE_SOURCE_DIR) + "/tests/golden/login_scram.trace", 1 << 20);
  REQUIRE(text.ok());
  const auto messages = wire::ParseTrace(*text);
  REQUIRE(messages.ok());
  const size_t piece_bytes = GENERATE(1, 3, 1000);
  Session session(Request());
  std::string replies;
  std::string expected;
  Progress progress = Progress::kContinue;
  for (const auto& message : *messages) {
    if (message.side == wire::Side::kFrontend) {
      expected += message.bytes;
      continue;
    }
    for (size_t at = 0; at < message.bytes.size(); at += piece_bytes) {
      REQUIRE(progress == Progress::kContinue);
      const auto next = session.Hear(message.bytes.substr(at, piece_bytes));
      REQUIRE(next.ok());
      progress = *next;
      replies += session.reply;
    }
  }
  REQUIRE(progress == Progress::kDone);
  REQUIRE(replies == expected);
  const ServerSession& result = session.login.session();
  REQUIRE(result.process_id == 23457);
  REQUIRE(result.secret ==
          "\x17\x93"
          "5\x0e");
  REQUIRE(result.parameters.size() == 13);
  REQUIRE(result.parameters[1] == std::pair<std::string, std::string>("client_encoding", "UTF8"));
  REQUIRE(result.status == wire::TransactionStatus::kIdle);
  REQUIRE(session.login.leftover().empty());
}

TEST_CASE("notices are kept whole and bytes behind the first ReadyForQuery are not lost") {
  Session session(WithoutPassword());
  session.Accept(Notice("before"));
  const auto progress = session.Hear(Ask(Kind::kOk) + Notice("after") + Ready() + Notice("later"));
  REQUIRE(progress.ok());
  REQUIRE(*progress == Progress::kDone);
  REQUIRE(session.login.session().notices ==
          std::vector<std::string>{Notice("before"), Notice("after")});
  REQUIRE(session.login.session().process_id == 0);
  REQUIRE(session.login.leftover() == Notice("later"));
  REQUIRE(absl::IsFailedPrecondition(session.Hear("Z").status()));
}

TEST_CASE("what the server refuses is passed on in its own words, at any time") {
  for (const std::string& before : {std::string(), Ask(Kind::kOk)}) {
    Session session(WithoutPassword());
    if (!before.empty()) session.Accept(before);
    const auto progress = session.Hear(Error("3D000"));
    REQUIRE(progress.ok());
    REQUIRE(*progress == Progress::kRefused);
    REQUIRE(session.login.refusal().sqlstate == "3D000");
    REQUIRE(session.login.refusal().message == "so sorry");
    REQUIRE(session.login.refusal().detail == "why");
    REQUIRE(session.login.refusal().hint == "what");
  }
  Session odd(Request());
  REQUIRE(*odd.Hear(Error("3d\n00")) == Progress::kRefused);
  REQUIRE(odd.login.refusal().sqlstate == "XX000");
}

TEST_CASE("a password goes out in clear only through verified TLS") {
  Session plain(Request());
  plain.Reject(Ask(Kind::kCleartextPassword), kDenied);
  LoginRequest request = Request();
  request.tls_verified = true;
  Session verified(request);
  verified.Accept(Ask(Kind::kCleartextPassword));
  REQUIRE(verified.reply == Bytes(wire::PasswordMessage{"pencil"}));
  REQUIRE(*verified.Hear(Ask(Kind::kOk) + Ready()) == Progress::kDone);
}

TEST_CASE("MD5 is answered only if it is allowed") {
  Session plain(Request());
  plain.Reject(Ask(Kind::kMd5Password, "\xda\x0c\x09u"), kDenied);
  LoginRequest request = Request();
  request.allow_md5 = true;
  request.user = "m";
  Session allowed(request);
  // As a real server took it.
  allowed.Accept(Ask(Kind::kMd5Password, "\xda\x0c\x09u"));
  REQUIRE(allowed.reply == Bytes(wire::PasswordMessage{"md59d99a0937e5310d261510b3c9c9439ad"}));
}

TEST_CASE("a server that wants a password of somebody who has none is told nothing") {
  for (const std::string& request : {Ask(Kind::kCleartextPassword), Ask(Kind::kMd5Password, "salt"),
                                     AskSasl({"SCRAM-SHA-256"})}) {
    Session session(WithoutPassword());
    session.Reject(request, kDenied);
  }
}

TEST_CASE("a server that asks for no proof although there is a password is not believed") {
  Session session(Request());
  session.Reject(Ask(Kind::kOk), kDenied);
  LoginRequest certified = Request();
  certified.client_certificate = true;
  Session by_certificate(certified);
  by_certificate.Accept(Ask(Kind::kOk));
}

TEST_CASE("a server that breaks SCRAM off and says that all is well is not believed") {
  Session at_once(Request());
  at_once.Accept(AskSasl({"SCRAM-SHA-256"}));
  at_once.Reject(Ask(Kind::kOk), kDenied);
  LoginRequest certified = Request();
  certified.client_certificate = true;
  Session in_the_middle(certified);
  in_the_middle.Accept(AskSasl({"SCRAM-SHA-256"}));
  in_the_middle.Accept(Ask(Kind::kSaslContinue, "r=rOprNGfwEbeRWgbNEkqOx,s=c2FsdA==,i=4096"));
  in_the_middle.Reject(Ask(Kind::kOk), kDenied);
  Session wrong_signature(Request());
  wrong_signature.Accept(AskSasl({"SCRAM-SHA-256"}));
  wrong_signature.Accept(Ask(Kind::kSaslContinue, "r=rOprNGfwEbeRWgbNEkqOx,s=c2FsdA==,i=4096"));
  wrong_signature.Reject(Ask(Kind::kSaslFinal, "v=MID9FijjiOMQqCyZ3gaLlDZu5FAVtyZjRZcA9jp/8H4="),
                         kDenied);
}

TEST_CASE("channel binding is used when it can be had") {
  LoginRequest request = Request();
  request.binding_data = "certificate";
  Session bound(request);
  bound.Accept(AskSasl({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}));
  REQUIRE(SpeakScram(bound, true, "certificate").ok());
  REQUIRE(*bound.Hear(Ask(Kind::kOk) + Ready()) == Progress::kDone);

  Session intercepted(request);
  intercepted.Accept(AskSasl({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}));
  REQUIRE_FALSE(SpeakScram(intercepted, true, "another certificate").ok());
}

TEST_CASE("a list without channel binding is answered so that the server sees who cut it") {
  LoginRequest request = Request();
  request.binding_data = "certificate";
  Session session(request);
  session.Accept(AskSasl({"SCRAM-SHA-256"}));
  REQUIRE(session.ReplyBody().find("y,,n=,r=") != std::string::npos);
  REQUIRE(SpeakScram(session, false, "").ok());
  REQUIRE(*session.Hear(Ask(Kind::kOk) + Ready()) == Progress::kDone);

  Session unbound(Request());
  unbound.Accept(AskSasl({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}));
  REQUIRE(unbound.ReplyBody().find("n,,n=,r=") != std::string::npos);
}

TEST_CASE("nothing weaker is done when channel binding is required") {
  LoginRequest request = Request();
  request.binding_data = "certificate";
  request.require_channel_binding = true;
  request.tls_verified = true;
  request.allow_md5 = true;
  request.client_certificate = true;
  for (const std::string& asked : {AskSasl({"SCRAM-SHA-256"}), Ask(Kind::kCleartextPassword),
                                   Ask(Kind::kMd5Password, "salt"), Ask(Kind::kOk)}) {
    Session session(request);
    session.Reject(asked, kDenied);
  }
  request.binding_data.reset();
  Session without_data(request);
  without_data.Reject(AskSasl({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}), kDenied);
}

TEST_CASE("kinds of authentication that are not known are refused") {
  for (const Kind kind : {Kind::kKerberosV5, Kind::kGss, Kind::kSspi, Kind::kGssContinue}) {
    Session session(Request());
    session.Reject(Ask(kind), kDenied);
  }
  Session sasl(Request());
  sasl.Reject(AskSasl({"OAUTHBEARER", "scram-sha-256"}), kDenied);
}

TEST_CASE("a server asks once for a credential") {
  LoginRequest request = Request();
  request.tls_verified = true;
  request.allow_md5 = true;
  Session password(request);
  password.Accept(Ask(Kind::kCleartextPassword));
  password.Reject(Ask(Kind::kCleartextPassword), kInvalid);
  Session sasl(request);
  sasl.Accept(AskSasl({"SCRAM-SHA-256"}));
  sasl.Reject(Ask(Kind::kCleartextPassword), kInvalid);
  Session after(WithoutPassword());
  after.Accept(Ask(Kind::kOk));
  after.Reject(Ask(Kind::kOk), kInvalid);
}

TEST_CASE("a message that does not belong at its place ends the login") {
  const std::string row = Bytes(wire::CommandComplete{"SELECT 1"});
  const std::string key = Bytes(wire::BackendKeyData{7, "four"});
  for (const std::string& early :
       {Ready(), key, row, Bytes(wire::ParameterStatus{"a", "b"}), Ask(Kind::kSaslContinue, "r="),
        Ask(Kind::kSaslFinal, "v="), Bytes(wire::NegotiateProtocolVersion{3u << 16, {}})}) {
    Session session(WithoutPassword());
    session.Reject(early, kInvalid);
  }
  for (const std::string& late :
       {row, key + key, Bytes(wire::NoData{}), std::string("?\0\0\0\4", 5)}) {
    Session session(WithoutPassword());
    session.Accept(Ask(Kind::kOk));
    session.Reject(late, kInvalid);
  }
}

TEST_CASE("what a server says during login is bounded") {
  Session long_message(WithoutPassword());
  long_message.Reject(Notice(std::string(kMaxLoginMessageBytes, 'x')).substr(0, 5), kExhausted);

  Session notices(WithoutPassword());
  for (size_t i = 0; i < kMaxLoginNotices; ++i) notices.Accept(Notice("x"));
  notices.Reject(Notice("x"), kExhausted);

  Session parameters(WithoutPassword());
  parameters.Accept(Ask(Kind::kOk));
  const std::string parameter = Bytes(wire::ParameterStatus{"a", "b"});
  for (size_t i = 0; i < kMaxLoginParameters; ++i) parameters.Accept(parameter);
  parameters.Reject(parameter, kExhausted);

  Session bytes(WithoutPassword());
  const std::string notice = Notice(std::string(20000, 'x'));
  for (size_t sent = 0; sent + notice.size() <= kMaxLoginBytes; sent += notice.size()) {
    bytes.Accept(notice);
  }
  bytes.Reject(notice, kExhausted);
}

TEST_CASE("a login begins with Start, once") {
  ServerLogin login(Request());
  std::string reply;
  REQUIRE(absl::IsFailedPrecondition(login.Feed("R", reply).status()));
  REQUIRE(login.Start().ok());
  REQUIRE(absl::IsFailedPrecondition(login.Start().status()));
}

}  // namespace
}  // namespace portreeve::upstream
