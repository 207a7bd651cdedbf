// absl::Status for failures of the world, with the few conveniences that every module uses.
// Debian's Abseil has its own string_view: this header is the one place that converts to it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace portreeve::base {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view FromAbsl(absl::string_view text) { return {text.data(), text.size()}; }

absl::Status InvalidArgument(std::string_view message);
absl::Status Unavailable(std::string_view message);
absl::Status NotFound(std::string_view message);
absl::Status PermissionDenied(std::string_view message);
absl::Status FailedPrecondition(std::string_view message);
absl::Status ResourceExhausted(std::string_view message);
absl::Status DataLoss(std::string_view message);
absl::Status Internal(std::string_view message);

// "message: strerror(error)", as kNotFound for ENOENT and kUnavailable for everything else.
absl::Status ErrnoStatus(std::string_view message, int error);

// The same code with `context: ` before the message.
absl::Status Annotate(const absl::Status& status, std::string_view context);

}  // namespace portreeve::base

#define PORTREEVE_CONCAT_INNER(a, b) a##b
#define PORTREEVE_CONCAT(a, b) PORTREEVE_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    if (absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(PORTREEVE_CONCAT(status_or_, __LINE__), declaration, expression)

#define ASSIGN_OR_RETURN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                   \
  if (!temporary.ok()) return std::move(temporary).status();       \
  declaration = *std::move(temporary)
