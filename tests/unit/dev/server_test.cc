#include "dev/server.h"

#include <catch2/catch.hpp>

namespace portreeve::dev {
namespace {

TEST_CASE("a server is named as libpq names it") {
  const auto whole =
      ParseServerUrl("postgres://ana:a%40b%2Fc@db.example.com:6000/shop?sslmode=require");
  REQUIRE(whole.ok());
  CHECK(whole->host == "db.example.com");
  CHECK(whole->port == 6000);
  CHECK(whole->database == "shop");
  CHECK(whole->user == "ana");
  CHECK(whole->password == "a@b/c");
  CHECK(whole->tls_mode == "require");
  const auto little = ParseServerUrl("postgresql://ana@[::1]");
  REQUIRE(little.ok());
  CHECK(little->host == "::1");
  CHECK(little->port == 5432);
  CHECK(little->database == "ana");
  CHECK(little->password.empty());
}

TEST_CASE("without a word of it, TLS is verified to other machines and not used on this one") {
  CHECK(ParseServerUrl("postgres://u@db.example.com/d")->tls_mode == "verify-full");
  CHECK(ParseServerUrl("postgres://u@127.0.0.1/d")->tls_mode == "disable");
  CHECK(ParseServerUrl("postgres://u@%2Frun%2Fpostgresql/d")->host == "/run/postgresql");
  CHECK(ParseServerUrl("postgres://u@%2Frun%2Fpostgresql/d")->tls_mode == "disable");
  const auto given = ParseServerUrl("postgres://u@h/d?sslrootcert=/ca.crt&sslmode=verify-ca");
  CHECK(given->ca_file == "/ca.crt");
  CHECK(given->tls_mode == "verify-ca");
}

TEST_CASE("what is no server's URL is refused without repeating the password") {
  for (const char* wrong :
       {"db.example.com", "mysql://u:secret@h/d", "postgres:/u:secret@h", "postgres://h/d",
        "postgres://:secret@h/d", "postgres://u:secret@/d", "postgres://u:secret@h:x/d",
        "postgres://u:secret%zz@h/d", "postgres://u:secret%0a@h/d",
        "postgres://u:secret@h/d?sslmode=prefer", "postgres://u:secret@h/d?options=x"}) {
    INFO(wrong);
    const auto parsed = ParseServerUrl(wrong);
    CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(parsed.status().message()).find("secret") == std::string::npos);
  }
}

}  // namespace
}  // namespace portreeve::dev
