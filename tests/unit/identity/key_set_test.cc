// Which configurations and key sets a verifier is made from.
#include "identity/jwks.h"
#include "tokens.h"

namespace portreeve::identity {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

std::string MakeFailure(std::vector<IssuerOptions> issuers) {
  return std::string(base::FromAbsl(TokenVerifier::Make(std::move(issuers)).status().message()));
}

std::string SetFailure(const std::string& text) {
  IssuerOptions options = Options();
  options.jwks_json = text;
  return MakeFailure({options});
}

std::string KeysFailure(const std::vector<json>& keys) { return SetFailure(KeySetText(keys)); }

json Changed(const std::string& alg, const std::string& name, const json& value) {
  json jwk = KeyFor(alg).Jwk(alg);
  jwk[name] = value;
  return jwk;
}

std::string Base64Number(const BIGNUM* number) {
  std::string bytes(static_cast<size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return base::Base64UrlEncode(bytes);
}

TEST_CASE("a configuration that cannot be enforced is refused, and says for which issuer") {
  const auto broken = [](const auto& change) {
    IssuerOptions options = Options();
    change(options);
    return MakeFailure({options});
  };
  CHECK(MakeFailure({Options()}).empty());
  CHECK(MakeFailure({}).empty());
  CHECK(broken([](auto& o) { o.algorithms = {}; }) == "issuer `corp`: it allows no algorithm");
  CHECK(broken([](auto& o) { o.audience = {}; }) == "issuer `corp`: its audience is empty");
  CHECK(broken([](auto& o) { o.audience = {"a", ""}; }) == "issuer `corp`: its audience is empty");
  CHECK(broken([](auto& o) { o.issuer = ""; }) == "issuer `corp`: its issuer is empty");
  CHECK(broken([](auto& o) { o.groups_claim = ""; }) == "issuer `corp`: its groups claim is empty");
  for (const std::string alg : {"none", "HS256", "RS1", "rs256", "", "ES256K", "dir"}) {
    CHECK(broken([&](auto& o) {
            o.algorithms = {"ES256", alg};
          }) == "issuer `corp`: `" + alg + "` is not an allowed signature algorithm");
  }
  IssuerOptions second = Options();
  second.name = "again";
  CHECK(MakeFailure({Options(), second}) ==
        "issuer `again`: `https://id.example.com` stands here twice");
}

TEST_CASE("a key set is strict JSON with a list of objects") {
  CHECK_THAT(SetFailure(""), Equals("issuer `corp`: the key set: it is not JSON"));
  CHECK_THAT(SetFailure("{}"), Contains("has no list `keys`"));
  CHECK_THAT(SetFailure(R"({"keys":{}})"), Contains("has no list `keys`"));
  CHECK_THAT(SetFailure(R"({"keys":[1]})"), Contains("key 1 of the set is not an object"));
  CHECK_THAT(SetFailure(R"({"keys":[],"keys":[]})"), Contains("twice"));
  CHECK_THAT(SetFailure(R"({"keys":[]})"), Contains("no key of the set can be used"));
  CHECK_THAT(SetFailure(R"({"keys":[{"kty":"RSA","kty":"EC"}]})"), Contains("twice"));
  CHECK_THAT(SetFailure(std::string(KeySet::kMaxBytes + 1, ' ')), Contains("too large"));
  CHECK_THAT(KeysFailure(std::vector<json>(KeySet::kMaxKeys + 1, json{{"kty", "AKP"}})),
             Contains("more than 64 keys"));
  CHECK_THAT(SetFailure("-----BEGIN PUBLIC KEY-----"), Contains("is not JSON"));
}

TEST_CASE("a private or secret key in the set refuses the whole set and is not quoted") {
  const json good = KeyFor("EdDSA").Jwk("good");
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    const std::string failure = KeysFailure({good, Changed("RS256", name, "Geheimnis")});
    CHECK_THAT(failure, StartsWith("issuer `corp`: key 2 of the set is private or secret"));
    CHECK_THAT(failure, !Contains("Geheimnis"));
  }
  CHECK_THAT(KeysFailure({good, {{"kty", "oct"}, {"k", "AAAA"}}}), Contains("private or secret"));
}

TEST_CASE("two keys with one id refuse the set") {
  CHECK_THAT(KeysFailure({KeyFor("EdDSA").Jwk("1"), KeyFor("ES256").Jwk("1")}),
             Equals("issuer `corp`: key 2 of the set has the `kid` of another key"));
  json first = KeyFor("EdDSA").Jwk("");
  json second = KeyFor("ES256").Jwk("");
  CHECK_THAT(KeysFailure({first, second}), Contains("has the `kid` of another key"));
  first.erase("kid");
  second.erase("kid");
  CHECK(KeysFailure({first, second}).empty());
}

TEST_CASE("keys for other uses and of unknown types are passed over") {
  const std::vector<json> others = {
      {{"kty", "AKP"}, {"alg", "ML-DSA-44"}, {"pub", "AAAA"}, {"kid", "1"}},
      {{"kty", "OKP"}, {"crv", "X25519"}, {"x", "AAAA"}},
      {{"kty", "OKP"}, {"crv", "Ed448"}, {"x", "AAAA"}},
      {{"kty", "EC"}, {"crv", "secp256k1"}, {"x", "AAAA"}, {"y", "AAAA"}},
      {{"kty", "RSA"}},
      {{"kty", 1}},
      json::object(),
      Changed("RS256", "use", "enc"),
      Changed("RS256", "use", nullptr),
      Changed("RS256", "key_ops", {"sign"}),
      Changed("RS256", "key_ops", "verify"),
      Changed("RS256", "key_ops", json::array()),
      Changed("RS256", "alg", "RSA-OAEP"),
      Changed("RS256", "alg", nullptr),
      Changed("RS256", "alg", "ES256"),
      Changed("RS256", "kid", 1),
      Changed("RS256", "kid", std::string(256, 'k'))};
  for (const json& other : others) {
    INFO(other);
    CHECK_THAT(KeysFailure({other}),
               StartsWith("issuer `corp`: no key of the set can be used; key 1: "));
  }
  std::vector<json> keys = others;
  keys.push_back(Changed("EdDSA", "key_ops", {"verify"}));
  IssuerOptions options = Options();
  options.jwks_json = KeySetText(keys);
  CHECK(Verdict(TokenOf(Claims()), *Verifier(options)) == "");
}

TEST_CASE("a key that fits no configured algorithm is of no use") {
  IssuerOptions options = Options();
  options.algorithms = {"ES256"};
  options.jwks_json = KeySetText({KeyFor("RS256").Jwk("1"), KeyFor("ES384").Jwk("2")});
  CHECK_THAT(MakeFailure({options}), Contains("key 2: it fits none of the configured algorithms"));
}

TEST_CASE("an RSA key has 2048 bits and no factor that anybody finds") {
  CHECK_THAT(KeysFailure({TestKey::Rsa(1024).Jwk("1")}), Contains("less than 2048 bits"));
  const base::BignumPtr number(BN_new());
  const auto modulus = [&] { return Changed("RS256", "n", Base64Number(number.get())); };
  // Odd, as long as it should be, and divisible by three.
  REQUIRE(BN_rand(number.get(), 2047, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1);
  REQUIRE(BN_mul_word(number.get(), 3) == 1);
  CHECK_THAT(KeysFailure({modulus()}), Contains("it is not a valid key"));
  REQUIRE(BN_rand(number.get(), 2048, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD) == 1);
  REQUIRE(BN_sub_word(number.get(), 1) == 1);
  CHECK_THAT(KeysFailure({modulus()}), Contains("it is not a valid key"));
  REQUIRE(BN_rand(number.get(), 8193, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
  CHECK_THAT(KeysFailure({modulus()}), Contains("more than 8192 bits"));
  REQUIRE(BN_rand(number.get(), 100'000, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
  CHECK_THAT(KeysFailure({modulus()}), Contains("too large"));
  for (const json& n : {json(""), json("AA"), json("===="), json(1), json(nullptr)}) {
    CHECK_THAT(KeysFailure({Changed("RS256", "n", n)}), Contains("no key of the set can be used"));
  }
}

TEST_CASE("an RSA exponent is odd and not small") {
  const auto with = [](std::string_view bytes) {
    return KeysFailure({Changed("RS256", "e", base::Base64UrlEncode(bytes))});
  };
  using std::string_view_literals::operator""sv;
  CHECK(with("\x01\x00\x01"sv).empty());
  CHECK(with("\x00\x01\x00\x01"sv).empty());
  for (const std::string_view e :
       {""sv, "\x00"sv, "\x01"sv, "\x02"sv, "\x03"sv, "\x11"sv, "\xff\xff"sv, "\x01\x00\x00"sv,
        "\x01\x00\x02"sv, "\x01\x00\x00\x00\x00\x00\x00\x00\x01"sv}) {
    CHECK_THAT(with(e), Contains("exponent is not an odd number from 65537 on"));
  }
  CHECK_THAT(with(std::string(100, '\x01')), Contains("too large"));
}

TEST_CASE("an EC key is a point of its curve, at full length") {
  const json jwk = KeyFor("ES256").Jwk("1");
  std::string y = base::Base64UrlDecode(jwk["y"].get<std::string>()).value();
  y[31] = static_cast<char>(y[31] ^ 1);
  CHECK_THAT(KeysFailure({Changed("ES256", "y", base::Base64UrlEncode(y))}),
             Contains("it is not a valid key"));
  const std::string zeros(32, '\0');
  json origin = Changed("ES256", "x", base::Base64UrlEncode(zeros));
  origin["y"] = base::Base64UrlEncode(zeros);
  CHECK_THAT(KeysFailure({origin}), Contains("it is not a valid key"));
  for (const std::string& bad : {zeros.substr(1), zeros + zeros, std::string("\0", 1) + zeros}) {
    CHECK_THAT(KeysFailure({Changed("ES256", "x", base::Base64UrlEncode(bad))}),
               Contains("not as long as the curve wants"));
  }
  CHECK_THAT(KeysFailure({Changed("ES256", "crv", "P-384")}), Contains("as long as the curve"));
  CHECK_THAT(KeysFailure({Changed("ES384", "crv", "P-256")}), Contains("as long as the curve"));
}

TEST_CASE("an Ed25519 key of small order, for which anybody can sign, is refused") {
  const auto with = [](const std::string& hex) {
    const std::string bytes = base::HexDecode(hex).value();
    return KeysFailure({Changed("EdDSA", "x", base::Base64UrlEncode(bytes))});
  };
  const std::string middle(60, 'f');
  for (const std::string& hex :
       {"00" + std::string(62, '0'), "01" + std::string(62, '0'),
        "01" + std::string(60, '0') + "80", "ec" + middle + "7f", "ed" + middle + "7f",
        "ee" + middle + "ff",
        std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}) {
    CHECK_THAT(with(hex), Contains("small order"));
  }
  CHECK_THAT(with("0102"), Contains("not 32 bytes long"));
  CHECK_THAT(KeysFailure({Changed("EdDSA", "crv", "P-256")}), Contains("type or curve"));
}

}  // namespace
}  // namespace portreeve::identity
