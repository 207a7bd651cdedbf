// Where a secret is to be found. Configuration files hold references only, never the secret itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/status.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"

namespace portreeve::yaml {

struct SecretRef {
  std::filesystem::path file;  // `{ from_file: path }`
  std::string environment;     // `{ from_env: NAME }`

  // Read anew at each call. One line end at the end is not part of it. A file that others than its
  // owner may read is refused; root, who mounts Kubernetes' secrets, may let a group read it.
  absl::StatusOr<std::string> Resolve() const;
};

// Relative paths are taken from `folder`.
std::optional<SecretRef> ReadSecret(const Node& node, const std::filesystem::path& folder,
                                    Diagnostics& diagnostics);

}  // namespace portreeve::yaml
