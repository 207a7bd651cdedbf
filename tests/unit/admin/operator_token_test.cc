#include "admin/operator_token.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/temp_folder.h"

namespace portreeve::admin {
namespace {

mode_t ModeOf(const std::filesystem::path& file) {
  struct stat facts {};
  REQUIRE(stat(file.c_str(), &facts) == 0);
  return facts.st_mode & 0777;
}

TEST_CASE("the operator token is made once and lies where only its owner can read it") {
  const support::TempFolder folder;
  const auto made = LoadOrMakeOperatorToken(folder.path());
  REQUIRE(made.ok());
  CHECK(made->size() >= 40);
  CHECK(ModeOf(folder.path() / kOperatorTokenFile) == 0600);
  const auto again = LoadOrMakeOperatorToken(folder.path());
  REQUIRE(again.ok());
  CHECK(*again == *made);
}

TEST_CASE("a token file that others may read is refused") {
  const support::TempFolder folder;
  REQUIRE(LoadOrMakeOperatorToken(folder.path()).ok());
  const auto file = folder.path() / kOperatorTokenFile;
  for (const mode_t mode : {0640, 0604, 0660}) {
    REQUIRE(chmod(file.c_str(), mode) == 0);
    CHECK(absl::IsPermissionDenied(LoadOrMakeOperatorToken(folder.path()).status()));
  }
}

TEST_CASE("an emptied token file does not make the empty text a token") {
  const support::TempFolder folder;
  REQUIRE(base::WriteFileAtomically(folder.path() / kOperatorTokenFile, "\n", 0600).ok());
  CHECK(absl::IsDataLoss(LoadOrMakeOperatorToken(folder.path()).status()));
}

TEST_CASE("only the whole token behind the scheme makes an operator") {
  const std::string token = "pot_0123456789012345678901234567890123456789";
  CHECK(IsOperator("Bearer " + token, token));
  for (const std::string& wrong :
       {std::string(), token, "Bearer " + token.substr(1), "Bearer " + token + "x",
        "bearer " + token, "Bearer  " + token, "Basic " + token, std::string("Bearer ")}) {
    CHECK_FALSE(IsOperator(wrong, token));
  }
}

}  // namespace
}  // namespace portreeve::admin
