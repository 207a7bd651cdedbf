// What is refused before a key is looked at: size, segments, header.
#include "tokens.h"

namespace portreeve::identity {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

// Signed rightly, so that only the header can be to blame.
std::string HeaderVerdict(const std::string& header) {
  return Verdict(SignedToken(header, Claims().dump()));
}

std::string HeaderVerdict(const std::string& name, const json& value) {
  json header = Header("EdDSA");
  header[name] = value;
  return HeaderVerdict(header.dump());
}

TEST_CASE("a token may have 16 KiB and not a byte more") {
  json claims = Claims();
  claims["padding"] = "";
  const size_t rest = TokenVerifier::kMaxTokenBytes - TokenOf(claims).size();
  claims["padding"] = std::string(rest / 4 * 3, 'a');
  std::string token = TokenOf(claims);
  while (token.size() > TokenVerifier::kMaxTokenBytes) {
    claims["padding"] = claims["padding"].get<std::string>().substr(1);
    token = TokenOf(claims);
  }
  CHECK(Verdict(token) == "");
  claims["padding"] = claims["padding"].get<std::string>() + "aaaa";
  CHECK(Verdict(TokenOf(claims)) == "the token is too large");
  CHECK(Verdict(std::string(10'000'000, '.')) == "the token is too large");
}

TEST_CASE("a token has three segments and none of them is empty") {
  const std::string token = TokenOf(Claims());
  const std::string unsigned_token = token.substr(0, token.rfind('.'));
  for (const std::string& text :
       {std::string(), std::string("."), std::string("password"), unsigned_token, token + ".",
        token + ".AA", token + ".AA.AA", "." + token}) {
    INFO(text);
    CHECK_THAT(Verdict(text), Contains("three segments"));
  }
  CHECK_THAT(Verdict(".."), Contains("is empty"));
  CHECK_THAT(Verdict(unsigned_token + "."), Contains("is empty"));
  CHECK_THAT(Verdict(token.substr(token.find('.'))), Contains("is empty"));
}

TEST_CASE("a segment that is not the one base64url text of its bytes is refused") {
  const std::string token = TokenOf(Claims());
  const size_t first = token.find('.');
  const size_t second = token.rfind('.');
  for (const size_t at :
       {size_t{0}, size_t{2}, first, first + 2, second, second + 2, token.size()}) {
    for (const std::string& junk :
         {std::string("="), std::string("=="), std::string("+"), std::string("/"),
          std::string("\n"), std::string(" "), std::string("%"), std::string("\0", 1),
          std::string("\xc3\xa4"), std::string("-\r\n")}) {
      INFO(at);
      INFO(junk);
      CHECK_THAT(Verdict(std::string(token).insert(at, junk)), Contains("base64url"));
    }
  }
  // An Ed25519 signature has 64 bytes: the last of its 86 characters carries four spare bits.
  std::string twin = token;
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  twin.back() = alphabet[alphabet.find(twin.back()) + 1];
  CHECK_THAT(Verdict(twin), Contains("base64url"));
}

TEST_CASE("the header is one strict JSON object") {
  CHECK_THAT(HeaderVerdict(R"(["alg","EdDSA"])"), Contains("header"));
  CHECK_THAT(HeaderVerdict(R"({"alg":"EdDSA","kid":"EdDSA")"), Contains("is not JSON"));
  CHECK_THAT(HeaderVerdict(R"({"alg":"none","alg":"EdDSA","kid":"EdDSA"})"), Contains("twice"));
  CHECK_THAT(HeaderVerdict(R"({"alg":"EdDSA","kid":"EdDSA","a":{"b":1,"b":1}})"),
             Contains("twice"));
  CHECK_THAT(HeaderVerdict(R"({"alg":"EdDSA","kid":"EdDSA","a":[[[[1]]]]})"), Contains("deeply"));
  json many = Header("EdDSA");
  many["a"] = json::array();
  for (int i = 0; i < 100; ++i) many["a"].push_back(i);
  CHECK_THAT(HeaderVerdict(many.dump()), Contains("too many values"));
  CHECK(HeaderVerdict("\n { \"kid\" : \"EdDSA\" , \"alg\" : \"EdDSA\" } ") == "");
}

TEST_CASE("an algorithm without a public key is never one") {
  for (const char* alg : {"none",  "None",  "NONE",   "nOnE",     "",      "HS256",  "HS384",
                          "HS512", "hs256", "ES256K", "RSA-OAEP", "dir",   "A128KW", "eddsa",
                          "EDDSA", "rs256", "RS1",    "RS256 ",   "Ed448", "ECDH-ES"}) {
    INFO(alg);
    CHECK_THAT(HeaderVerdict("alg", alg), Contains("not one for public keys"));
  }
  for (const json& alg :
       {json(nullptr), json(1), json(true), json::array({"EdDSA"}), json{{"name", "EdDSA"}}}) {
    INFO(alg);
    CHECK_THAT(HeaderVerdict("alg", alg), Contains("not one for public keys"));
  }
  CHECK_THAT(HeaderVerdict(R"({"kid":"EdDSA"})"), Contains("not one for public keys"));
  CHECK_THAT(HeaderVerdict(R"({"ALG":"EdDSA","kid":"EdDSA"})"), Contains("public keys"));
}

TEST_CASE("an algorithm that the configuration does not list is refused, signed rightly or not") {
  IssuerOptions options = Options();
  options.algorithms = {"ES256", "PS256"};
  const auto verifier = Verifier(options);
  CHECK(Verdict(TokenOf(Claims(), "ES256"), *verifier) == "");
  CHECK(Verdict(TokenOf(Claims(), "PS256"), *verifier) == "");
  for (const char* alg : {"RS256", "PS512", "ES384", "EdDSA"}) {
    INFO(alg);
    CHECK_THAT(Verdict(TokenOf(Claims(), alg), *verifier),
               Equals("issuer `corp`: the token's algorithm is not allowed"));
  }
}

TEST_CASE("a header cannot bring rules or keys of its own") {
  const json own = KeyFor("EdDSA").Jwk("EdDSA");
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, json>>{{"crit", {"exp"}},
                                                 {"crit", json::array()},
                                                 {"crit", {"b64"}},
                                                 {"b64", false},
                                                 {"b64", true},
                                                 {"zip", "DEF"},
                                                 {"enc", "A128GCM"},
                                                 {"jku", "https://id.example.com/keys"},
                                                 {"jwk", own},
                                                 {"x5u", "https://id.example.com/chain"},
                                                 {"x5c", {"AAAA"}},
                                                 {"epk", own},
                                                 {"cty", "JWT"},
                                                 {"jku", nullptr}}) {
    INFO(name);
    CHECK_THAT(HeaderVerdict(name, value), Contains("header has `" + name + "`"));
  }
  CHECK(HeaderVerdict("x5t", "AAAA") == "");
}

TEST_CASE("only a token that says who one is has the right type") {
  json header = Header("EdDSA");
  header.erase("typ");
  CHECK(HeaderVerdict(header.dump()) == "");
  for (const char* typ :
       {"JWT", "jwt", "at+jwt", "AT+JWT", "application/jwt", "application/at+jwt"}) {
    INFO(typ);
    CHECK(HeaderVerdict("typ", typ) == "");
  }
  for (const json& typ :
       {json(""), json("logout+jwt"), json("secevent+jwt"), json("dpop+jwt"), json("JWE"),
        json("entity-statement+jwt"), json("kb+jwt"), json("vc+sd-jwt"), json("rt+jwt"),
        json("application/logout+jwt"), json("jwt "), json("text/jwt"), json(nullptr), json(1),
        json::array({"JWT"})}) {
    INFO(typ);
    CHECK_THAT(HeaderVerdict("typ", typ), Contains("for another use"));
  }
}

TEST_CASE("a key id is a short text and only ever looked up") {
  for (const json& kid :
       {json(nullptr), json(1), json::array({"EdDSA"}), json(std::string(256, 'k'))}) {
    INFO(kid);
    CHECK_THAT(HeaderVerdict("kid", kid), Contains("key id is not a text"));
  }
  for (const std::string& kid :
       {std::string(), std::string("eddsa"), std::string("EdDSA "), std::string("EdDSA\0", 6),
        std::string("../../../../dev/null"), std::string("x' UNION SELECT 'AA"), std::string("|id"),
        std::string("https://evil.example.com/k"), std::string("*")}) {
    INFO(kid);
    CHECK_THAT(HeaderVerdict("kid", kid), Contains("no key with the id that the token names"));
  }
}

}  // namespace
}  // namespace portreeve::identity
