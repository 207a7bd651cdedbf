// Policies, cases and catalogs, read from files for the verbs that need no gateway. Whatever is
// wrong with a file is said on the console, all of it in one run.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "catalog/snapshot.h"
#include "cli/arguments.h"
#include "policy/policy.h"
#include "rehearsal/case_file.h"

namespace portreeve::cli {

// The whole language is taken; what this version does not enforce is in not_enforced(). Null after
// an error. Warnings are said if they are wanted.
std::shared_ptr<const policy::Policy> LoadPolicy(const std::filesystem::path& path,
                                                 Console& console, bool with_warnings = false);
// None after an error.
std::optional<rehearsal::CaseFile> LoadCases(const std::filesystem::path& path, Console& console);
// Null after an error.
std::shared_ptr<const catalog::Snapshot> LoadCatalog(const std::filesystem::path& path,
                                                     Console& console);

// policy.test.yaml beside policy.yaml.
std::filesystem::path CasesBeside(std::filesystem::path policy);

}  // namespace portreeve::cli
