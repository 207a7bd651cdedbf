#include "cli/exit_code.h"

namespace portreeve::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kNotSignedIn;
    case absl::StatusCode::kFailedPrecondition:
      return ExitCode::kApproval;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kVerification;
    default:
      return ExitCode::kFailure;
  }
}

absl::Status StatusOfHttp(int http_status, std::string_view message) {
  const absl::string_view text = base::ToAbsl(message);
  switch (http_status) {
    case 400:
    case 422:
      return absl::InvalidArgumentError(text);
    case 401:
      return absl::UnauthenticatedError(text);
    case 403:
      return absl::PermissionDeniedError(text);
    case 404:
      return absl::NotFoundError(text);
    case 502:
    case 503:
    case 504:
      return absl::UnavailableError(text);
    default:
      return http_status < 400 ? absl::OkStatus() : absl::InternalError(text);
  }
}

}  // namespace portreeve::cli
