// Claims of tokens whose signature is right.
#include "identity/claims.h"

#include "tokens.h"

namespace portreeve::identity {
namespace {

using Catch::Matchers::Contains;

std::string With(const std::string& name, const json& value) {
  json claims = Claims();
  claims[name] = value;
  return Verdict(TokenOf(claims));
}

std::string Without(const std::string& name) {
  json claims = Claims();
  claims.erase(name);
  return Verdict(TokenOf(claims));
}

Principal PrincipalOf(const json& claims, const IssuerOptions& options = Options()) {
  auto verdict = Verifier(options)->Verify(TokenOf(claims), kNow);
  INFO(Reason(verdict));
  REQUIRE(std::holds_alternative<Principal>(verdict));
  return std::get<Principal>(std::move(verdict));
}

// What is no name, wherever one has to stand.
std::vector<json> NoNames() {
  return {nullptr,    1,        true,     json::object(),
          "",         "a\nb",   "a\tb",   std::string("a\0b", 3),
          "a\u202eb", "\u200b", "\u0085", std::string(256, 'a')};
}

TEST_CASE("the payload is one strict JSON object") {
  const std::string header = Header("EdDSA").dump();
  const std::string good = Claims().dump();
  const auto verdict = [&](const std::string& payload) {
    return Verdict(SignedToken(header, payload));
  };
  CHECK(verdict(good) == "");
  CHECK_THAT(verdict("[" + good + "]"), Contains("payload: it is not a JSON object"));
  CHECK_THAT(verdict("\"text\""), Contains("payload: it is not a JSON object"));
  CHECK_THAT(verdict(good + good), Contains("payload: it is not JSON"));
  CHECK_THAT(verdict("\xef\xbb\xbf" + good), Contains("payload: it is not JSON"));
  CHECK_THAT(verdict(R"({"sub":"root",)" + good.substr(1)), Contains("twice"));
  CHECK_THAT(verdict(R"({"s\u0075b":"root",)" + good.substr(1)), Contains("twice"));
  CHECK_THAT(
      verdict(R"({"a":)" + std::string(20, '[') + std::string(20, ']') + "," + good.substr(1)),
      Contains("too deeply"));
  json many = Claims();
  for (int i = 0; i < 3000; ++i) many["a"].push_back(0);
  CHECK_THAT(verdict(many.dump()), Contains("too many values"));
}

TEST_CASE("the issuer is compared to the letter") {
  for (const json& iss : {json("https://id.example.com/"), json("https://ID.example.com"),
                          json("id.example.com"), json("http://id.example.com"),
                          json(" https://id.example.com"), json("https://id.example.com\n"),
                          json(std::string("https://id.example.com\0", 23)), json("corp"), json(""),
                          json(nullptr), json(1), json::array({kIssuer}), json{{"iss", kIssuer}}}) {
    INFO(iss);
    CHECK(With("iss", iss) == "the token is from no configured issuer");
  }
  CHECK(Without("iss") == "the token is from no configured issuer");
}

TEST_CASE("a token is for one of the configured audiences") {
  CHECK(With("aud", {"portreeve"}) == "");
  for (const json& aud : {json("other"), json("Portreeve"), json("portreeve "), json("*"),
                          json("portreeve/x"), json::array(), json::array({"other"})}) {
    INFO(aud);
    CHECK_THAT(With("aud", aud), Contains("for another audience"));
  }
  CHECK_THAT(Without("aud"), Contains("has no `aud`"));
  for (const json& aud : NoNames()) {
    INFO(aud);
    CHECK_THAT(With("aud", aud), Contains("`aud` that is no name"));
    CHECK_THAT(With("aud", json::array({"portreeve", aud})), Contains("`aud` that is no name"));
  }
  json many = json::array({"portreeve"});
  for (size_t i = 0; i < kMaxAudiences; ++i) many.push_back("other");
  CHECK_THAT(With("aud", many), Contains("`aud` that is no name"));

  IssuerOptions options = Options();
  options.audience = {"portreeve", "https://gw.example.com"};
  json claims = Claims();
  claims["aud"] = "https://gw.example.com";
  CHECK(Verdict(TokenOf(claims), *Verifier(options)) == "");
}

TEST_CASE("a token for several audiences was issued to one of ours") {
  json claims = Claims();
  claims["aud"] = {"other", "portreeve"};
  CHECK_THAT(Verdict(TokenOf(claims)), Contains("has no `azp`"));
  claims["azp"] = "other";
  CHECK_THAT(Verdict(TokenOf(claims)), Contains("issued to another party"));
  claims["azp"] = "portreeve";
  CHECK(Verdict(TokenOf(claims)) == "");
  // For a single audience any client of the issuer may have fetched it.
  CHECK(With("azp", "portreeve-cli") == "");
  for (const json& azp : NoNames()) CHECK_THAT(With("azp", azp), Contains("`azp` that is no name"));
}

TEST_CASE("a subject is 1 to 255 bytes of text that can be seen") {
  CHECK_THAT(Without("sub"), Contains("has no `sub`"));
  for (const json& sub : NoNames()) {
    INFO(sub);
    CHECK_THAT(With("sub", sub), Contains("has no `sub`"));
  }
  CHECK_THAT(With("sub", json::array({"ana"})), Contains("has no `sub`"));
  CHECK(With("sub", std::string(255, 'a')) == "");
  CHECK(With("sub", "Jürgen Größe") == "");
}

TEST_CASE("groups are a list of names or one name") {
  json claims = Claims();
  CHECK(PrincipalOf(claims).groups.empty());
  claims["groups"] = json::array();
  CHECK(PrincipalOf(claims).groups.empty());
  claims["groups"] = "sre, dba";
  CHECK(PrincipalOf(claims).groups == std::vector<std::string>{"sre, dba"});
  claims["groups"] = {"sre", "dba"};
  CHECK(PrincipalOf(claims).groups == std::vector<std::string>{"sre", "dba"});
  for (const json& groups : NoNames()) {
    INFO(groups);
    CHECK_THAT(With("groups", groups), Contains("has groups that are no list"));
    CHECK_THAT(With("groups", json::array({"sre", groups})), Contains("has groups"));
  }
  CHECK_THAT(With("groups", {{"sre", true}}), Contains("has groups"));
  CHECK_THAT(With("groups", json::array({json::array({"sre"})})), Contains("has groups"));
}

TEST_CASE("groups are 256 at most") {
  json groups = json::array();
  for (size_t i = 0; i < kMaxGroups; ++i) groups.push_back("g");
  CHECK(With("groups", groups) == "");
  groups.push_back("g");
  CHECK_THAT(With("groups", groups), Contains("has groups"));
}

TEST_CASE("groups come from the configured claim alone") {
  IssuerOptions options = Options();
  options.groups_claim = "https://example.com/roles";
  json claims = Claims();
  claims["groups"] = {"dba"};
  CHECK(PrincipalOf(claims, options).groups.empty());
  claims["https://example.com/roles"] = {"sre"};
  CHECK(PrincipalOf(claims, options).groups == std::vector<std::string>{"sre"});
}

TEST_CASE("a token that is bound to a key, or an event, is no password") {
  CHECK_THAT(With("cnf", {{"jkt", "AAAA"}}), Contains("is bound to a key"));
  CHECK_THAT(With("cnf", {{"x5t#S256", "AAAA"}}), Contains("is bound to a key"));
  CHECK_THAT(With("cnf", nullptr), Contains("is bound to a key"));
  CHECK_THAT(With("events", json::object()), Contains("is an event"));
}

TEST_CASE("a chain of actors is read to its end and has four at most") {
  json actor = {{"sub", "agent"}};
  for (size_t depth = 1; depth <= kMaxActors; ++depth) {
    CHECK(With("act", actor) == "");
    actor = {{"sub", "agent"}, {"act", actor}};
  }
  CHECK_THAT(With("act", actor), Contains("more than 4 actors"));
  CHECK(PrincipalOf(Claims()).act.empty());
  json claims = Claims();
  claims["act"] = {{"sub", "present"}, {"act", {{"sub", "before"}, {"act", {{"sub", "first"}}}}}};
  CHECK(PrincipalOf(claims).act == std::vector<std::string>{"present", "before", "first"});
  for (const json& bad :
       {json(nullptr), json("agent"), json(1), json::array({{{"sub", "agent"}}}), json::object(),
        json{{"sub", 1}}, json{{"sub", ""}}, json{{"sub", "a\nb"}}, json{{"iss", kIssuer}}}) {
    INFO(bad);
    CHECK_THAT(With("act", bad), Contains("`act` without a subject"));
    CHECK_THAT(With("act", {{"sub", "agent"}, {"act", bad}}), Contains("`act` without a subject"));
  }
}

TEST_CASE("a token's id is a name if it is there") {
  CHECK(PrincipalOf(Claims()).credential_id.empty());
  for (const json& id : NoNames()) CHECK_THAT(With("jti", id), Contains("`jti` that is no name"));
}

TEST_CASE("policy sees the claims that are names, and no unproved address") {
  json claims = Claims();
  claims.update({{"repository", "acme/app"},
                 {"long", std::string(256, 'a')},
                 {"line", "a\nb"},
                 {"empty", ""},
                 {"list", {"a"}},
                 {"number", 1},
                 {"a\nb", "value"},
                 {"email", "root@example.com"}});
  const auto names = [](const json& token) {
    std::vector<std::string> found;
    for (const auto& [name, value] : PrincipalOf(token).claims) found.push_back(name);
    return found;
  };
  using Names = std::vector<std::string>;
  const Names all = {"aud", "email", "iss", "repository", "sub"};
  const Names proved = {"aud", "iss", "repository", "sub"};
  CHECK(names(claims) == all);
  claims["email_verified"] = true;
  CHECK(names(claims) == all);
  for (const json& value : {json(false), json(nullptr), json(0), json::object()}) {
    claims["email_verified"] = value;
    CHECK(names(claims) == proved);
  }
}

TEST_CASE("a reason never quotes the token") {
  const std::string mark = "Geheimnis";
  std::vector<std::string> tokens = {mark, mark + "." + mark + "." + mark};
  for (const char* name : {"alg", "typ", "kid", "crit", "jku", "cty"}) {
    json header = Header("EdDSA");
    header[name] = mark;
    tokens.push_back(SignedToken(header.dump(), Claims().dump()));
  }
  tokens.push_back(SignedToken("{\"" + mark + "\":1,\"" + mark + "\":1}", Claims().dump()));
  tokens.push_back(SignedToken(Header("EdDSA").dump(), "{\"" + mark + "\":" + mark + "}"));
  for (const char* name :
       {"iss", "aud", "azp", "sub", "exp", "nbf", "iat", "act", "groups", "jti", "cnf", "events"}) {
    for (const json& value : {json(mark), json{{mark, mark}}, json(mark + "\n")}) {
      json claims = Claims();
      claims[name] = value;
      tokens.push_back(TokenOf(claims));
    }
  }
  size_t refused = 0;
  for (const std::string& token : tokens) {
    const std::string reason = Verdict(token);
    CHECK_THAT(reason, !Contains(mark));
    refused += reason.empty() ? 0 : 1;
  }
  // `sub`, `azp`, `groups` and `jti` may be any name.
  CHECK(refused == tokens.size() - 4);
}

}  // namespace
}  // namespace portreeve::identity
