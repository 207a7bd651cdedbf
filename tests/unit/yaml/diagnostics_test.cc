#include "yaml/diagnostics.h"

#include <catch2/catch.hpp>

namespace portreeve::yaml {
namespace {

TEST_CASE("messages stand in the order of their places, with the file's name before them") {
  Diagnostics diagnostics("gateway.yaml");
  CHECK(diagnostics.ok());
  CHECK(diagnostics.ToString().empty());
  diagnostics.Error({3, 10}, "third");
  diagnostics.Error({3, 2}, "second");
  diagnostics.Error({}, "whole");
  diagnostics.Error({3, 2}, "second again");
  CHECK_FALSE(diagnostics.ok());
  CHECK(diagnostics.count() == 4);
  CHECK(diagnostics.ToString() ==
        "gateway.yaml: whole\n"
        "gateway.yaml:3:2: second\n"
        "gateway.yaml:3:2: second again\n"
        "gateway.yaml:3:10: third\n");
}

TEST_CASE("a warning leaves the file good, and stands apart from the errors") {
  Diagnostics diagnostics("f");
  diagnostics.Warning({2, 1}, "second");
  diagnostics.Warning({1, 5}, "first");
  CHECK(diagnostics.ok());
  CHECK(diagnostics.Messages().empty());
  CHECK(diagnostics.Warnings() == std::vector<std::string>{"f:1:5: first", "f:2:1: second"});
  for (int i = 0; i < 1000; ++i) diagnostics.Warning({1, 1}, "x");
  CHECK(diagnostics.Warnings().size() == Diagnostics::kMaxMessages);
}

TEST_CASE("beyond the limit messages are counted only") {
  Diagnostics diagnostics("f");
  for (int i = 0; i < 1000; ++i) diagnostics.Error({1, 1}, "x");
  CHECK(diagnostics.count() == 1000);
  const auto messages = diagnostics.Messages();
  CHECK(messages.size() == Diagnostics::kMaxMessages + 1);
  CHECK(messages.back() == "f: and 800 more");
}

TEST_CASE("a message stays one line, whatever it quotes") {
  Diagnostics diagnostics("f");
  diagnostics.Error({1, 1}, "`a\nf:9:9: forged\x1b[2J` is not known");
  CHECK(diagnostics.Messages().front() == "f:1:1: `a?f:9:9: forged?[2J` is not known");
  diagnostics.Error({2, 1}, std::string(100'000, 'x'));
  CHECK(diagnostics.Messages().back().size() < 2'000);
}

TEST_CASE("a word is taken for the nearest one that is near enough") {
  const std::vector<std::string_view> words = {"listen", "limits", "issuers", "tls", "id"};
  CHECK(Nearest("listne", words) == "listen");
  CHECK(Nearest("lisen", words) == "listen");
  CHECK(Nearest("limit", words) == "limits");
  CHECK(Nearest("issuer", words) == "issuers");
  CHECK(Nearest("tsl", words) == "tls");
  CHECK(Nearest("listen", words) == "listen");
  CHECK(Nearest("completely_else", words).empty());
  CHECK(Nearest("xy", words).empty());
  CHECK(Nearest("listen", {}).empty());
  CHECK(Nearest(std::string(1 << 20, 'x'), words).empty());
}

}  // namespace
}  // namespace portreeve::yaml
