// When a token is valid.
#include "tokens.h"

namespace portreeve::identity {
namespace {

using Catch::Matchers::Contains;

std::string TimesVerdict(const json& times) {
  json claims = {{"iss", kIssuer}, {"aud", "portreeve"}, {"sub", "ana"}};
  claims.update(times);
  return Verdict(TokenOf(claims));
}

// A number's text that json would not write.
std::string RawVerdict(const std::string& name, const std::string& number) {
  json claims = Claims();
  claims.erase(name);
  std::string payload = claims.dump();
  payload.insert(1, "\"" + name + "\":" + number + ",");
  return Verdict(SignedToken(Header("EdDSA").dump(), payload));
}

TEST_CASE("a token ends in the second that it names") {
  CHECK(TimesVerdict({{"exp", kNow + 1}}) == "");
  CHECK_THAT(TimesVerdict({{"exp", kNow}}), Contains("has expired"));
  CHECK_THAT(TimesVerdict({{"exp", kNow - 1}}), Contains("has expired"));
  CHECK_THAT(TimesVerdict({{"exp", 0}}), Contains("has expired"));
  CHECK_THAT(TimesVerdict(json::object()), Contains("has no `exp`"));
}

TEST_CASE("the issuer's clock may be a minute ahead") {
  CHECK(TimesVerdict({{"exp", kNow + 600}, {"nbf", kNow + 60}, {"iat", kNow + 60}}) == "");
  CHECK_THAT(TimesVerdict({{"exp", kNow + 600}, {"nbf", kNow + 61}}), Contains("not valid yet"));
  CHECK_THAT(TimesVerdict({{"exp", kNow + 600}, {"iat", kNow + 61}}), Contains("in the future"));
}

TEST_CASE("a token lives a day at most") {
  constexpr int64_t kDay = 24 * 3600;
  CHECK(TimesVerdict({{"iat", kNow - 10}, {"exp", kNow - 10 + kDay}}) == "");
  CHECK(TimesVerdict({{"iat", kNow + 60}, {"exp", kNow + 60 + kDay}}) == "");
  CHECK_THAT(TimesVerdict({{"iat", kNow - 10}, {"exp", kNow - 9 + kDay}}),
             Contains("longer than a day"));
  CHECK_THAT(TimesVerdict({{"iat", 0}, {"exp", kNow + 600}}), Contains("longer than a day"));
  // Without `iat` it cannot have been issued later than now.
  CHECK(TimesVerdict({{"exp", kNow + 60 + kDay}}) == "");
  CHECK_THAT(TimesVerdict({{"exp", kNow + 61 + kDay}}), Contains("longer than a day"));
  CHECK_THAT(TimesVerdict({{"exp", 253'402'300'799}}), Contains("longer than a day"));
}

TEST_CASE("a time is a whole number of seconds of this era") {
  const std::string inside = std::to_string(kNow + 30);
  for (const std::string name : {"exp", "nbf", "iat"}) {
    INFO(name);
    CHECK(RawVerdict(name, inside) == "");
    for (const std::string& text : {inside + ".0",
                                    inside + ".5",
                                    inside + "e0",
                                    "\"" + inside + "\"",
                                    "[" + inside + "]",
                                    std::string("true"),
                                    std::string("null"),
                                    std::string("{}"),
                                    std::string("\"\""),
                                    std::string("-1"),
                                    std::string("-9223372036854775808"),
                                    std::string("-0.0"),
                                    std::string("1e10"),
                                    std::string("253402300800"),
                                    std::string("9223372036854775807"),
                                    std::string("9223372036854775808"),
                                    std::string("18446744073709551615"),
                                    std::string("18446744073709551616"),
                                    std::string("1") + std::string(300, '0'),
                                    inside + "000"}) {
      INFO(text);
      CHECK_THAT(RawVerdict(name, text), Contains("has a `" + name + "` that is no time"));
    }
  }
}

TEST_CASE("time is the caller's: the same token is judged anew each time") {
  const auto verifier = Verifier();
  const std::string token = TokenOf(Claims());
  CHECK(Reason(verifier->Verify(token, kNow)) == "");
  CHECK_THAT(Reason(verifier->Verify(token, kNow + 600)), Contains("has expired"));
  CHECK_THAT(Reason(verifier->Verify(token, kNow - 3600)), Contains("in the future"));
  CHECK_THAT(Reason(verifier->Verify(token, INT64_MAX - 1000)), Contains("has expired"));
  CHECK_THAT(Reason(verifier->Verify(token, 0)), Contains("in the future"));
}

}  // namespace
}  // namespace portreeve::identity
