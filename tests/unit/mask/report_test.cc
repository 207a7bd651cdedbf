#include <catch2/catch.hpp>

#include "mask/scrub_report.h"
#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::mask {
namespace {

using Fields = std::vector<std::pair<char, std::string_view>>;

template <typename Message>
std::string BodyOf(const Fields& fields) {
  Message message;
  message.fields = fields;
  std::string bytes;
  message.Encode(bytes);
  return bytes.substr(wire::kHeaderBytes);
}

wire::ErrorResponse Scrubbed(std::string_view body, std::string& bytes) {
  bytes = ScrubReport('E', body);
  REQUIRE(bytes.front() == 'E');
  auto decoded = wire::ErrorResponse::Decode(std::string_view(bytes).substr(wire::kHeaderBytes));
  REQUIRE(decoded.ok());
  return *decoded;
}

TEST_CASE("an error keeps its SQLSTATE, position and names of objects, and nothing that it says") {
  std::string bytes;
  const auto report =
      Scrubbed(BodyOf<wire::ErrorResponse>({{'S', "FEHLER"},
                                            {'V', "ERROR"},
                                            {'C', "23505"},
                                            {'M', "duplicate key value secret"},
                                            {'D', "Key (ssn)=(secret) already exists."},
                                            {'H', "secret"},
                                            {'P', "17"},
                                            {'p', "18"},
                                            {'q', "SELECT 'secret'"},
                                            {'W', "secret"},
                                            {'s', "public"},
                                            {'t', "people"},
                                            {'n', "people_ssn_key"},
                                            {'F', "nbtinsert.c"},
                                            {'L', "664"},
                                            {'R', "_bt_check_unique"}}),
               bytes);
  REQUIRE(bytes.find("secret") == std::string::npos);
  REQUIRE(report.Find('S') == "ERROR");
  REQUIRE(report.Find('V') == "ERROR");
  REQUIRE(report.Find('C') == "23505");
  REQUIRE(report.Find('P') == "17");
  REQUIRE(report.Find('s') == "public");
  REQUIRE(report.Find('t') == "people");
  REQUIRE(report.Find('n') == "people_ssn_key");
  REQUIRE(report.Find('M') ==
          "duplicate key value violates a unique constraint (details are withheld: the statement "
          "touches masked columns)");
  for (const char code : {'D', 'H', 'W', 'p', 'q', 'F', 'L', 'R'}) {
    REQUIRE(report.Find(code).empty());
  }
}

TEST_CASE("every SQLSTATE has a message, by its class if not of its own") {
  const auto message_of = [](std::string_view sqlstate) {
    std::string bytes;
    const auto report = Scrubbed(BodyOf<wire::ErrorResponse>({{'C', sqlstate}}), bytes);
    REQUIRE(report.Find('C') == sqlstate);
    return std::string(report.Find('M').substr(0, report.Find('M').find(" (")));
  };
  REQUIRE(message_of("22P02") == "invalid input syntax");
  REQUIRE(message_of("22000") == "data exception");
  REQUIRE(message_of("P0001") == "raised exception");
  REQUIRE(message_of("40001") == "could not serialize access");
  REQUIRE(message_of("ZZZZZ") == "an error");
}

TEST_CASE("a field that a function can fill in as it likes does not pass") {
  std::string bytes;
  const auto raised = Scrubbed(BodyOf<wire::ErrorResponse>({{'S', "secret"},
                                                            {'V', "secret"},
                                                            {'C', "P0001"},
                                                            {'M', "secret"},
                                                            {'P', "12secret"},
                                                            {'s', "secret"},
                                                            {'t', "secret"},
                                                            {'c', "secret"},
                                                            {'d', "secret"},
                                                            {'n', "secret"},
                                                            {'x', "secret"}}),
                               bytes);
  REQUIRE(bytes.find("secret") == std::string::npos);
  REQUIRE(raised.fields.size() == 4);
  REQUIRE(raised.Find('V') == "ERROR");
  REQUIRE(Scrubbed(BodyOf<wire::ErrorResponse>({{'C', "secret"}}), bytes).Find('C') == "XX000");
}

TEST_CASE("a notice stays a notice with its severity") {
  const std::string bytes = ScrubReport(
      'N', BodyOf<wire::NoticeResponse>({{'V', "WARNING"}, {'C', "01000"}, {'M', "secret"}}));
  REQUIRE(bytes.front() == 'N');
  const auto notice =
      wire::NoticeResponse::Decode(std::string_view(bytes).substr(wire::kHeaderBytes));
  REQUIRE(notice.ok());
  REQUIRE(notice->Find('S') == "WARNING");
  REQUIRE(notice->Find('M').substr(0, 7) == "warning");
}

TEST_CASE("what is malformed gives an error that says nothing else") {
  for (const std::string_view body : {std::string_view(""), std::string_view("Msecret"),
                                      std::string_view("Msecret\0Dsecret", 15)}) {
    std::string bytes;
    const auto report = Scrubbed(body, bytes);
    REQUIRE(report.Find('C') == "XX000");
    REQUIRE(bytes.find("secret") == std::string::npos);
  }
}

}  // namespace
}  // namespace portreeve::mask
