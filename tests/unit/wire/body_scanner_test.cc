#include "wire/body_scanner.h"

#include <array>
#include <optional>

#include "messages.h"
#include "wire/frontend.h"

namespace portreeve::wire {
namespace {

using Value = std::optional<std::string_view>;
using namespace std::string_view_literals;
using namespace std::string_literals;

std::string BindBody(std::string_view portal, std::string_view statement) {
  const std::string formats = FormatCodes::Pack(std::array<uint16_t, 3>{0, 1, 1});
  const std::string values = Values::Pack(std::array<Value, 3>{Value("abc"), Value(), Value("")});
  const Bind bind{portal, statement, FormatCodes(formats), Values(3, values), FormatCodes(formats)};
  return std::string(BodyOf(Encoded(bind)));
}

std::string FunctionCallBody() {
  const std::string formats = FormatCodes::Pack(std::array<uint16_t, 1>{1});
  const std::string values = Values::Pack(std::array<Value, 2>{Value("abcd"), Value()});
  const FunctionCall call{1598, FormatCodes(formats), Values(2, values), 1};
  return std::string(BodyOf(Encoded(call)));
}

// Whether the scanner takes the body in pieces of `piece_bytes`.
template <typename Scanner>
bool Accepts(std::string_view body, size_t piece_bytes) {
  Scanner scanner(static_cast<uint32_t>(body.size()));
  if (body.empty()) return scanner.Feed(body).ok() && scanner.complete();
  for (; !body.empty(); body.remove_prefix(std::min(piece_bytes, body.size()))) {
    if (!scanner.Feed(body.substr(0, piece_bytes)).ok()) return false;
  }
  return scanner.complete();
}

// The scanner agrees with the decoder on the body, on every body that is shorter, and on every body
// that has one byte changed, however they are cut.
template <typename Scanner, typename Message>
void RequireAgreement(const std::string& body) {
  const auto agree = [](std::string_view bytes) {
    const bool decodes = Message::Decode(bytes).ok();
    for (const size_t piece : {size_t{1}, size_t{2}, size_t{7}, bytes.size() + 1}) {
      if (Accepts<Scanner>(bytes, piece) != decodes) return false;
    }
    return true;
  };
  REQUIRE(Accepts<Scanner>(body, 1));
  for (size_t cut = 0; cut <= body.size(); ++cut) REQUIRE(agree(body.substr(0, cut)));
  REQUIRE(agree(body + '\0'));
  for (size_t at = 0; at < body.size(); ++at) {
    for (const char c : {'\0', '\1', '\2', '\177', '\376', '\377'}) {
      std::string changed = body;
      changed[at] = c;
      INFO("byte " << at << " as " << int{c});
      REQUIRE(agree(changed));
    }
  }
}

TEST_CASE("a scanner accepts what the decoder accepts, however the body is cut") {
  RequireAgreement<BindScanner, Bind>(BindBody("portal", "statement"));
  RequireAgreement<BindScanner, Bind>(BindBody("", ""));
  RequireAgreement<FunctionCallScanner, FunctionCall>(FunctionCallBody());
}

TEST_CASE("the names of a Bind are known before its values are there") {
  const std::string body = BindBody("por", "stmt");
  BindScanner scanner(static_cast<uint32_t>(body.size()));
  for (size_t i = 0; i < 8; ++i) {
    REQUIRE_FALSE(scanner.head_complete());
    REQUIRE(scanner.portal().empty());
    REQUIRE(scanner.Feed(body.substr(i, 1)).ok());
  }
  REQUIRE_FALSE(scanner.head_complete());
  REQUIRE(scanner.Feed(body.substr(8, 1)).ok());
  REQUIRE(scanner.head_complete());
  REQUIRE(scanner.portal() == "por");
  REQUIRE(scanner.statement() == "stmt");
  REQUIRE(scanner.parameter_count() < 0);
  REQUIRE_FALSE(scanner.complete());
  REQUIRE(scanner.Feed(body.substr(9)).ok());
  REQUIRE(scanner.complete());
  REQUIRE(scanner.parameter_count() == 3);
}

TEST_CASE("names outlive the pieces they came in, short or long") {
  for (const size_t bytes : {size_t{1}, size_t{64}, size_t{65}, size_t{200}, kMaxNameBytes}) {
    const std::string portal(bytes, 'p');
    const std::string statement(bytes, 's');
    const std::string body = BindBody(portal, statement);
    BindScanner scanner(static_cast<uint32_t>(body.size()));
    for (size_t at = 0; at < body.size(); at += 50) {
      const std::string piece = body.substr(at, 50);
      REQUIRE(scanner.Feed(piece).ok());
    }
    const BindScanner copy = scanner;
    REQUIRE(copy.complete());
    REQUIRE(copy.portal() == portal);
    REQUIRE(copy.statement() == statement);
  }
}

TEST_CASE("a name that is too long is refused before it is collected") {
  BindScanner scanner(1u << 30);
  const std::string piece(600, 'n');
  REQUIRE(scanner.Feed(piece).ok());
  REQUIRE_FALSE(scanner.Feed(piece).ok());
  REQUIRE_FALSE(scanner.Feed("").ok());
}

TEST_CASE("what cannot fit is refused before it is waited for") {
  BindScanner values(32);
  REQUIRE_FALSE(values.Feed("\0\0\0\0\377\377"sv).ok());
  BindScanner length(32);
  REQUIRE_FALSE(length.Feed("\0\0\0\0\0\1\0\0\1\0"sv).ok());
  BindScanner formats(32);
  REQUIRE_FALSE(formats.Feed("\0\0\1\0"sv).ok());
}

TEST_CASE("a value of many megabytes is not collected") {
  constexpr uint32_t kValueBytes = 64u << 20;
  const std::string length = {'\4', '\0', '\0', '\0'};
  const std::string head = "\0s\0\0\0\0\1"s + length;
  BindScanner scanner(static_cast<uint32_t>(head.size()) + kValueBytes + 2);
  REQUIRE(scanner.Feed(head).ok());
  const std::string piece(1u << 20, 'v');
  for (int i = 0; i < 64; ++i) REQUIRE(scanner.Feed(piece).ok());
  REQUIRE_FALSE(scanner.complete());
  REQUIRE(scanner.Feed("\0\0"sv).ok());
  REQUIRE(scanner.complete());
  REQUIRE_FALSE(scanner.Feed("x").ok());
}

TEST_CASE("the function of a call is known before its arguments are there") {
  const std::string body = FunctionCallBody();
  FunctionCallScanner scanner(static_cast<uint32_t>(body.size()));
  REQUIRE(scanner.Feed(body.substr(0, 3)).ok());
  REQUIRE_FALSE(scanner.head_complete());
  REQUIRE(scanner.Feed(body.substr(3, 1)).ok());
  REQUIRE(scanner.head_complete());
  REQUIRE(scanner.function_oid() == 1598);
  REQUIRE(scanner.Feed(body.substr(4)).ok());
  REQUIRE(scanner.complete());
  REQUIRE(scanner.argument_count() == 2);
}

}  // namespace
}  // namespace portreeve::wire
