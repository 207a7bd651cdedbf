// Signatures and the keys that they may be checked with.
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "tokens.h"

namespace portreeve::identity {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

constexpr const char* kWrong = "issuer `corp`: the token's signature is wrong";

std::string Input(const std::string& alg) {
  return SigningInput(Header(alg).dump(), Claims().dump());
}

std::string WithSignature(const std::string& alg, std::string_view signature) {
  return Input(alg) + "." + base::Base64UrlEncode(signature);
}

// `number` as big-endian bytes of a P-256 coordinate.
std::string P256Bytes(const BIGNUM* number) {
  std::string bytes(32, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 32);
  return bytes;
}

base::BignumPtr P256Order() {
  BIGNUM* order = nullptr;
  BN_hex2bn(&order, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  return base::BignumPtr(order);
}

TEST_CASE("one changed bit anywhere makes the signature wrong") {
  for (const std::string alg : {"RS256", "PS256", "ES256", "ES512", "EdDSA"}) {
    INFO(alg);
    const std::string signature = KeyFor(alg).Sign(alg, Input(alg));
    REQUIRE(Verdict(WithSignature(alg, signature)) == "");
    for (size_t at = 0; at < signature.size(); at += 7) {
      std::string changed = signature;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      CHECK(Verdict(WithSignature(alg, changed)) == kWrong);
    }
    json claims = Claims();
    claims["sub"] = "bob";
    CHECK(Verdict(SigningInput(Header(alg).dump(), claims.dump()) + "." +
                  base::Base64UrlEncode(signature)) == kWrong);
    CHECK(Verdict(SigningInput(Header(alg).dump() + " ", Claims().dump()) + "." +
                  base::Base64UrlEncode(signature)) == kWrong);
  }
}

TEST_CASE("a signature has its exact length") {
  for (const std::string alg : {"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"}) {
    INFO(alg);
    const std::string signature = KeyFor(alg).Sign(alg, Input(alg));
    const std::string zero(1, '\0');
    for (const std::string& changed :
         {signature + zero, zero + signature, signature.substr(1),
          signature.substr(0, signature.size() - 1), signature + signature, zero,
          signature.substr(0, signature.size() / 2)}) {
      CHECK(Verdict(WithSignature(alg, changed)) == kWrong);
    }
  }
}

TEST_CASE("a public key is no HMAC secret") {
  for (const std::string alg : {"RS256", "ES256", "EdDSA"}) {
    const base::BioPtr bio(BIO_new(BIO_s_mem()));
    REQUIRE(PEM_write_bio_PUBKEY(bio.get(), KeyFor(alg).get()) == 1);
    char* pem = nullptr;
    const long pem_bytes = BIO_get_mem_data(bio.get(), &pem);
    json header = Header(alg);
    header["alg"] = "HS256";
    const std::string input = SigningInput(header.dump(), Claims().dump());
    unsigned char mac[32];
    REQUIRE(HMAC(EVP_sha256(), pem, static_cast<int>(pem_bytes), Bytes(input), input.size(), mac,
                 nullptr) != nullptr);
    const std::string signature(reinterpret_cast<const char*>(mac), sizeof mac);
    CHECK_THAT(Verdict(input + "." + base::Base64UrlEncode(signature)),
               Contains("not one for public keys"));
  }
}

TEST_CASE("an ECDSA signature of zeros or of the order proves nothing") {
  const base::BignumPtr order = P256Order();
  const std::string zero(32, '\0');
  const std::string one = std::string(31, '\0') + "\x01";
  const std::string n = P256Bytes(order.get());
  const std::string all = std::string(32, '\xff');
  const std::string right = KeyFor("ES256").Sign("ES256", Input("ES256"));
  const std::string r = right.substr(0, 32);
  const std::string s = right.substr(32);
  for (const std::string& signature : {zero + zero, r + zero, zero + s, n + n, r + n, n + s,
                                       zero + one, one + zero, one + one, all + all, s + r}) {
    CHECK(Verdict(WithSignature("ES256", signature)) == kWrong);
  }
}

TEST_CASE("an ECDSA signature as DER is refused, its twin is as good as itself") {
  const std::string input = Input("ES256");
  const std::string raw = KeyFor("ES256").Sign("ES256", input);
  const base::MdCtxPtr context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr,
                             KeyFor("ES256").get()) == 1);
  std::string der(80, '\0');
  size_t size = der.size();
  REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                         Bytes(input), input.size()) == 1);
  der.resize(size);
  CHECK(Verdict(WithSignature("ES256", der)) == kWrong);

  const base::BignumPtr s(BN_bin2bn(Bytes(raw) + 32, 32, nullptr));
  const base::BignumPtr twin(BN_new());
  REQUIRE(BN_sub(twin.get(), P256Order().get(), s.get()) == 1);
  CHECK(Verdict(WithSignature("ES256", raw.substr(0, 32) + P256Bytes(twin.get()))) == "");
}

TEST_CASE("the second half of an EdDSA signature is below the order (RFC 8032 5.1.7)") {
  const std::string signature = KeyFor("EdDSA").Sign("EdDSA", Input("EdDSA"));
  BIGNUM* order = nullptr;
  BN_hex2bn(&order, "1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED");
  const base::BignumPtr owned(order);
  const base::BignumPtr s(BN_lebin2bn(Bytes(signature) + 32, 32, nullptr));
  REQUIRE(BN_add(s.get(), s.get(), order) == 1);
  std::string twin = signature;
  REQUIRE(BN_bn2lebinpad(s.get(), reinterpret_cast<unsigned char*>(twin.data()) + 32, 32) == 32);
  CHECK(Verdict(WithSignature("EdDSA", twin)) == kWrong);
}

TEST_CASE("a PSS salt is as long as the digest") {
  const std::string input = Input("PS256");
  CHECK(Verdict(WithSignature("PS256", KeyFor("PS256").Sign("PS256", input, 32))) == "");
  for (const int salt : {0, 20, 31, 33, 48}) {
    INFO(salt);
    CHECK(Verdict(WithSignature("PS256", KeyFor("PS256").Sign("PS256", input, salt))) == kWrong);
  }
}

TEST_CASE("padding and digest are those of the named algorithm") {
  for (const std::string claimed : {"RS256", "RS384", "PS256", "PS512"}) {
    for (const std::string used : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
      INFO(claimed << " " << used);
      const std::string signature = KeyFor(used).Sign(used, Input(claimed));
      CHECK((Verdict(WithSignature(claimed, signature)) == "") == (claimed == used));
    }
  }
}

TEST_CASE("a key serves only the algorithm that fits it") {
  for (const std::string& alg : kEveryAlgorithm) {
    for (const char* kid : {"RS256", "ES256", "ES384", "ES512", "EdDSA"}) {
      json header = Header(alg);
      if (header["kid"] == kid) continue;
      INFO(alg << " " << kid);
      header["kid"] = kid;
      CHECK_THAT(Verdict(SignedToken(header.dump(), Claims().dump(), alg)),
                 Equals("issuer `corp`: the key that the token names does not fit its algorithm"));
    }
  }
  // P-384's key and its signature, called ES256.
  json header = Header("ES384");
  header["alg"] = "ES256";
  const std::string input = SigningInput(header.dump(), Claims().dump());
  const std::string signature = KeyFor("ES384").Sign("ES256", input);
  CHECK_THAT(Verdict(input + "." + base::Base64UrlEncode(signature)), Contains("does not fit"));
}

TEST_CASE("a key with an `alg` serves that one alone") {
  IssuerOptions options = Options();
  json jwk = KeyFor("RS256").Jwk("RS256");
  jwk["alg"] = "PS256";
  options.jwks_json = KeySetText({jwk});
  const auto verifier = Verifier(options);
  CHECK(Verdict(TokenOf(Claims(), "PS256"), *verifier) == "");
  CHECK_THAT(Verdict(TokenOf(Claims(), "RS256"), *verifier), Contains("does not fit"));
  CHECK_THAT(Verdict(TokenOf(Claims(), "PS384"), *verifier), Contains("does not fit"));
}

TEST_CASE("a token that names no key has the only one that fits, or none") {
  const auto nameless = [](const std::string& alg) {
    return SignedToken(json{{"alg", alg}}.dump(), Claims().dump(), alg);
  };
  for (const std::string& alg : kEveryAlgorithm) CHECK(Verdict(nameless(alg)) == "");

  IssuerOptions options = Options();
  const TestKey second = TestKey::Ed25519();
  options.jwks_json = KeySetText({KeyFor("EdDSA").Jwk("EdDSA"), second.Jwk("2")});
  CHECK_THAT(Verdict(nameless("EdDSA"), *Verifier(options)), Contains("several would fit"));
  CHECK(Verdict(TokenOf(Claims()), *Verifier(options)) == "");
  CHECK_THAT(Verdict(nameless("ES256"), *Verifier(options)), Contains("no key for the token's"));

  // A key without an id is not the one that a token names.
  json jwk = KeyFor("EdDSA").Jwk("");
  jwk.erase("kid");
  options.jwks_json = KeySetText({jwk});
  CHECK(Verdict(nameless("EdDSA"), *Verifier(options)) == "");
  CHECK_THAT(Verdict(TokenOf(Claims()), *Verifier(options)), Contains("no key with the id"));
}

TEST_CASE("an issuer's key signs for that issuer alone") {
  const TestKey other_key = TestKey::Ed25519();
  IssuerOptions other = Options();
  other.name = "partner";
  other.issuer = "https://partner.example.com";
  other.audience = {"partner-audience"};
  other.algorithms = {"EdDSA"};
  other.jwks_json = KeySetText({other_key.Jwk("EdDSA")});
  const auto made = TokenVerifier::Make({Options(), other});
  REQUIRE(made.ok());
  const TokenVerifier& verifier = **made;

  json claims = Claims();
  const auto signed_by_other = [&] {
    const std::string input = SigningInput(Header("EdDSA").dump(), claims.dump());
    return input + "." + base::Base64UrlEncode(other_key.Sign("EdDSA", input));
  };
  CHECK(Verdict(TokenOf(claims), verifier) == "");
  CHECK(Verdict(signed_by_other(), verifier) == kWrong);
  claims["iss"] = other.issuer;
  CHECK_THAT(Verdict(TokenOf(claims), verifier),
             Equals("issuer `partner`: the token's signature is wrong"));
  CHECK_THAT(Verdict(signed_by_other(), verifier), Contains("for another audience"));
  claims["aud"] = "partner-audience";
  CHECK(Verdict(signed_by_other(), verifier) == "");
  CHECK_THAT(Verdict(TokenOf(claims, "ES256"), verifier), Contains("algorithm is not allowed"));
}

}  // namespace
}  // namespace portreeve::identity
