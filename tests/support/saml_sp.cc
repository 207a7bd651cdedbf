// A service provider without a gateway, for tests against real identity providers:
// saml_sp COMMAND ENTITY_ID ACS_URL FOLDER [REQUEST_ID], with sp.crt, sp.key and idp.xml in FOLDER.
// Commands: `metadata` (its own), `redirect`, `post`, and `verify`, which reads a response's form
// field from standard input. The answer is one line of JSON, but for `metadata`.

#include <cstdio>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/file.h"
#include "saml/authn_request.h"
#include "saml/response_verifier.h"

namespace {

namespace base = portreeve::base;
namespace saml = portreeve::saml;
using nlohmann::json;

constexpr size_t kMaxFileBytes = 1024 * 1024;

struct World {
  saml::ServiceProvider sp;
  saml::IdpMetadata idp;
  saml::SpKey key;
};

absl::StatusOr<saml::SpKey> LoadKey(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::string certificate,
                   base::ReadFile(folder + "/sp.crt", kMaxFileBytes));
  ASSIGN_OR_RETURN(const std::string key, base::ReadFile(folder + "/sp.key", kMaxFileBytes));
  return saml::SpKey::Load(certificate, key);
}

json Verified(World& world, const std::string& request_id, int64_t now) {
  const std::string field{std::istreambuf_iterator<char>(std::cin), {}};
  const saml::ResponseVerifier verifier(std::move(world.sp), std::move(world.idp));
  saml::BoundedAssertionMemory used;
  const auto verdict = verifier.Verify(field, request_id, now, used);
  if (const auto* rejection = std::get_if<portreeve::identity::Rejection>(&verdict)) {
    return {{"refused", rejection->message}};
  }
  const auto& principal = std::get<portreeve::identity::Principal>(verdict);
  json claims = json::object();
  for (const auto& [name, value] : principal.claims) claims[name] = value;
  return {{"subject", principal.subject},
          {"issuer", principal.issuer},
          {"groups", principal.groups},
          {"claims", claims},
          {"lasts_s", principal.expires_unix_s - now}};
}

absl::Status Run(const std::string& command, World& world, const std::string& folder,
                 const std::string& request_id) {
  const int64_t now = base::SystemClock().UnixMicros() / 1'000'000;
  ASSIGN_OR_RETURN(world.key, LoadKey(folder));
  if (command == "metadata") {
    std::fputs(saml::SpMetadata(world.sp, world.key).c_str(), stdout);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string xml, base::ReadFile(folder + "/idp.xml", kMaxFileBytes));
  ASSIGN_OR_RETURN(world.idp, saml::IdpMetadata::Parse(xml, now));
  const saml::AuthnRequest request = {request_id, "state of the browser", now};
  json answer;
  if (command == "redirect") {
    ASSIGN_OR_RETURN(answer["url"], saml::RedirectUrl(world.sp, world.idp, world.key, request));
  } else if (command == "post") {
    ASSIGN_OR_RETURN(const saml::PostForm form,
                     saml::MakePostForm(world.sp, world.idp, world.key, request));
    answer = {{"url", form.action_url},
              {"SAMLRequest", form.saml_request},
              {"RelayState", form.relay_state}};
  } else if (command == "verify") {
    answer = Verified(world, request_id, now);
  } else {
    return base::InvalidArgument("there is no such command");
  }
  std::puts(answer.dump().c_str());
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  World world;
  world.sp = {"corp", argv[2], argv[3], "groups"};
  const absl::Status status = Run(argv[1], world, argv[4], argc > 5 ? argv[5] : "");
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(base::FromAbsl(status.message())).c_str());
  return 1;
}
