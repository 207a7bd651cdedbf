// Secrets of a deployment that lie in a file of their own, made when they are first needed. Its one
// rule: a file that others may read is not used.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::base {

// The one line in the file, or a new random token after `prefix` (mode 0600) if there is no file.
// kPermissionDenied: others may read it; kDataLoss: it holds fewer than `least_bytes`.
absl::StatusOr<std::string> LoadOrMakeSecret(const std::filesystem::path& file,
                                             std::string_view prefix, size_t least_bytes);

}  // namespace portreeve::base
