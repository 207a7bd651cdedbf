// The issuers of gateway.yaml. Its one rule: what could not be enforced as it is written is an
// error, not ignored.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "identity/required_claims.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"

namespace portreeve::gateway_config {

struct Issuer {
  std::string name;
  std::string issuer;
  std::vector<std::string> audience;
  std::vector<std::string> algorithms;
  std::string subject_claim = "sub";
  std::string groups_claim = "groups";
  std::vector<identity::RequiredClaim> required_claims;
  std::filesystem::path jwks_file;  // Empty: the issuer is asked for its keys.
  std::filesystem::path ca_file;    // Whom to believe then; empty: the system's authorities.
  bool user_info = false;
  yaml::Mark mark;  // Where it stands, for errors that show later.
};

// Relative paths are taken from `folder`.
std::vector<Issuer> ReadIssuers(const yaml::Node& node, const std::filesystem::path& folder,
                                yaml::Diagnostics& diagnostics);

}  // namespace portreeve::gateway_config
