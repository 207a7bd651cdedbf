#include <catch2/catch.hpp>

#include "mask/copy_masker.h"
#include "unit/mask/masks.h"
#include "wire/framing.h"

namespace portreeve::mask {
namespace {

using Style = CopyOptions::Style;

// What the CopyData messages hold, one after the other.
std::string DataOf(std::string_view messages) {
  std::string data;
  while (!messages.empty()) {
    const auto header = wire::ReadHeader(messages);
    REQUIRE(header.has_value());
    REQUIRE(header->type == 'd');
    data += messages.substr(wire::kHeaderBytes, header->body_bytes());
    messages.remove_prefix(header->message_bytes());
  }
  return data;
}

const std::string kRefused = "(refused)";

// In pieces of `piece` bytes.
std::string Copied(const CopyOptions& options, const std::vector<ColumnPlan>& plan,
                   std::string_view data, size_t piece, const Detectors* detectors = nullptr) {
  CopyMasker masker(options, plan, TestKey(), detectors);
  std::string out;
  for (; !data.empty(); data.remove_prefix(std::min(piece, data.size()))) {
    // A copy of its own, so that a sanitizer sees a read beyond it.
    if (!masker.Feed(std::string(data.substr(0, piece)), out).ok()) return kRefused;
  }
  if (!masker.Finish().ok()) return kRefused;
  return DataOf(out);
}

void RequireCopied(const CopyOptions& options, const std::vector<ColumnPlan>& plan,
                   std::string_view data, std::string_view wanted) {
  for (size_t piece = 1; piece <= data.size(); ++piece) {
    INFO("in pieces of " << piece);
    REQUIRE(Copied(options, plan, data, piece) == wanted);
  }
}

CopyOptions Csv() { return CopyOptions::For(Style::kCsv); }
CopyOptions Text() { return CopyOptions::For(Style::kText); }

TEST_CASE("a copy in text loses the masked columns and keeps the others to the byte") {
  const Mask last = With(Kind::kKeepLast, 3);
  const std::vector<ColumnPlan> plan = {{}, {&last, oid::kText}, {}};
  RequireCopied(Text(), plan, "1\tsecret\ta\\\\b\\n\n2\t\\N\t\\N\n3\tx\\ty\\\\z\\n\t\n",
                "1\t***ret\ta\\\\b\\n\n2\t\\N\t\\N\n3\t***\\\\z\\n\t\n");
  RequireCopied(Text(), plan, "", "");
}

TEST_CASE("a copy in text may have another delimiter, null and a header") {
  const Mask constant = With(Kind::kConstant, 0, "a|b\\c\td");
  CopyOptions options = Text();
  options.delimiter = '|';
  options.header = true;
  options.null_text = "";
  RequireCopied(options, {{&constant, oid::kText}, {}}, "name|id\nse\\|cret|1\n|2\n",
                "name|id\na\\|b\\\\c\\td|1\n|2\n");
}

TEST_CASE("a copy in csv loses the masked columns and keeps the others to the byte") {
  const Mask last = With(Kind::kKeepLast, 4);
  const std::vector<ColumnPlan> plan = {{}, {&last, oid::kText}, {}};
  RequireCopied(Csv(), plan,
                "1,secret99,\"a,\"\"b\"\"\n\"\n2,,\"\"\n3,\"se,cre\"\"\nt\",x\n4,\"\",\n",
                "1,****et99,\"a,\"\"b\"\"\n\"\n2,,\"\"\n3,\"*****e\"\"\nt\",x\n4,\"\",\n");
}

TEST_CASE("a masked value is quoted in csv where its reader would misread it") {
  const auto as = [](const char* constant, const char* wanted) {
    INFO(constant);
    const Mask mask = With(Kind::kConstant, 0, constant);
    RequireCopied(Csv(), {{&mask, oid::kText}, {}}, "secret,1\n", std::string(wanted) + ",1\n");
  };
  as("plain", "plain");
  as("", "\"\"");
  as("a,b", "\"a,b\"");
  as("a\"b", "\"a\"\"b\"");
  as("a\nb", "\"a\nb\"");
  const Mask dot = With(Kind::kConstant, 0, "\\.");
  RequireCopied(Csv(), {{&dot, oid::kText}}, "secret\n", "\"\\.\"\n");
}

TEST_CASE("a copy in csv may have other quotes, escapes and nulls") {
  const Mask last = With(Kind::kKeepLast, 3);
  const Mask null_value = With(Kind::kNullValue);
  CopyOptions options = Csv();
  options.quote = '\'';
  options.escape = '\\';
  options.delimiter = ';';
  options.null_text = "NULL";
  options.header = true;
  RequireCopied(options, {{&last, oid::kText}, {}, {&null_value, oid::kInt4}},
                "'a\nb';c;d\n'se\\'\n\\\\';'x\\';\n';1\nNULL;NULL;NULL\n'NULL';'NULL';2\n",
                "'a\nb';c;d\n'***\n\\\\';'x\\';\n';NULL\nNULL;NULL;NULL\n'**LL';'NULL';NULL\n");
}

TEST_CASE("the text for NULL does not show which masked values are that text") {
  const Mask redact = With(Kind::kRedact);
  CopyOptions options = Text();
  options.null_text = "123-45-6789";
  RequireCopied(options, {{&redact, oid::kText}, {}}, "123-45-6789\t123-45-6789\nother\t1\n",
                "[redacted]\t123-45-6789\n[redacted]\t1\n");
}

TEST_CASE("a binary copy loses the masked columns and keeps the others to the byte") {
  const Mask last = With(Kind::kKeepLast, 2);
  const std::string head("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  const std::string end("\xff\xff", 2);
  const auto row = [](std::string_view second) {
    return std::string("\0\2\0\0\0\4\0\0\0\1\0\0\0\6", 14) + std::string(second);
  };
  const std::string null("\0\2\xff\xff\xff\xff\xff\xff\xff\xff", 10);
  const std::vector<ColumnPlan> plan = {{nullptr, oid::kInt4}, {&last, oid::kText}};
  const CopyOptions options = CopyOptions::For(Style::kBinary);
  RequireCopied(options, plan, head + row("secret") + null + end,
                head + row("****et") + null + end);
  RequireCopied(options, plan, head + end, head + end);
  // Not the end, a critical flag, an extension, something behind the end.
  REQUIRE(Copied(options, plan, head + row("secret"), 1000) == kRefused);
  for (const size_t at : {11u, 12u, 18u}) {
    std::string other = head;
    other[at] = 1;
    REQUIRE(Copied(options, plan, other + end, 1000) == kRefused);
  }
  REQUIRE(Copied(options, plan, head + end + row("secret"), 1000) == kRefused);
  REQUIRE(Copied(options, plan, "PGCOPX", 1000) == kRefused);
  REQUIRE(Copied(options, plan, "", 1000) == kRefused);
}

TEST_CASE("a message of the server that is whole rows is one message to the client") {
  const Mask redact = With(Kind::kRedact);
  CopyMasker masker(Text(), {{&redact, oid::kText}}, TestKey(), nullptr);
  std::string out;
  REQUIRE(masker.Feed("a\nb\n", out).ok());
  REQUIRE(out.size() == 5 + 22);
  out.clear();
  REQUIRE(masker.Feed("c", out).ok());
  REQUIRE(out.empty());
  REQUIRE(masker.Feed("\nd", out).ok());
  REQUIRE(out == std::string("d\0\0\0\x0f[redacted]\n", 16));
  REQUIRE_FALSE(masker.Finish().ok());
  REQUIRE(masker.counts().rows == 3);
  REQUIRE(masker.counts().masked == std::vector<uint64_t>{3});
}

TEST_CASE("a row of another width, or with quotes that do not match, ends the copy") {
  const Mask redact = With(Kind::kRedact);
  const std::vector<ColumnPlan> plan = {{&redact, oid::kText}, {}};
  for (const char* data : {"a\n", "\n", "a\tb\tc\n", "a\tb", "a\\\tb\n"}) {
    INFO(data);
    REQUIRE(Copied(Text(), plan, data, 1000) == kRefused);
  }
  for (const char* data :
       {"a\n", "\n", "a,b,c\n", "a\"b\",c\n", "\"a\"b,c\n", "\"a,b\n", "\"a\",\"b"}) {
    INFO(data);
    REQUIRE(Copied(Csv(), plan, data, 1000) == kRefused);
  }
  REQUIRE(Copied(Text(), {}, "\n\n", 1000) == "\n\n");
  REQUIRE(Copied(Text(), {}, "a\n", 1000) == kRefused);
}

TEST_CASE("a row that does not end is refused, and nothing of it leaves") {
  const Mask redact = With(Kind::kRedact);
  CopyMasker masker(Text(), {{&redact, oid::kText}}, TestKey(), nullptr, 100);
  std::string out;
  REQUIRE(masker.Feed(std::string(100, 'x'), out).ok());
  REQUIRE(masker.Feed("x", out).code() == absl::StatusCode::kResourceExhausted);
  REQUIRE(out.empty());
}

TEST_CASE("a value of a copy whose type is not known is NULL where detectors find something") {
  auto detectors = Detectors::Make(std::vector<std::string>{"email"}, {});
  REQUIRE(detectors.ok());
  REQUIRE(Copied(Text(), {{}, {}}, "ada@example.com\tada\n", 7, &*detectors) == "\\N\tada\n");
}

TEST_CASE("detectors look into the values of a copy, behind its escapes") {
  auto detectors = Detectors::Make(std::vector<std::string>{"email"}, {});
  REQUIRE(detectors.ok());
  const std::vector<ColumnPlan> plan = {{nullptr, oid::kText}, {nullptr, oid::kJson}};
  REQUIRE(Copied(Text(), plan, "ada@example.com\\tx\t{\"a\":\"b\\\\u0040example.com\"}\n", 7,
                 &*detectors) == "[redacted]\\tx\t{\"a\":\"[redacted]\"}\n");
  REQUIRE(Copied(Csv(), plan, "\"ada@example.com, x\",\"{\"\"a\"\":\"\"b@example.com\"\"}\"\nx,1\n",
                 7, &*detectors) == "\"[redacted], x\",\"{\"\"a\"\":\"\"[redacted]\"\"}\"\nx,1\n");
}

}  // namespace
}  // namespace portreeve::mask
