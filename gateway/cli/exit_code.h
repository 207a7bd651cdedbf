// What `portreeve` ends with. The numbers are a contract with scripts; see docs/architecture.md.
#pragma once

#include "base/status.h"

namespace portreeve::cli {

enum class ExitCode {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,  // Wrong arguments or configuration.
  kRefused = 3,
  kNotSignedIn = 4,
  kApproval = 5,  // Pending, denied or timed out.
  kNotFound = 6,
  kUnavailable = 7,
  kVerification = 8,
};

// The one place where a failure becomes an exit code.
ExitCode ExitCodeOf(const absl::Status& status);

// The failure that an answer of the HTTP API stands for; OK below 400.
absl::Status StatusOfHttp(int http_status, std::string_view message);

}  // namespace portreeve::cli
