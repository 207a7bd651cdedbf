#include "dev/issuer.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/encoding.h"
#include "base/file.h"
#include "base/openssl.h"
#include "base/random.h"
#include "base/utf8.h"
#include "tls/pem.h"

namespace portreeve::dev {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxFileBytes = 64 * 1024;
constexpr size_t kMaxNameBytes = 256;
constexpr char kKeyFile[] = "key.pem";
constexpr char kJwksFile[] = "jwks.json";
constexpr char kUrlFile[] = "issuer.txt";
constexpr size_t kIdBytes = 16;
// Clocks of the issuer and of the gateway may differ a little.
constexpr int64_t kBackdateS = 5;

absl::StatusOr<std::string> MakeKey() {
  const base::PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (key == nullptr) return base::OpenSslStatus("cannot make an Ed25519 key");
  return tls::WritePrivateKey(key.get());
}

// The public key as a JWK (RFC 8037 2), with its thumbprint (RFC 7638) as `kid`.
absl::StatusOr<json> MakeJwk(const std::string& key_pem) {
  ASSIGN_OR_RETURN(const base::PkeyPtr key, tls::ParsePrivateKey(key_pem));
  std::string raw(32, '\0');
  size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) !=
          1 ||
      size != raw.size() || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
    return base::OpenSslStatus("the key is no Ed25519 key");
  }
  const std::string x = base::Base64UrlEncode(raw);
  const std::string members = R"({"crv":"Ed25519","kty":"OKP","x":")" + x + "\"}";
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(members.data()), members.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return json{{"kty", "OKP"},   {"crv", "Ed25519"},
              {"x", x},         {"kid", base::Base64UrlEncode(digest)},
              {"alg", "EdDSA"}, {"use", "sig"}};
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

absl::Status CheckName(const std::string& what, const std::string& name) {
  if (!name.empty() && name.size() <= kMaxNameBytes && base::IsUtf8(name)) return absl::OkStatus();
  return base::InvalidArgument("the " + what + " must be UTF-8 text of 1 to " +
                               std::to_string(kMaxNameBytes) + " bytes");
}

}  // namespace

absl::StatusOr<Issuer> Issuer::Make(const fs::path& folder, const std::string& url) {
  RETURN_IF_ERROR(CheckName("issuer", url));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return base::Unavailable("cannot make " + folder.string() + ": " + error.message());
  if (fs::exists(folder / kUrlFile, error)) {
    ASSIGN_OR_RETURN(const std::string text, base::ReadFile(folder / kUrlFile, kMaxFileBytes));
    if (FirstLine(text) != url) {
      return absl::AlreadyExistsError(
          base::ToAbsl(folder.string() + " is the folder of the issuer " + FirstLine(text) +
                       ": choose another with --dir, or remove it"));
    }
  }
  std::string key_pem;
  if (fs::exists(folder / kKeyFile, error)) {
    ASSIGN_OR_RETURN(key_pem, base::ReadFile(folder / kKeyFile, kMaxFileBytes));
  } else {
    ASSIGN_OR_RETURN(key_pem, MakeKey());
    RETURN_IF_ERROR(base::WriteFileAtomically(folder / kKeyFile, key_pem, 0600));
  }
  auto jwk = MakeJwk(key_pem);
  if (!jwk.ok()) return base::Annotate(jwk.status(), (folder / kKeyFile).string());
  // Written anew each time: it follows from the key, which alone may not change.
  const std::string jwks = json{{"keys", json::array({*jwk})}}.dump(2) + "\n";
  RETURN_IF_ERROR(base::WriteFileAtomically(folder / kJwksFile, jwks, 0644));
  RETURN_IF_ERROR(base::WriteFileAtomically(folder / kUrlFile, url + "\n", 0644));
  return Issuer(url, std::move(key_pem), (*jwk)["kid"].get<std::string>());
}

absl::StatusOr<Issuer> Issuer::Open(const fs::path& folder) {
  auto url = base::ReadFile(folder / kUrlFile, kMaxFileBytes);
  if (!url.ok()) {
    return base::Annotate(url.status(), "there is no demo issuer in " + folder.string() +
                                            " (`portreeve dev issuer` makes one)");
  }
  ASSIGN_OR_RETURN(std::string key_pem, base::ReadFile(folder / kKeyFile, kMaxFileBytes));
  auto jwk = MakeJwk(key_pem);
  if (!jwk.ok()) return base::Annotate(jwk.status(), (folder / kKeyFile).string());
  return Issuer(FirstLine(*url), std::move(key_pem), (*jwk)["kid"].get<std::string>());
}

absl::StatusOr<std::string> Issuer::Sign(const TokenRequest& request, int64_t now_unix_s) const {
  RETURN_IF_ERROR(CheckName("subject", request.subject));
  RETURN_IF_ERROR(CheckName("audience", request.audience));
  for (const std::string& group : request.groups) RETURN_IF_ERROR(CheckName("group", group));
  if (request.lifetime_s < 1 || request.lifetime_s > kMaxLifetimeS) {
    return base::InvalidArgument("a token lives for 1s to 24h: no gateway takes another one");
  }
  const json header = {{"alg", "EdDSA"}, {"kid", kid_}, {"typ", "JWT"}};
  const json payload = {{"iss", url_},
                        {"aud", request.audience},
                        {"sub", request.subject},
                        {"groups", request.groups},
                        {"iat", now_unix_s},
                        {"nbf", now_unix_s - kBackdateS},
                        {"exp", now_unix_s + request.lifetime_s},
                        {"jti", base::SecureRandomToken(kIdBytes)}};
  const std::string text =
      base::Base64UrlEncode(header.dump()) + "." + base::Base64UrlEncode(payload.dump());
  ASSIGN_OR_RETURN(const base::PkeyPtr key, tls::ParsePrivateKey(key_pem_));
  const base::MdCtxPtr context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1) {
    return base::OpenSslStatus("cannot sign");
  }
  return text + "." + base::Base64UrlEncode(signature);
}

}  // namespace portreeve::dev
