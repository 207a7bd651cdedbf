#include "lease/lease.h"

#include <catch2/catch.hpp>

namespace portreeve::lease {
namespace {

TEST_CASE("a lease's user name is known by its form, to the letter") {
  const std::string digits = "0123456789abcdef0123456789abcdef";
  CHECK(IsLeaseUser("lease_" + digits));
  for (const std::string& other :
       {std::string(), std::string("lease_"), digits, "Lease_" + digits, "lease_" + digits + "0",
        "lease_" + digits.substr(1), "lease-" + digits,
        std::string("lease_0123456789ABCDEF0123456789abcdef"), "lease_" + digits.substr(1) + "g",
        "lease_" + digits.substr(1) + '\0'}) {
    INFO(other);
    CHECK_FALSE(IsLeaseUser(other));
  }
}

TEST_CASE("a session's principal is proved by the lease and ends with it") {
  Lease lease;
  lease.id = "l-1";
  lease.expires_us = 7'999'999;
  lease.principal.subject = "ann";
  lease.principal.method = "jwt";
  lease.principal.credential_id = "jti";
  lease.principal.act = {"bot"};
  lease.principal.expires_unix_s = 3;
  const identity::Principal principal = PrincipalOf(lease);
  CHECK(principal.subject == "ann");
  CHECK(principal.act == std::vector<std::string>{"bot"});
  CHECK(principal.method == "lease");
  CHECK(principal.credential_id == "l-1");
  CHECK(principal.expires_unix_s == 7);
}

TEST_CASE("a lease belongs to its subject, and to the actor that got it") {
  Lease lease;
  lease.principal.issuer = "https://id";
  lease.principal.subject = "ann";
  identity::Principal caller = lease.principal;
  CHECK(Owns(caller, lease));
  caller.act = {"bot"};
  CHECK_FALSE(Owns(caller, lease));
  lease.principal.act = {"bot"};
  CHECK(Owns(caller, lease));
  caller.act = {"bot", "scheduler"};
  CHECK_FALSE(Owns(caller, lease));
  caller.act.clear();
  CHECK(Owns(caller, lease));
  caller.subject = "bob";
  CHECK_FALSE(Owns(caller, lease));
  caller.subject = "ann";
  caller.issuer = "https://other";
  CHECK_FALSE(Owns(caller, lease));
}

}  // namespace
}  // namespace portreeve::lease
