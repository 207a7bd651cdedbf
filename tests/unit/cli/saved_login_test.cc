// Who has signed in, as it lies on the disk.
#include "cli/saved_login.h"

#include <sys/stat.h>

#include "base/encoding.h"
#include "fixture.h"

namespace portreeve::cli {
namespace {

mode_t Mode(const std::filesystem::path& path) {
  struct stat facts {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777;
}

TEST_CASE("a login is kept for its owner alone, and comes back whole") {
  const TempFolder folder;
  const auto file = folder.path() / "state" / "portreeve" / "login.json";
  CHECK(LoadLogin(file).status().code() == absl::StatusCode::kUnauthenticated);
  const SavedLogin login{"https://id.example.com", "/ca.crt", "cli", "openid", "urn:x", "t", "r"};
  REQUIRE(SaveLogin(file, login).ok());
  CHECK(Mode(file) == 0600);
  CHECK(Mode(file.parent_path()) == 0700);
  const auto loaded = LoadLogin(file);
  REQUIRE(loaded.ok());
  CHECK(loaded->issuer == login.issuer);
  CHECK(loaded->ca_file == login.ca_file);
  CHECK((loaded->client_id == "cli" && loaded->scope == "openid" && loaded->resource == "urn:x"));
  CHECK((loaded->token == "t" && loaded->refresh_token == "r"));
}

TEST_CASE("a login that others may read, or that is no JSON, is not used") {
  const TempFolder folder;
  const auto file = folder.Write("login.json", "not json");
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  CHECK_FALSE(LoadLogin(file).ok());
  SavedLogin login;
  login.token = "t";
  const auto shared = folder.path() / "portreeve" / "login.json";
  REQUIRE(SaveLogin(shared, login).ok());
  for (const mode_t mode : {0640, 0604, 0660}) {
    REQUIRE(chmod(shared.c_str(), mode) == 0);
    CHECK(LoadLogin(shared).status().code() == absl::StatusCode::kPermissionDenied);
  }
}

TEST_CASE("the file lies below the state folder of the user") {
  Variables variables;
  CHECK_FALSE(LoginFile(variables.lookup()).ok());
  variables.values["HOME"] = "/h/ana";
  CHECK(*LoginFile(variables.lookup()) == "/h/ana/.local/state/portreeve/login.json");
  variables.values["XDG_STATE_HOME"] = "relative";
  CHECK(*LoginFile(variables.lookup()) == "/h/ana/.local/state/portreeve/login.json");
  variables.values["XDG_STATE_HOME"] = "/state";
  CHECK(*LoginFile(variables.lookup()) == "/state/portreeve/login.json");
}

TEST_CASE("what a token says of itself is read without its being believed") {
  const auto token = [](const std::string& payload) {
    return "e30." + base::Base64UrlEncode(payload) + ".AA";
  };
  const auto facts = ReadTokenFacts(token(R"({"sub":"ana","exp":1800000000})"));
  REQUIRE(facts.ok());
  CHECK(facts->subject == "ana");
  CHECK(facts->expires_unix_s == 1'800'000'000);
  CHECK(ReadTokenFacts(token(R"({"sub":"\u001b[2J","exp":"x"})"))->subject == "?");
  CHECK_FALSE(ReadTokenFacts("opaque").ok());
  CHECK_FALSE(ReadTokenFacts(token("[]")).ok());
}

}  // namespace
}  // namespace portreeve::cli
