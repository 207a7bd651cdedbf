#include "base/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <catch2/catch.hpp>

namespace portreeve::base {
namespace {

using Catch::Matchers::Contains;

void Fail() {
  const BioPtr bio = OpenSslReader("no certificate");
  CHECK(X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) == nullptr);
}

TEST_CASE("the reasons are said once, and the queue is empty behind them") {
  ERR_clear_error();
  CHECK(TakeOpenSslErrors().empty());
  Fail();
  CHECK_THAT(TakeOpenSslErrors(), Contains("no start line"));
  CHECK(ERR_peek_error() == 0);
  Fail();
  Fail();
  const absl::Status status = OpenSslStatus("cannot read it");
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message() == "cannot read it: no start line; no start line");
  CHECK(ERR_peek_error() == 0);
  CHECK(OpenSslStatus("nothing more").message() == "nothing more");
}

TEST_CASE("a reader gives the text to its last byte") {
  const std::string text("a\0b", 3);
  const BioPtr bio = OpenSslReader(text);
  char buffer[8];
  REQUIRE(BIO_read(bio.get(), buffer, sizeof buffer) == 3);
  CHECK(std::string(buffer, 3) == text);
  CHECK(BIO_eof(bio.get()) == 1);
  const BioPtr empty = OpenSslReader("");
  CHECK(BIO_read(empty.get(), buffer, sizeof buffer) <= 0);
}

}  // namespace
}  // namespace portreeve::base
