#include "introspect/catalog_answer.h"

#include <catch2/catch.hpp>

#include "unit/introspect/answers.h"

namespace portreeve::introspect {
namespace {

absl::StatusCode CodeOf(const std::vector<Rows>& parts) {
  return DecodeCatalog(Encoded(parts)).status().code();
}

absl::StatusCode CodeWith(Part part, Rows rows) {
  std::vector<Rows> parts = SmallAnswer();
  parts[static_cast<size_t>(part)] = std::move(rows);
  return CodeOf(parts);
}

TEST_CASE("an answer becomes the parts of a snapshot") {
  const auto decoded = DecodeCatalog(Encoded(SmallAnswer()));
  INFO(decoded.status());
  REQUIRE(decoded.ok());
  CHECK(decoded->parts.server_version == "15.14");
  CHECK(decoded->parts.login_role == "reader");
  CHECK(decoded->parts.default_search_path == "\"$user\", public");
  CHECK(decoded->parts.schemas == std::vector<std::string>{"pg_catalog", "public"});
  REQUIRE(decoded->parts.usages.size() == 2);
  CHECK(decoded->parts.usages[0].role.empty());
  CHECK(decoded->parts.usages[1].role == "owner");
  REQUIRE(decoded->parts.relations.size() == 4);
  const catalog::Relation& orders = decoded->parts.relations[0];
  CHECK(orders.oid == 16400);
  CHECK(orders.schema == "public");
  CHECK(orders.name == "orders");
  CHECK(orders.kind == catalog::RelationKind::kTable);
  REQUIRE(orders.columns.size() == 2);
  CHECK(orders.columns[1].number == 3);
  CHECK(orders.columns[1].name == "total");
  CHECK(orders.columns[1].type == 1700);
  CHECK(orders.columns[1].generated);
  CHECK_FALSE(orders.columns[0].generated);
  const catalog::Relation& recent = decoded->parts.relations[1];
  CHECK(recent.view_definition == " SELECT orders.id\n   FROM public.orders;");
  CHECK(recent.reaches == std::vector<catalog::Oid>{16400});
  CHECK(recent.calls == std::vector<catalog::Oid>{16500});
  CHECK(decoded->parts.relations[2].reaches == std::vector<catalog::Oid>{16400});
  CHECK(decoded->parts.relations[3].parents == std::vector<catalog::Oid>{16400});
  REQUIRE(decoded->parts.functions.size() == 2);
  const catalog::Function& f = decoded->parts.functions[1];
  CHECK(f.arguments == "integer, VARIADIC text[]");
  CHECK(f.min_arguments == 1);
  CHECK(f.max_arguments == 65535);
  CHECK(f.volatility == catalog::Volatility::kVolatile);
  CHECK(f.security_definer);
  CHECK(f.of_extension);
  CHECK_FALSE(decoded->parts.functions[0].of_extension);
  CHECK(f.body_hash == "ab12");
  REQUIRE(decoded->parts.operators.size() == 1);
  CHECK(decoded->parts.operators[0].function == 16500);
  REQUIRE(decoded->parts.types.size() == 1);
  CHECK(decoded->parts.types[0].calls == std::vector<catalog::Oid>{16500, 870});
}

TEST_CASE("the server's own error is told as such") {
  const auto decoded = DecodeCatalog(ErrorAnswer("57014", "canceling statement"));
  CHECK(absl::IsAborted(decoded.status()));
  CHECK(decoded.status().message().find("57014 canceling statement") != absl::string_view::npos);
}

TEST_CASE("a value that is not what its column says is refused") {
  const auto bad = absl::StatusCode::kDataLoss;
  CHECK(CodeWith(Part::kRelations, {{"-1", "s", "n", "r"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{"4294967296", "s", "n", "r"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{"12x", "s", "n", "r"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{"", "s", "n", "r"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{" 1", "s", "n", "r"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{"1", "s", "n", "c"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{"1", "s", "n", "rr"}}) == bad);
  CHECK(CodeWith(Part::kRelations, {{"1", "s", "n", ""}}) == bad);
  CHECK(CodeWith(Part::kColumns, {{"16400", "40000", "n", "23", "f"}}) == bad);
  CHECK(CodeWith(Part::kColumns, {{"16400", "4", "n", "23", "s"}}) == bad);
  CHECK(CodeWith(Part::kFunctions,
                 {{"1", "s", "n", "", "0", "70000", "f", "i", "c", "f", "f", ""}}) == bad);
  CHECK(CodeWith(Part::kFunctions, {{"1", "s", "n", "", "0", "0", "x", "i", "c", "f", "f", ""}}) ==
        bad);
  CHECK(CodeWith(Part::kFunctions, {{"1", "s", "n", "", "0", "0", "f", "x", "c", "f", "f", ""}}) ==
        bad);
  CHECK(CodeWith(Part::kFunctions, {{"1", "s", "n", "", "0", "0", "f", "i", "c", "1", "f", ""}}) ==
        bad);
}

TEST_CASE("a row with too few or too many values is refused") {
  CHECK(CodeWith(Part::kSchemas, {{}}) == absl::StatusCode::kDataLoss);
  CHECK(CodeWith(Part::kSchemas, {{"a", "b"}}) == absl::StatusCode::kDataLoss);
}

TEST_CASE("a NULL is refused") {
  std::string out;
  wire::RowDescription{}.Encode(out);
  out += std::string("D\0\0\0\x12\0\x03\xff\xff\xff\xff\0\0\0\0\0\0\0\0", 19);
  CHECK(DecodeCatalog(out).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("an answer with a result less or more than was asked for is refused") {
  std::vector<Rows> parts = SmallAnswer();
  parts.pop_back();
  CHECK(CodeOf(parts) == absl::StatusCode::kDataLoss);
  parts = SmallAnswer();
  parts.push_back({});
  CHECK(CodeOf(parts) == absl::StatusCode::kDataLoss);
  CHECK(CodeWith(Part::kServer, {}) == absl::StatusCode::kDataLoss);
  CHECK(CodeWith(Part::kServer, {{"1", "a", "b"}, {"2", "c", "d"}}) == absl::StatusCode::kDataLoss);
  CHECK(CodeWith(Part::kStamp, {}) == absl::StatusCode::kDataLoss);
  CHECK(CodeWith(Part::kStamp, {{"1", "a"}, {"2", "b"}}) == absl::StatusCode::kDataLoss);
}

TEST_CASE(
    "a stamp is the same in both answers, and another one for another server row or catalog") {
  const auto stamp_of = [](const std::vector<Rows>& parts) {
    const auto whole = DecodeCatalog(Encoded(parts));
    const auto stamp = DecodeStamp(Encoded(StampOf(parts)));
    REQUIRE(whole.ok());
    REQUIRE(stamp.ok());
    CHECK(whole->stamp == *stamp);
    return *stamp;
  };
  const Stamp known = stamp_of(SmallAnswer());
  CHECK(stamp_of(SmallAnswer()) == known);
  CHECK(stamp_of(SmallAnswer("2:1:78")).rest != known.rest);
  CHECK(stamp_of(SmallAnswer("2:1:78")).built_in == known.built_in);
  CHECK(stamp_of(SmallAnswer("2:1:77", "2:9:98")).built_in != known.built_in);
  CHECK(stamp_of(SmallAnswer("2:1:77", "2:9:98")).rest == known.rest);
  for (size_t column = 0; column < 3; ++column) {
    std::vector<Rows> parts = SmallAnswer();
    parts[0][0][column] += "x";
    CHECK(stamp_of(parts) != known);
  }
}

TEST_CASE("what users made and what is known of the rest are together what a whole answer says") {
  const auto whole = DecodeCatalog(Encoded(SmallAnswer()));
  REQUIRE(whole.ok());
  const BuiltIn built_in = BuiltInOf(*whole);
  REQUIRE(built_in.functions.size() == 1);
  CHECK(built_in.functions[0].name == "lower");
  const auto joined = DecodeCatalog(Encoded(OfUsers(SmallAnswer("2:1:78"))), built_in);
  REQUIRE(joined.ok());
  CHECK(joined->stamp.rest == "2:1:78");
  CHECK(catalog::Snapshot::Make(joined->parts)->version() ==
        catalog::Snapshot::Make(whole->parts)->version());
}

TEST_CASE("what initdb made is neither told twice nor kept when it has been changed") {
  const auto whole = DecodeCatalog(Encoded(SmallAnswer()));
  REQUIRE(whole.ok());
  const BuiltIn built_in = BuiltInOf(*whole);
  CHECK(absl::IsDataLoss(DecodeCatalog(Encoded(SmallAnswer()), built_in).status()));
  const auto changed = OfUsers(SmallAnswer("2:1:77", "2:9:98"));
  CHECK(absl::IsAborted(DecodeCatalog(Encoded(changed), built_in).status()));
}

TEST_CASE("an answer to one question is none to the other") {
  CHECK_FALSE(DecodeStamp(Encoded(SmallAnswer())).ok());
  CHECK_FALSE(DecodeCatalog(Encoded(StampOf(SmallAnswer()))).ok());
}

TEST_CASE("an answer cut anywhere or with bytes behind its end is refused") {
  const std::string whole = Encoded(SmallAnswer());
  for (size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    CHECK_FALSE(DecodeCatalog(std::string_view(whole).substr(0, length)).ok());
  }
  CHECK_FALSE(DecodeCatalog(whole + "x").ok());
  CHECK_FALSE(DecodeCatalog(whole + whole).ok());
}

TEST_CASE("an answer with any byte changed is read or refused, and never crashes") {
  const std::string whole = Encoded(SmallAnswer());
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x20, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      static_cast<void>(DecodeCatalog(changed));
    }
  }
}

TEST_CASE("messages that do not belong into an answer are refused") {
  for (const char type : {'R', 'K', 'G', 'H', 'W', 'd', 'V', '1', 'n', 's', 'I'}) {
    INFO(type);
    std::string out;
    wire::CommandComplete{"BEGIN"}.Encode(out);
    out += type;
    out +=
        type == 'V' ? std::string("\0\0\0\x08\xff\xff\xff\xff", 8) : std::string("\0\0\0\x04", 4);
    out += Encoded(SmallAnswer());
    CHECK_FALSE(DecodeCatalog(out).ok());
  }
}

TEST_CASE("notices, notifications and parameter changes are passed over") {
  std::string out;
  wire::NoticeResponse notice;
  notice.fields = {{'S', "NOTICE"}, {'M', "hello"}};
  notice.Encode(out);
  wire::ParameterStatus{"search_path", "pg_catalog"}.Encode(out);
  wire::NotificationResponse{1, "c", "p"}.Encode(out);
  CHECK(DecodeCatalog(out + Encoded(SmallAnswer())).ok());
}

TEST_CASE("what is told of a relation that is not listed is left out") {
  CHECK(CodeWith(Part::kColumns, {{"99999", "1", "id", "23", "f"}}) == absl::StatusCode::kOk);
  CHECK(CodeWith(Part::kParents, {{"99999", "16400"}}) == absl::StatusCode::kOk);
  CHECK(CodeWith(Part::kViews, {{"99999", "SELECT 1"}}) == absl::StatusCode::kOk);
}

TEST_CASE("the end of an answer is found whatever the pieces are") {
  const std::string whole = Encoded(SmallAnswer());
  AnswerEnd end;
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto found = end.Find(std::string_view(whole).substr(0, length));
    REQUIRE(found.ok());
    REQUIRE_FALSE(found->has_value());
  }
  CHECK(end.Find(whole).value() == whole.size());
  CHECK(AnswerEnd().Find(whole + "more").value() == whole.size());
}

TEST_CASE("bytes that no server sends are not waited for") {
  CHECK_FALSE(AnswerEnd().Find(std::string("?\0\0\0\x04", 5)).ok());
  CHECK_FALSE(AnswerEnd().Find("D\xff\xff\xff\xff").ok());
}

}  // namespace
}  // namespace portreeve::introspect
