#include "cli/login_verbs.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "cli/saved_login.h"
#include "cli/table.h"
#include "oidc/device_login.h"

namespace portreeve::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A token that ends sooner than this is renewed before it is used.
constexpr int64_t kLeastLeftS = 60;

oidc::DeviceClient ClientOf(const SavedLogin& login) {
  return {login.client_id, login.scope, login.resource};
}

absl::StatusOr<std::unique_ptr<oidc::DeviceLogin>> Discover(const SavedLogin& login) {
  auto issuer = oidc::ParseIssuerUrl(login.issuer);
  if (!issuer.ok()) return base::Annotate(issuer.status(), "the issuer " + OneLine(login.issuer));
  return oidc::DeviceLogin::Discover(*issuer, login.ca_file);
}

// Under a resource the access token is for the gateway; otherwise the ID token says who one is.
absl::Status Take(const oidc::Tokens& tokens, SavedLogin& login) {
  login.token = login.resource.empty() ? tokens.id_token : tokens.access_token;
  if (!tokens.refresh_token.empty()) login.refresh_token = tokens.refresh_token;
  if (login.token.empty()) {
    return base::Unavailable("the issuer gave no ID token: ask with a --scope that has `openid`");
  }
  if (!ReadTokenFacts(login.token).ok()) {
    return base::Unavailable("the issuer's access token is no JWT, so no gateway can verify it");
  }
  return absl::OkStatus();
}

absl::Status Login(const Arguments& arguments, const fs::path& file, Console& console) {
  SavedLogin login;
  login.issuer = arguments.Text("--issuer");
  login.client_id = arguments.Text("--client-id");
  login.scope = arguments.Text("--scope");
  login.resource = arguments.Text("--resource");
  if (arguments.On("--issuer-ca-file")) {
    login.ca_file = fs::absolute(arguments.Text("--issuer-ca-file")).string();
  }
  ASSIGN_OR_RETURN(const auto device, Discover(login));
  ASSIGN_OR_RETURN(const oidc::DeviceCode code, device->Begin(ClientOf(login)));
  console.err << "Open " << code.verification_uri << " and enter the code " << code.user_code
              << "\n";
  if (!code.verification_uri_complete.empty()) {
    console.err << "or open " << code.verification_uri_complete << "\n";
  }
  console.err.flush();
  ASSIGN_OR_RETURN(const oidc::Tokens tokens,
                   device->Await(ClientOf(login), code, [](int64_t seconds) {
                     std::this_thread::sleep_for(std::chrono::seconds(seconds));
                   }));
  RETURN_IF_ERROR(Take(tokens, login));
  RETURN_IF_ERROR(SaveLogin(file, login));
  ASSIGN_OR_RETURN(const TokenFacts facts, ReadTokenFacts(login.token));
  console.err << "You are signed in as " << OneLine(facts.subject) << ".\n";
  return absl::OkStatus();
}

absl::Status PrintToken(const fs::path& file, int64_t now_unix_s, Console& console) {
  ASSIGN_OR_RETURN(SavedLogin login, LoadLogin(file));
  ASSIGN_OR_RETURN(const TokenFacts facts, ReadTokenFacts(login.token));
  if (facts.expires_unix_s < now_unix_s + kLeastLeftS && !login.refresh_token.empty()) {
    ASSIGN_OR_RETURN(const auto device, Discover(login));
    ASSIGN_OR_RETURN(const oidc::Tokens tokens,
                     device->Refresh(ClientOf(login), login.refresh_token));
    RETURN_IF_ERROR(Take(tokens, login));
    RETURN_IF_ERROR(SaveLogin(file, login));
  } else if (facts.expires_unix_s <= now_unix_s) {
    return absl::UnauthenticatedError("the token has expired; use `portreeve login`");
  }
  console.out << login.token << "\n";
  return absl::OkStatus();
}

absl::Status WhoAmI(const Arguments& arguments, const fs::path& file, int64_t now_unix_s,
                    Console& console) {
  ASSIGN_OR_RETURN(const SavedLogin login, LoadLogin(file));
  ASSIGN_OR_RETURN(const TokenFacts facts, ReadTokenFacts(login.token));
  const bool over = facts.expires_unix_s <= now_unix_s;
  if (arguments.On("--json")) {
    console.out << json{{"subject", facts.subject},
                        {"issuer", login.issuer},
                        {"expires_unix_s", facts.expires_unix_s},
                        {"expired", over}}
                       .dump(-1, ' ', false, json::error_handler_t::replace)
                << "\n";
    return absl::OkStatus();
  }
  console.out << OneLine(facts.subject) << " of " << OneLine(login.issuer)
              << (over ? ", expired " : ", until ") << TimeText(facts.expires_unix_s) << "\n";
  return absl::OkStatus();
}

absl::Status Logout(const fs::path& file, Console& console) {
  std::error_code error;
  const bool was_there = fs::remove(file, error);
  if (error) return base::ErrnoStatus("cannot remove " + file.string(), error.value());
  console.err << (was_there ? "You are signed out.\n" : "Nobody was signed in.\n");
  return absl::OkStatus();
}

}  // namespace

std::vector<Verb> LoginVerbs(const Environment& environment, const base::Clock& clock) {
  const auto with_file = [environment](auto run) {
    return [environment, run](const Arguments& arguments, Console& console) {
      const auto file = LoginFile(environment);
      if (!file.ok()) return Fail(file.status(), console);
      const absl::Status status = run(arguments, *file, console);
      return status.ok() ? ExitCode::kOk : Fail(status, console);
    };
  };
  const auto now = [&clock] { return clock.UnixMicros() / 1'000'000; };
  return {
      {"login",
       "Sign in at an OIDC issuer, with a browser on any machine.",
       {},
       {{"--issuer", Kind::kText, "URL", "who says who you are", {}, "PORTREEVE_ISSUER", true},
        {"--client-id",
         Kind::kText,
         "ID",
         "what the issuer knows this program by",
         {},
         "PORTREEVE_CLIENT_ID",
         true},
        {"--scope", Kind::kText, "SCOPES", "what is asked for", "openid offline_access"},
        {"--resource", Kind::kText, "URI", "ask for an access token for this resource"},
        {"--issuer-ca-file",
         Kind::kText,
         "FILE",
         "authorities of the issuer's certificate",
         {},
         "PORTREEVE_ISSUER_CA_FILE"}},
       with_file([](const Arguments& arguments, const fs::path& file, Console& console) {
         return Login(arguments, file, console);
       })},
      {"token",
       "Print the token of who is signed in, renewed if need be, to be used as a password.",
       {},
       {},
       with_file([now](const Arguments&, const fs::path& file, Console& console) {
         return PrintToken(file, now(), console);
       })},
      {"whoami",
       "Say who is signed in.",
       {},
       {{"--json", Kind::kSwitch, "", "print JSON"}},
       with_file([now](const Arguments& arguments, const fs::path& file, Console& console) {
         return WhoAmI(arguments, file, now(), console);
       })},
      {"logout",
       "Forget who is signed in.",
       {},
       {},
       with_file([](const Arguments&, const fs::path& file, Console& console) {
         return Logout(file, console);
       })},
  };
}

}  // namespace portreeve::cli
