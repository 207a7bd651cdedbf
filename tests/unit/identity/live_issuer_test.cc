// What a token must say beyond the standards, what it is called by, and keys that may be missing.
#include "tokens.h"

namespace portreeve::identity {
namespace {

std::string VerdictWith(const json& claims, const std::vector<RequiredClaim>& required) {
  IssuerOptions options = Options();
  options.required_claims = required;
  return Verdict(TokenOf(claims), *Verifier(options));
}

TEST_CASE("a required claim must be there and fit one of its patterns") {
  const std::vector<RequiredClaim> required = {{"repository", {"acme/*"}},
                                               {"ref", {"refs/heads/main", "refs/tags/v*"}}};
  json claims = Claims();
  claims.update({{"repository", "acme/shop"}, {"ref", "refs/tags/v1"}});
  CHECK(VerdictWith(claims, required) == "");
  claims["ref"] = "refs/heads/main2";
  CHECK(VerdictWith(claims, required) == "issuer `corp`: the token has another `ref`");
  claims.erase("ref");
  CHECK(VerdictWith(claims, required) ==
        "issuer `corp`: the token has no `ref`, which is required");
  claims.update({{"ref", "refs/heads/main"}, {"repository", "evil/acme/shop"}});
  CHECK(VerdictWith(claims, required) == "issuer `corp`: the token has another `repository`");
}

TEST_CASE("a required claim may be a truth value or a list, and nothing else") {
  json claims = Claims();
  for (const json& fine : {json(true), json("true"), json({"false", "true"})}) {
    claims["x"] = fine;
    CHECK(VerdictWith(claims, {{"x", {"true"}}}) == "");
  }
  for (const json& wrong : {json(false), json(1), json(nullptr), json({{"true", "true"}}), json(""),
                            json(json::array()), json({"tru"}), json({{"true"}})}) {
    claims["x"] = wrong;
    INFO(wrong);
    CHECK(VerdictWith(claims, {{"x", {"true"}}}) != "");
  }
  // `*` is any text, not any value.
  claims["x"] = 1;
  CHECK(VerdictWith(claims, {{"x", {"*"}}}) != "");
}

TEST_CASE("a principal can be called by another claim than `sub`") {
  IssuerOptions options = Options();
  options.subject_claim = "email";
  const auto verifier = Verifier(options);
  json claims = Claims();
  CHECK(Verdict(TokenOf(claims), *verifier) ==
        "issuer `corp`: the token has no `email` that could name its subject");
  claims["email"] = "ana@example.com";
  const auto verdict = verifier->Verify(TokenOf(claims), kNow);
  REQUIRE(Reason(verdict) == "");
  CHECK(std::get<Principal>(verdict).subject == "ana@example.com");
  claims["email_verified"] = false;
  CHECK(Verdict(TokenOf(claims), *verifier) != "");
  claims.erase("sub");
  CHECK(Verdict(TokenOf(claims), *verifier) != "");
}

// Has what a test gives it.
class Known final : public LiveIssuer {
 public:
  std::shared_ptr<const KeySet> Keys() const override { return keys; }
  bool Refresh(std::function<void()>) override { return false; }
  bool has_groups() const override { return groups; }
  void AskGroups(std::string, std::string, int64_t,
                 std::function<void(absl::StatusOr<Groups>)>) override {}

  std::shared_ptr<const KeySet> keys;
  bool groups = false;
};

Rejection Rejected(const TokenVerifier& verifier, const std::string& token) {
  const auto verdict = verifier.Verify(token, kNow);
  REQUIRE(std::holds_alternative<Rejection>(verdict));
  return std::get<Rejection>(verdict);
}

TEST_CASE("only a token that a new key could save is worth a question") {
  const auto live = std::make_shared<Known>();
  IssuerOptions options = Options();
  options.jwks_json.clear();
  options.live = live;
  const auto verifier = Verifier(options);
  CHECK(Rejected(*verifier, TokenOf(Claims())).may_have_key == live);
  json claims = Claims();
  claims["exp"] = kNow;
  CHECK(Rejected(*verifier, TokenOf(claims)).may_have_key == nullptr);

  auto keys = KeySet::Parse(KeySetText({KeyFor("EdDSA").Jwk("EdDSA")}), {FindAlgorithm("EdDSA")});
  REQUIRE(keys.ok());
  live->keys = std::make_shared<const KeySet>(*std::move(keys));
  CHECK(Verdict(TokenOf(Claims()), *verifier) == "");
  CHECK(Rejected(*verifier, TokenOf(Claims(), "ES256")).may_have_key == live);
  // A wrong signature of a known key is wrong for good.
  std::string forged = TokenOf(Claims());
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  CHECK(Rejected(*verifier, forged).may_have_key == nullptr);
}

TEST_CASE("groups are asked for only where there are none and the issuer has them") {
  const auto live = std::make_shared<Known>();
  IssuerOptions options = Options();
  options.live = live;
  const auto verifier = Verifier(options);
  Principal principal;
  principal.issuer = kIssuer;
  CHECK(verifier->GroupsOf(principal) == nullptr);
  live->groups = true;
  CHECK(verifier->GroupsOf(principal) == live);
  principal.groups = {"dba"};
  CHECK(verifier->GroupsOf(principal) == nullptr);
}

}  // namespace
}  // namespace portreeve::identity
