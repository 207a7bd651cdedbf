// Who has signed in on this machine, kept between commands. Its one rule: the file is readable by
// its owner alone from its first moment, or it is not used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "cli/arguments.h"

namespace portreeve::cli {

struct SavedLogin {
  std::string issuer;
  std::string ca_file;
  std::string client_id;
  std::string scope;
  std::string resource;
  std::string token;          // What the gateway takes as a password.
  std::string refresh_token;  // May be empty.
};

// Below $XDG_STATE_HOME, else ~/.local/state.
absl::StatusOr<std::filesystem::path> LoginFile(const Environment& environment);

// kUnauthenticated if there is none; kPermissionDenied if others may read it.
absl::StatusOr<SavedLogin> LoadLogin(const std::filesystem::path& file);
absl::Status SaveLogin(const std::filesystem::path& file, const SavedLogin& login);

// What the token says of itself. Nobody has verified it: that is the gateway's business.
struct TokenFacts {
  std::string subject;
  int64_t expires_unix_s = 0;
};
absl::StatusOr<TokenFacts> ReadTokenFacts(const std::string& token);

}  // namespace portreeve::cli
