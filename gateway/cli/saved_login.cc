#include "cli/saved_login.h"

#include <sys/stat.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "identity/jws.h"
#include "identity/plain_text.h"
#include "identity/strict_json.h"

namespace portreeve::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = 256 * 1024;
constexpr mode_t kForOthers = 077;

struct Field {
  const char* name;
  std::string SavedLogin::*value;
};

constexpr Field kFields[] = {
    {"issuer", &SavedLogin::issuer},
    {"ca_file", &SavedLogin::ca_file},
    {"client_id", &SavedLogin::client_id},
    {"scope", &SavedLogin::scope},
    {"resource", &SavedLogin::resource},
    {"token", &SavedLogin::token},
    {"refresh_token", &SavedLogin::refresh_token},
};

absl::Status NotSignedIn() {
  return absl::UnauthenticatedError("not signed in; use `portreeve login`");
}

}  // namespace

absl::StatusOr<fs::path> LoginFile(const Environment& environment) {
  const char* state = environment("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return fs::path(state) / "portreeve" / "login.json";
  const char* home = environment("HOME");
  if (home == nullptr || *home != '/') {
    return base::InvalidArgument("neither XDG_STATE_HOME nor HOME names a folder");
  }
  return fs::path(home) / ".local" / "state" / "portreeve" / "login.json";
}

absl::StatusOr<SavedLogin> LoadLogin(const fs::path& file) {
  struct stat facts {};
  if (stat(file.c_str(), &facts) != 0) return NotSignedIn();
  if ((facts.st_mode & kForOthers) != 0) {
    return base::PermissionDenied(file.string() +
                                  " may be read by others; remove it, and use "
                                  "`portreeve login`");
  }
  ASSIGN_OR_RETURN(const std::string text, base::ReadFile(file, kMaxFileBytes));
  auto document = identity::ParseStrictObject(text);
  if (!document.ok()) return base::Annotate(document.status(), file.string());
  SavedLogin login;
  for (const Field& field : kFields) {
    const auto found = document->find(field.name);
    if (found != document->end() && found->is_string()) {
      login.*field.value = found->get<std::string>();
    }
  }
  if (login.token.empty()) return NotSignedIn();
  return login;
}

absl::Status SaveLogin(const fs::path& file, const SavedLogin& login) {
  std::error_code error;
  fs::create_directories(file.parent_path().parent_path(), error);
  if (mkdir(file.parent_path().c_str(), 0700) != 0 && errno != EEXIST) {
    return base::ErrnoStatus("cannot make " + file.parent_path().string(), errno);
  }
  json document = json::object();
  for (const Field& field : kFields) document[field.name] = login.*field.value;
  return base::WriteFileAtomically(file, document.dump(2) + "\n", 0600);
}

absl::StatusOr<TokenFacts> ReadTokenFacts(const std::string& token) {
  ASSIGN_OR_RETURN(const identity::CompactJws jws, identity::SplitCompact(token));
  ASSIGN_OR_RETURN(const json payload, identity::ParseStrictObject(jws.payload));
  TokenFacts facts;
  const auto subject = payload.find("sub");
  if (subject != payload.end() && subject->is_string()) facts.subject = *subject;
  if (!identity::IsName(facts.subject)) facts.subject = "?";
  const auto expires = payload.find("exp");
  if (expires != payload.end() && expires->is_number_unsigned()) facts.expires_unix_s = *expires;
  return facts;
}

}  // namespace portreeve::cli
