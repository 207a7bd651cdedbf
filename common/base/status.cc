#include "base/status.h"

#include <cerrno>
#include <system_error>

namespace portreeve::base {

absl::Status InvalidArgument(std::string_view message) {
  return absl::InvalidArgumentError(ToAbsl(message));
}
absl::Status Unavailable(std::string_view message) {
  return absl::UnavailableError(ToAbsl(message));
}
absl::Status NotFound(std::string_view message) { return absl::NotFoundError(ToAbsl(message)); }
absl::Status PermissionDenied(std::string_view message) {
  return absl::PermissionDeniedError(ToAbsl(message));
}
absl::Status FailedPrecondition(std::string_view message) {
  return absl::FailedPreconditionError(ToAbsl(message));
}
absl::Status ResourceExhausted(std::string_view message) {
  return absl::ResourceExhaustedError(ToAbsl(message));
}
absl::Status DataLoss(std::string_view message) { return absl::DataLossError(ToAbsl(message)); }
absl::Status Internal(std::string_view message) { return absl::InternalError(ToAbsl(message)); }

absl::Status ErrnoStatus(std::string_view message, int error) {
  std::string text(message);
  text += ": ";
  text += std::system_category().message(error);
  return error == ENOENT ? NotFound(text) : Unavailable(text);
}

absl::Status Annotate(const absl::Status& status, std::string_view context) {
  if (status.ok()) return status;
  std::string text(context);
  text += ": ";
  text += FromAbsl(status.message());
  return absl::Status(status.code(), ToAbsl(text));
}

}  // namespace portreeve::base
