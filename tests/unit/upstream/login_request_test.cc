#include "upstream/login_request.h"

#include <catch2/catch.hpp>

#include "wire/startup.h"

namespace portreeve::upstream {
namespace {

LoginRequest Request() {
  LoginRequest request;
  request.user = "ann";
  request.database = "orders";
  return request;
}

TEST_CASE("a start-up packet names user and database first and keeps the order of the rest") {
  LoginRequest request = Request();
  request.parameters = {{"role", "scoped"}, {"DateStyle", "ISO"}, {"options", ""}};
  const auto packet = EncodeStartup(request);
  REQUIRE(packet.ok());
  const auto message = wire::StartupMessage::Decode(std::string_view(*packet).substr(4));
  REQUIRE(message.ok());
  REQUIRE(message->version == wire::kProtocol30);
  using Parameters = decltype(message->parameters);
  REQUIRE(message->parameters == Parameters{{"user", "ann"},
                                            {"database", "orders"},
                                            {"role", "scoped"},
                                            {"DateStyle", "ISO"},
                                            {"options", ""}});
}

TEST_CASE("what could be read in two ways is not sent") {
  using Parameters = decltype(LoginRequest::parameters);
  const std::string nul("a\0b", 3);
  for (const Parameters& parameters :
       {Parameters{{"user", "root"}}, Parameters{{"database", "x"}}, Parameters{{"", "x"}},
        Parameters{{"role", "a"}, {"role", "b"}}, Parameters{{"role", nul}},
        Parameters{{nul, "a"}}}) {
    LoginRequest request = Request();
    request.parameters = parameters;
    REQUIRE(absl::IsInvalidArgument(EncodeStartup(request).status()));
  }
  for (const std::string& name : {std::string(), nul}) {
    LoginRequest user = Request();
    user.user = name;
    REQUIRE_FALSE(EncodeStartup(user).ok());
    LoginRequest database = Request();
    database.database = name;
    REQUIRE_FALSE(EncodeStartup(database).ok());
  }
}

TEST_CASE("a start-up packet that no server takes is not sent") {
  LoginRequest large = Request();
  large.parameters = {{"options", std::string(wire::kMaxStartupLength, 'x')}};
  REQUIRE_FALSE(EncodeStartup(large).ok());
  LoginRequest many = Request();
  for (size_t i = 0; i < wire::kMaxStartupParameters - 1; ++i) {
    many.parameters.emplace_back("p" + std::to_string(i), "");
  }
  REQUIRE_FALSE(EncodeStartup(many).ok());
  many.parameters.pop_back();
  REQUIRE(EncodeStartup(many).ok());
}

}  // namespace
}  // namespace portreeve::upstream
