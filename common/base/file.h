// Small whole files: configuration, keys, tokens.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::base {

// kResourceExhausted if the file holds more than `limit_bytes`.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, size_t limit_bytes);

// Writes a sibling, fsyncs it and renames it over `path`: after a crash the old or the new file is
// there, whole. `mode` is the file's permission from its first moment on.
absl::Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                                 unsigned mode);

}  // namespace portreeve::base
