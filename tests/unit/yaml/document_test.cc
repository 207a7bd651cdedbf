#include "yaml/document.h"

#include "reading.h"

namespace portreeve::yaml {
namespace {

using Catch::Matchers::Contains;
using Messages = std::vector<std::string>;

TEST_CASE("a tree knows what stands where") {
  const Reading reading(
      "listen:\n"
      "  postgres: 0.0.0.0:6432   # a comment\n"
      "names: [a, \"b\"]\n"
      "rules:\n"
      "  - {class: read, action: allow}\n");
  const Node& root = reading.node();
  REQUIRE(reading.diagnostics.ok());
  REQUIRE(root.kind == Node::Kind::kMap);
  REQUIRE(root.entries.size() == 3);
  const Node::Entry& listen = root.entries[0];
  CHECK(listen.key == "listen");
  CHECK(listen.mark.line == 1);
  const Node::Entry& postgres = listen.value.entries.at(0);
  CHECK(postgres.value.scalar == "0.0.0.0:6432");
  CHECK_FALSE(postgres.value.quoted);
  CHECK(postgres.mark.line == 2);
  CHECK(postgres.mark.column == 3);
  CHECK(postgres.value.mark.column == 13);
  const Node& names = root.entries[1].value;
  REQUIRE(names.kind == Node::Kind::kList);
  REQUIRE(names.items.size() == 2);
  CHECK(names.items[1].scalar == "b");
  CHECK(names.items[1].quoted);
  const Node& rule = root.entries[2].value.items.at(0);
  CHECK(rule.entries[1].key == "action");
  CHECK(rule.entries[1].value.mark.line == 5);
}

TEST_CASE("an empty file is an empty map") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "   \n"}) {
    const Reading reading(text);
    CHECK(reading.node().kind == Node::Kind::kMap);
    CHECK(reading.node().entries.empty());
    CHECK(reading.diagnostics.ok());
  }
}

TEST_CASE("scalars of every style carry their text") {
  const Reading reading("a: 'it''s'\nb: \"x\\ty\"\nc: |\n  1\n  2\nd: >\n  1\n  2\ne: ~\nf:\n");
  const auto& entries = reading.node().entries;
  CHECK(entries[0].value.scalar == "it's");
  CHECK(entries[1].value.scalar == "x\ty");
  CHECK(entries[2].value.scalar == "1\n2\n");
  CHECK(entries[3].value.scalar == "1 2\n");
  CHECK(entries[4].value.scalar.empty());
  CHECK_FALSE(entries[4].value.quoted);
  CHECK(entries[5].value.scalar.empty());
}

TEST_CASE("a key that stands twice is an error in its own map only") {
  CHECK(Reading("a: 1\nb: 2\na: 3\n").messages() ==
        Messages{"f:3:1: `a` stands here twice; the first is in line 1"});
  CHECK(Reading("x: {k: 1, k: 2}\n").messages() ==
        Messages{"f:1:11: `k` stands here twice; the first is in line 1"});
  CHECK(Reading("a: {k: 1}\nb: {k: 1}\nk: {k: {k: 1}}\n").messages().empty());
  // The same text in quotes is the same key.
  CHECK(Reading("a: 1\n\"a\": 2\n'a': 3\n").messages().size() == 2);
}

TEST_CASE("anchors, aliases and tags are refused where they stand") {
  CHECK(Reading("a: &x 1\nb: *x\n").messages() ==
        Messages{"f:1:4: anchors are not allowed",
                 "f:2:4: aliases are not allowed: write the value out"});
  CHECK(Reading("a: &x [1]\n").messages() == Messages{"f:1:4: anchors are not allowed"});
  CHECK(Reading("a: &x\n").messages() == Messages{"f:1:4: anchors are not allowed"});
  CHECK(Reading("&x a: 1\n").messages() == Messages{"f:1:1: anchors are not allowed"});
  CHECK_FALSE(Reading("a: *nowhere\n").diagnostics.ok());
  for (const char* text : {"a: !!str x\n", "a: !!str\n", "a: !local x\n", "a: !<tag:x> y\n",
                           "a: !!map {b: 1}\n", "a: !!binary eA==\n", "a: ! x\n", "a: ! \"x\"\n",
                           "a: ! [1]\n", "a: ! {b: 1}\n", "a: !\n"}) {
    INFO(text);
    CHECK(Reading(text).messages() == Messages{"f:1:4: tags are not allowed"});
  }
  CHECK(Reading("! a: 1\n").messages() == Messages{"f:1:1: tags are not allowed"});
  // With a byte order mark, Windows' line ends and wide characters before it.
  CHECK(Reading("\ufeff# é\r\nb: \"é!\"\r\na: ! x\r\n").messages() ==
        Messages{"f:3:4: tags are not allowed"});
  CHECK(Reading("\ufeff# é\r\nb: \"!é\"\r\na: '!'\r\nc: \"! x\"\r\n").messages().empty());
}

TEST_CASE("a merge key is a key like any other") {
  const Reading reading("<<: {a: 1}\n");
  CHECK(reading.node().entries.at(0).key == "<<");
}

TEST_CASE("one file is one document") {
  CHECK(Reading("a: 1\n---\nb: 2\n").messages() ==
        Messages{"f: the file holds more than one document"});
  CHECK(Reading("---\n---\n").messages().size() == 1);
  CHECK_FALSE(Reading("a: 1\n...\n[").diagnostics.ok());
  CHECK(Reading("---\na: 1\n...\n").messages().empty());
}

TEST_CASE("a key is a text") {
  CHECK(Reading("? {a: 1}\n: b\n").messages() == Messages{"f:1:3: a key must be a text"});
  CHECK(Reading("? [a]\n: b\n").messages() == Messages{"f:1:3: a key must be a text"});
}

TEST_CASE("what is no YAML is an error with its place, and no tree") {
  for (const char* text : {"a: [1\n", "a: {b: 1\n", "a: 'x\n", "a: \"x\n", "a: b: c\n",
                           "a: 1\n b: 2\n", "a: [1] x\n", "a: @x\n", "a: `x\n", "a\nb: 1\n",
                           "a: 1\n- b\n", "\ta: 1\n", "a: \"\\q\"\n", "a: *\n", "a: - b\n"}) {
    const Reading reading(text);
    INFO(text << reading.diagnostics.ToString());
    CHECK(reading.root == nullptr);
    REQUIRE(reading.diagnostics.count() == 1);
    CHECK_THAT(reading.messages().front(), Catch::Matchers::StartsWith("f:"));
  }
}

TEST_CASE("a quote that is never closed does not swallow the rest of the file") {
  CHECK(Reading("a: 'x\nrules: []\n").messages() ==
        Messages{"f:1:4: the quote that begins here is never closed"});
  CHECK(Reading("a: \"x\nrules: []\n").messages() ==
        Messages{"f:1:4: the quote that begins here is never closed"});
  CHECK(Reading("a: 'it''s\n").messages().size() == 1);
  CHECK(Reading("a: \"x\\\"\n").messages().size() == 1);
  CHECK(Reading("'a: 1\n").messages().size() == 1);
  CHECK(Reading("a: ['x''', \"\\\\\", '\"', \"'\", '''', '']\n").messages().empty());
}

// The library takes the byte 04 for the end of the file, guesses at UTF-16 and keeps the rest.
TEST_CASE("a file is UTF-8 without control characters") {
  const std::pair<std::string, std::string> bad[] = {{"a: 1\n\x04\nb: 2\n", "f:2:1"},
                                                     {"a: 1 # x\x04\nb: 2\n", "f:1:9"},
                                                     {std::string("a: 1\n\0b: 2\n", 11), "f:2:1"},
                                                     {"a: \x1b[2J\n", "f:1:4"},
                                                     {"a: 1\rb: 2\n", "f:1:5"},
                                                     {"a: 1\r", "f:1:5"},
                                                     {"a: \x7f\n", "f:1:4"},
                                                     {"a: x\u0085b: 2\n", "f:1:5"},
                                                     {"a: x\u2028b: 2\n", "f:1:5"},
                                                     {"a: x\u202eb\n", "f:1:5"},
                                                     {"a: \xff\n", "f:1:4"},
                                                     {"a: \xed\xa0\x80\n", "f:1:4"},
                                                     {"\xff\xfe"
                                                      "a",
                                                      "f:1:1"},
                                                     {std::string("a\0:\0 \0"
                                                                  "1\0",
                                                                  8),
                                                      "f:1:2"},
                                                     {std::string("\0\0\0a", 4), "f:1:1"}};
  for (const auto& [text, place] : bad) {
    const Reading reading(text);
    INFO(text);
    CHECK(reading.root == nullptr);
    CHECK(reading.messages() == Messages{place + ": this character may not stand in the file"});
  }
  // An escape is a way to write it that can be seen.
  CHECK(Reading("a: \"\\e\\x04\"\n").node().entries[0].value.scalar == "\x1b\x04");
  CHECK(Reading("\ufeff\"a\":\t'Zoë 東京 😀'\r\n").node().entries[0].value.scalar == "Zoë 東京 😀");
}

TEST_CASE("no escape brings in what is no UTF-8") {
  for (const char* text : {"a: \"\\N\"\n", "a: \"x\\_y\"\n"}) {
    CHECK(Reading(text).messages() ==
          Messages{"f:1:4: the escapes \\N and \\_ are not allowed: use \\u"});
  }
  CHECK_FALSE(Reading("a: \"\\ud800\"\n").diagnostics.ok());
  CHECK(Reading("a: \"\\xff\\u00a0\\U0001f600\"\n").node().entries[0].value.scalar ==
        "\u00ff\u00a0\U0001f600");
}

TEST_CASE("a file that is too large, too deep or too full is refused") {
  const std::string filler = "a: " + std::string(kMaxTextBytes - 3, 'x');
  CHECK(Reading(filler).node().entries.size() == 1);
  CHECK(Reading(filler + "x").messages() == Messages{"f: the file is larger than 1 MiB"});
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(Reading(nested(kMaxDepth)).root != nullptr);
  CHECK_THAT(Reading(nested(kMaxDepth + 1)).messages().at(0), Contains("nested too deeply"));
  CHECK_FALSE(Reading(nested(400'000)).diagnostics.ok());
  std::string list = "[";
  for (size_t i = 1; i < kMaxNodes; ++i) list += "1,";
  CHECK(Reading(list + "]").node().items.size() == kMaxNodes - 1);
  CHECK_THAT(Reading(list + "1,1]").messages().at(0), Contains("too many values"));
}

TEST_CASE("a map of many keys is read in time that grows with it") {
  std::string text;
  for (int i = 0; i < 49'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  Reading reading(text);
  CHECK(reading.node().entries.size() == 49'000);
  MapReader reader = reading.reader();
  for (int i = 0; i < 30; ++i) reader.Find("some_longer_key_" + std::to_string(i));
  reader.Finish();
  CHECK(reading.diagnostics.count() == 49'000);
}

}  // namespace
}  // namespace portreeve::yaml
