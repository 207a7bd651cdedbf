#include "dev/issuer.h"

#include <openssl/evp.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/openssl.h"
#include "dev/issuer_verbs.h"
#include "temp_folder.h"

namespace portreeve::dev {
namespace {

using nlohmann::json;

constexpr int64_t kNow = 1'700'000'000;
constexpr char kUrl[] = "https://issuer.test.invalid";

struct Token {
  std::string signed_text;
  json header;
  json payload;
  std::string signature;
};

Token Split(const std::string& token) {
  const size_t first = token.find('.');
  const size_t second = token.find('.', first + 1);
  REQUIRE(second != std::string::npos);
  const auto part = [&token](size_t from, size_t to) {
    return base::Base64UrlDecode(token.substr(from, to - from)).value();
  };
  return {token.substr(0, second), json::parse(part(0, first)),
          json::parse(part(first + 1, second)), part(second + 1, token.size())};
}

// With the key of jwks.json alone, by OpenSSL.
bool Verifies(const Token& token, const std::filesystem::path& folder) {
  const json keys = json::parse(Content(folder / "jwks.json"))["keys"];
  for (const json& key : keys) {
    if (key["kid"] != token.header["kid"]) continue;
    const std::string raw = base::Base64UrlDecode(key["x"].get<std::string>()).value();
    const base::PkeyPtr verifying(EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(raw.data()), raw.size()));
    const base::MdCtxPtr context(EVP_MD_CTX_new());
    REQUIRE(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, verifying.get()) == 1);
    return EVP_DigestVerify(context.get(),
                            reinterpret_cast<const unsigned char*>(token.signature.data()),
                            token.signature.size(),
                            reinterpret_cast<const unsigned char*>(token.signed_text.data()),
                            token.signed_text.size()) == 1;
  }
  return false;
}

TEST_CASE("a token is signed by the key in the key set and says what was asked for") {
  const TempFolder folder;
  const auto issuer = Issuer::Make(folder.path() / "new" / "folder", kUrl);
  REQUIRE(issuer.ok());
  TokenRequest request;
  request.subject = "ana";
  request.groups = {"data-eu", "x\"y"};
  request.audience = "somebody";
  request.lifetime_s = 60;
  Token token = Split(issuer->Sign(request, kNow).value());
  CHECK(Verifies(token, folder.path() / "new" / "folder"));
  CHECK(token.header["alg"] == "EdDSA");
  CHECK(token.header["typ"] == "JWT");
  CHECK(token.payload["iss"] == kUrl);
  CHECK(token.payload["sub"] == "ana");
  CHECK(token.payload["aud"] == "somebody");
  CHECK(token.payload["groups"] == json({"data-eu", "x\"y"}));
  CHECK(token.payload["iat"] == kNow);
  CHECK(token.payload["nbf"] <= kNow);
  CHECK(token.payload["exp"] == kNow + 60);
  CHECK(token.payload["jti"] != Split(issuer->Sign(request, kNow).value()).payload["jti"]);
  token.signed_text.back() ^= 1;
  CHECK_FALSE(Verifies(token, folder.path() / "new" / "folder"));
}

TEST_CASE("the key set has what a verifier asks for (RFC 8037), and no private part") {
  const TempFolder folder;
  REQUIRE(Issuer::Make(folder.path(), kUrl).ok());
  const json key = json::parse(Content(folder.path() / "jwks.json"))["keys"][0];
  CHECK(key["kty"] == "OKP");
  CHECK(key["crv"] == "Ed25519");
  CHECK(key["alg"] == "EdDSA");
  CHECK(key["use"] == "sig");
  CHECK_FALSE(key.contains("d"));
}

TEST_CASE("only the owner may read the key") {
  const TempFolder folder;
  REQUIRE(Issuer::Make(folder.path(), kUrl).ok());
  struct stat status {};
  REQUIRE(stat((folder.path() / "key.pem").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("an issuer that is there stays as it is, and is no other") {
  const TempFolder folder;
  REQUIRE(Issuer::Make(folder.path(), kUrl).ok());
  const std::string key = Content(folder.path() / "key.pem");
  const std::string jwks = Content(folder.path() / "jwks.json");
  std::filesystem::remove(folder.path() / "jwks.json");
  REQUIRE(Issuer::Make(folder.path(), kUrl).ok());
  CHECK(Content(folder.path() / "key.pem") == key);
  CHECK(Content(folder.path() / "jwks.json") == jwks);
  CHECK(Issuer::Make(folder.path(), "https://other").status().code() ==
        absl::StatusCode::kAlreadyExists);
  const auto opened = Issuer::Open(folder.path());
  REQUIRE(opened.ok());
  CHECK(opened->url() == kUrl);
  CHECK(Verifies(Split(opened->Sign({"bob", {}}, kNow).value()), folder.path()));
}

TEST_CASE("what no gateway would take is not signed") {
  const TempFolder folder;
  const auto issuer = Issuer::Make(folder.path(), kUrl);
  REQUIRE(issuer.ok());
  const auto code = [&issuer](const TokenRequest& request) {
    return issuer->Sign(request, kNow).status().code();
  };
  CHECK(code({"", {}}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({"\xff", {}}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({std::string(257, 'a'), {}}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({"ana", {""}}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({"ana", {}, "portreeve", Issuer::kMaxLifetimeS + 1}) ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code({"ana", {}, "portreeve", Issuer::kMaxLifetimeS}) == absl::StatusCode::kOk);
}

TEST_CASE("a folder without an issuer is not found, and a broken key is an error") {
  const TempFolder folder;
  CHECK(Issuer::Open(folder.path()).status().code() == absl::StatusCode::kNotFound);
  REQUIRE(Issuer::Make(folder.path(), kUrl).ok());
  std::ofstream(folder.path() / "key.pem") << "nonsense";
  CHECK_FALSE(Issuer::Open(folder.path()).ok());
  CHECK_FALSE(Issuer::Make(folder.path(), kUrl).ok());
}

TEST_CASE("the verbs make an issuer and print its token, alone on one line") {
  const TempFolder folder;
  const base::SystemClock clock;
  const cli::Environment environment = [](const char*) -> const char* { return nullptr; };
  const auto verbs = IssuerVerbs(environment, clock);
  const auto run = [&](const std::vector<std::string>& words) {
    std::ostringstream out;
    cli::Console console{out, out};
    const cli::ExitCode code = cli::Run(verbs, words, environment, "", console);
    return std::make_pair(code, out.str());
  };
  const std::string dir = folder.path();
  CHECK(run({"dev", "issuer", "--dir", dir, "--issuer", kUrl}).first == cli::ExitCode::kOk);
  const auto [code, printed] =
      run({"dev", "token", "--dir", dir, "--sub", "ana", "--groups", "a,b", "--expires", "2h"});
  CHECK(code == cli::ExitCode::kOk);
  REQUIRE(printed.find('\n') == printed.size() - 1);
  const Token token = Split(printed.substr(0, printed.size() - 1));
  CHECK(Verifies(token, folder.path()));
  CHECK(token.payload["groups"] == json({"a", "b"}));
  CHECK(token.payload["aud"] == "portreeve");
  CHECK(token.payload["exp"].get<int64_t>() - token.payload["iat"].get<int64_t>() == 7200);
  CHECK(run({"dev", "token", "--dir", dir, "--sub", "ana", "--expires", "25h"}).first ==
        cli::ExitCode::kUsage);
  CHECK(run({"dev", "token", "--dir", dir + "/none", "--sub", "ana"}).first ==
        cli::ExitCode::kNotFound);
}

}  // namespace
}  // namespace portreeve::dev
