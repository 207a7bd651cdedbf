// The secret that opens the HTTP interface to operators. It lies in one file that only the
// gateway's own user can read, and is compared without telling by its time how much of it was
// right.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"

namespace portreeve::admin {

inline constexpr char kOperatorTokenFile[] = "operator.token";

// Reads the token from the folder, or makes one (mode 0600). Removing the file and starting again
// rotates it. kPermissionDenied: others may read the file.
absl::StatusOr<std::string> LoadOrMakeOperatorToken(const std::filesystem::path& folder);

// `authorization` is the header's value: "Bearer <token>" (RFC 6750 2.1).
bool IsOperator(const std::string& authorization, const std::string& token);

}  // namespace portreeve::admin
