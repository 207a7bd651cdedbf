// Examples that others have published, so that keys and signatures are not only ever our own.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "identity/jwks.h"
#include "identity/jws.h"

namespace portreeve::identity {
namespace {

absl::Status Check(const std::string& jwk, const std::string& token) {
  std::vector<const Algorithm*> algorithms;
  for (const char* name : {"RS256", "ES256", "ES512", "EdDSA"}) {
    algorithms.push_back(FindAlgorithm(name));
  }
  const auto keys = KeySet::Parse("{\"keys\":[" + jwk + "]}", algorithms);
  REQUIRE(keys.ok());
  const auto jws = SplitCompact(token);
  REQUIRE(jws.ok());
  const auto header = ReadHeader(jws->header);
  REQUIRE(header.ok());
  const auto key = keys->Find(*header->algorithm, header->kid);
  REQUIRE(key.ok());
  return VerifySignature(*header->algorithm, **key, jws->signing_input, jws->signature);
}

const std::string kJoe =
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ.";

TEST_CASE("RFC 7515 A.2 is verified: RSA with SHA-256") {
  const std::string key =
      R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHm)"
      "fHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGz"
      "jb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxv"
      "b3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
      "yuXpoQ\"}";
  const std::string signature =
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
      "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
      "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
      "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
  CHECK(Check(key, "eyJhbGciOiJSUzI1NiJ9" + kJoe + signature).ok());
}

TEST_CASE("RFC 7515 A.3 is verified: P-256") {
  const std::string key =
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  const std::string signature =
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  CHECK(Check(key, "eyJhbGciOiJFUzI1NiJ9" + kJoe + signature).ok());
  CHECK_FALSE(Check(key, "eyJhbGciOiJFUzI1NiIgfQ" + kJoe + signature).ok());
}

TEST_CASE("RFC 7515 A.4 is verified: P-521, whose halves are 66 bytes long") {
  const std::string key = R"({"kty":"EC","crv":"P-521",)"
                          R"("x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_)"
                          R"(NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",)"
                          R"("y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDl)"
                          R"(y79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})";
  const std::string signature =
      "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8G"
      "aSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
  CHECK(Check(key, "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA." + signature).ok());
}

TEST_CASE("RFC 8037 A.4 is verified: Ed25519") {
  const std::string key =
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
  const std::string signature =
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  CHECK(Check(key, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." + signature).ok());
}

}  // namespace
}  // namespace portreeve::identity
