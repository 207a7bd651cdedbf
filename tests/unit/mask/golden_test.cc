// What PostgreSQL 15 makes of values by date_trunc and round: tests/golden/masks.sql.
#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "unit/mask/masks.h"

namespace portreeve::mask {
namespace {

struct Line {
  std::string type;
  std::string argument;
  std::string text;
  std::string binary;
  std::string masked_text;
  std::string masked_binary;
};

std::vector<Line> Lines() {
  const auto file =
      base::ReadFile(std::string(PORTREEVE_SOURCE_DIR) + "/tests/golden/masks.txt", 1 << 20);
  REQUIRE(file.ok());
  std::istringstream in(*file);
  std::vector<Line> lines;
  for (std::string text; std::getline(in, text);) {
    std::istringstream fields(text);
    Line line;
    for (std::string* field : {&line.type, &line.argument, &line.text, &line.binary,
                               &line.masked_text, &line.masked_binary}) {
      REQUIRE(std::getline(fields, *field, '|'));
    }
    lines.push_back(line);
  }
  return lines;
}

uint32_t OidOf(const std::string& type) {
  if (type == "date") return oid::kDate;
  if (type == "timestamp") return oid::kTimestamp;
  if (type == "timestamptz") return oid::kTimestamptz;
  if (type == "numeric") return oid::kNumeric;
  if (type == "float4") return oid::kFloat4;
  if (type == "float8") return oid::kFloat8;
  REQUIRE(type == "int8");
  return oid::kInt8;
}

Mask MaskOf(const Line& line) {
  const bool time = line.type == "date" || line.type.substr(0, 9) == "timestamp";
  if (time) return With(Kind::kDateTrunc, 0, line.argument);
  return With(Kind::kRound, std::stoi(line.argument));
}

TEST_CASE("date_trunc and round give what the server's own functions give, in text and in binary") {
  const auto lines = Lines();
  REQUIRE(lines.size() > 200);
  for (const Line& line : lines) {
    INFO(line.type << " " << line.argument << " of " << line.text);
    REQUIRE(InText(MaskOf(line), OidOf(line.type), line.text) == line.masked_text);
    REQUIRE(InBinary(MaskOf(line), OidOf(line.type), line.binary) == line.masked_binary);
  }
}

}  // namespace
}  // namespace portreeve::mask
