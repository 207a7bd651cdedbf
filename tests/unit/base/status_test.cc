#include "base/status.h"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <memory>

#include "base/unique_fd.h"

namespace portreeve::base {
namespace {

absl::Status FailIf(bool fail) { return fail ? Unavailable("it failed") : absl::OkStatus(); }

absl::StatusOr<std::unique_ptr<int>> Make(bool fail) {
  if (fail) return NotFound("there is none");
  return std::make_unique<int>(7);
}

absl::Status Both(bool first, bool second, int& reached) {
  RETURN_IF_ERROR(FailIf(first));
  ++reached;
  ASSIGN_OR_RETURN(const std::unique_ptr<int> one, Make(second));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> two, Make(false));
  reached += *one + *two;
  return absl::OkStatus();
}

TEST_CASE("each failure has its own code and keeps its message") {
  CHECK(InvalidArgument("a").code() == absl::StatusCode::kInvalidArgument);
  CHECK(Unavailable("a").code() == absl::StatusCode::kUnavailable);
  CHECK(NotFound("a").code() == absl::StatusCode::kNotFound);
  CHECK(PermissionDenied("a").code() == absl::StatusCode::kPermissionDenied);
  CHECK(ResourceExhausted("a").code() == absl::StatusCode::kResourceExhausted);
  CHECK(DataLoss("a").code() == absl::StatusCode::kDataLoss);
  CHECK(Internal("a").code() == absl::StatusCode::kInternal);
  const std::string_view message("not \0 ended", 11);
  CHECK(FromAbsl(DataLoss(message).message()) == message);
  CHECK(FromAbsl(ToAbsl(message)) == message);
}

TEST_CASE("a system error tells its text, and only a missing file is not found") {
  CHECK(ErrnoStatus("cannot open x", ENOENT).code() == absl::StatusCode::kNotFound);
  CHECK(ErrnoStatus("cannot open x", EACCES).code() == absl::StatusCode::kUnavailable);
  CHECK(ErrnoStatus("cannot open x", EACCES).message() == "cannot open x: Permission denied");
  // A call that failed without a reason is a failure all the same.
  CHECK_FALSE(ErrnoStatus("cannot open x", 0).ok());
}

TEST_CASE("a context stands before the message and leaves the code alone") {
  const absl::Status status = Annotate(DataLoss("bad magic"), "segment 7");
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(status.message() == "segment 7: bad magic");
  CHECK(Annotate(absl::OkStatus(), "segment 7").ok());
}

TEST_CASE("the first failure is returned and nothing after it is done") {
  int reached = 0;
  CHECK(Both(true, true, reached).message() == "it failed");
  CHECK(reached == 0);
  CHECK(Both(false, true, reached).message() == "there is none");
  CHECK(reached == 1);
  CHECK(Both(false, false, reached).ok());
  CHECK(reached == 1 + 1 + 14);
}

TEST_CASE("a descriptor is closed once, by its last owner") {
  const auto is_open = [](int fd) { return fcntl(fd, F_GETFD) >= 0; };
  int number = -1;
  {
    UniqueFd first(open("/dev/null", O_RDONLY | O_CLOEXEC));
    REQUIRE(first.valid());
    number = first.get();
    UniqueFd second(std::move(first));
    CHECK_FALSE(first.valid());
    UniqueFd third(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int replaced = third.get();
    third = std::move(second);
    CHECK_FALSE(is_open(replaced));
    CHECK(third.get() == number);
    UniqueFd& alias = third;
    third = std::move(alias);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

}  // namespace
}  // namespace portreeve::base
