// Whom the configuration believes, and how it comes by their keys.
#include "files.h"

namespace portreeve::gateway_config {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

constexpr std::string_view kKeys = ", jwks_file: keys/corp.json";

TEST_CASE("issuers are told apart by name and by issuer") {
  const std::string second =
      "  - { name: b, issuer: 'https://b', audience: c, algorithms: RS256, jwks_file: /k }\naudit:";
  CHECK(File(With("audit:", second)).Valid().issuers.size() == 2);
  CHECK_THAT(File(With("audit:", With("name: b", "name: corp", second))).Errors().at(0),
             Contains("gw.yaml:13:5: there are two issuers named `corp`"));
  CHECK_THAT(
      File(With("audit:", With("https://b", "https://id.example.com", second))).Errors().at(0),
      Contains("gw.yaml:13:5: the issuer `https://id.example.com` stands here twice"));
}

TEST_CASE("an issuer without a file of keys is asked for them") {
  const File file(With(kKeys,
                       ", ca_file: corp-ca.crt, userinfo: true, subject_claim: email, "
                       "required_claims: { repository: 'acme/*', ref: [main, 'tags/*'] }"));
  const GatewayConfig config = file.Valid();
  const Issuer& issuer = config.issuers.front();
  CHECK(issuer.jwks_file.empty());
  CHECK(issuer.ca_file == file.folder() / "corp-ca.crt");
  CHECK(issuer.user_info);
  CHECK(issuer.subject_claim == "email");
  REQUIRE(issuer.required_claims.size() == 2);
  CHECK(issuer.required_claims[0].claim == "repository");
  CHECK(issuer.required_claims[0].any_of == std::vector<std::string>{"acme/*"});
  CHECK(issuer.required_claims[1].any_of == std::vector<std::string>{"main", "tags/*"});
}

TEST_CASE("what an issuer need not say has a plain meaning") {
  const GatewayConfig config = File(With(kKeys, "")).Valid();
  const Issuer& issuer = config.issuers.front();
  CHECK((issuer.ca_file.empty() && issuer.required_claims.empty() && !issuer.user_info));
  CHECK(issuer.subject_claim == "sub");
}

TEST_CASE("an issuer that is asked must have an address that can be trusted") {
  const std::string why = ", because it is asked for its keys there; or give `jwks_file`";
  for (const auto& [url, error] : std::vector<std::pair<std::string, std::string>>{
           {"id.example.com", "`issuer`: must begin with https://" + why},
           {"http://id.example.com",
            "`issuer`: must begin with https:// (http:// is for loopback only)" + why},
           {"https://id.example.com?x=1", "`issuer`: must have no query" + why},
           {"https://me@id.example.com", "`issuer`: must have no user and password" + why}}) {
    const auto errors = File(With("https://id.example.com", url, With(kKeys, ""))).Errors();
    CAPTURE(url, errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith("gw.yaml:11:27: " + error));
    // With a file it is a name, and nothing more.
    CHECK(File(With("https://id.example.com", url)).Valid().issuers.front().issuer == url);
  }
}

TEST_CASE("what an issuer says wrongly is said with its place, all in one run") {
  struct Case {
    const char* to;
    const char* error;
  };
  const Case cases[] = {
      {", jwks_file: k, ca_file: c", "`ca_file`: is for an issuer that is asked over the network"},
      {", jwks_file: k, userinfo: true", "`userinfo`: is for an issuer that is asked"},
      {", userinfo: maybe", "`userinfo`: `maybe` is not one of"},
      {", subject_claim: ''", "`subject_claim`: must not be empty"},
      {", subject_claims: sub", "did you mean `subject_claim`?"},
      {", required_claims: []", "`required_claims`: must be a map of claims to patterns"},
      {", required_claims: {}", "`required_claims`: must name a claim; or leave it out"},
      {", required_claims: { sub: [] }", "must be a text or a list of texts"},
      {", required_claims: { sub: '' }", "must be a text or a list of texts"},
      {", required_claims: { sub: [a, ''] }", "must be a text"},
      {", required_claims: { '': a }", "`required_claims`: a claim must not be empty"},
      {", required_claims: { sub: a, sub: b }", "`sub` stands here twice"},
  };
  for (const Case& entry : cases) {
    const auto errors = File(With(kKeys, entry.to)).Errors();
    CAPTURE(entry.to, errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith("gw.yaml:12:") && Contains(entry.error));
  }
  CHECK(File(With(kKeys, ", userinfo: maybe, ca_file: '', required_claims: []")).Errors().size() ==
        3);
}

}  // namespace
}  // namespace portreeve::gateway_config
