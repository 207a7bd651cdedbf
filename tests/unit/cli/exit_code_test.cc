#include "cli/exit_code.h"

#include <catch2/catch.hpp>

namespace portreeve::cli {
namespace {

TEST_CASE("every kind of failure has the exit code that is promised for it") {
  CHECK(static_cast<int>(ExitCodeOf(absl::OkStatus())) == 0);
  CHECK(static_cast<int>(ExitCodeOf(base::Internal("x"))) == 1);
  CHECK(static_cast<int>(ExitCodeOf(absl::AlreadyExistsError("x"))) == 1);
  CHECK(static_cast<int>(ExitCodeOf(base::InvalidArgument("x"))) == 2);
  CHECK(static_cast<int>(ExitCodeOf(base::PermissionDenied("x"))) == 3);
  CHECK(static_cast<int>(ExitCodeOf(absl::UnauthenticatedError("x"))) == 4);
  CHECK(static_cast<int>(ExitCodeOf(absl::FailedPreconditionError("x"))) == 5);
  CHECK(static_cast<int>(ExitCodeOf(base::NotFound("x"))) == 6);
  CHECK(static_cast<int>(ExitCodeOf(base::Unavailable("x"))) == 7);
  CHECK(static_cast<int>(ExitCodeOf(absl::DeadlineExceededError("x"))) == 7);
  CHECK(static_cast<int>(ExitCodeOf(base::DataLoss("x"))) == 8);
}

TEST_CASE("an HTTP status ends with the code of what it stands for") {
  const auto code = [](int status) {
    return static_cast<int>(ExitCodeOf(StatusOfHttp(status, "x")));
  };
  CHECK(code(200) == 0);
  CHECK(code(400) == 2);
  CHECK(code(401) == 4);
  CHECK(code(403) == 3);
  CHECK(code(404) == 6);
  CHECK(code(500) == 1);
  CHECK(code(503) == 7);
  CHECK(StatusOfHttp(404, "no such agent").message() == "no such agent");
}

}  // namespace
}  // namespace portreeve::cli
