#include "introspect/catalog_answer.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "introspect/catalog_query.h"
#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::introspect {
namespace {

using catalog::Oid;

absl::Status NotTheAnswer(std::string_view what) {
  return base::DataLoss("the answer about the catalog is not what was asked for: " +
                        std::string(what));
}

absl::Status ServerError(std::string_view body) {
  ASSIGN_OR_RETURN(const auto error, wire::ErrorResponse::Decode(body));
  const std::string text = std::string(error.Find(wire::field::kSqlstate)) + " " +
                           std::string(error.Find(wire::field::kMessage));
  return absl::AbortedError(base::ToAbsl("the server could not tell its catalog: " + text));
}

// The values of one row. Every read that does not fit makes it bad; what was read is then of no
// use.
class Row {
 public:
  explicit Row(std::vector<std::string_view> values) : values_(std::move(values)) {}

  std::string Text() { return std::string(Next()); }
  template <typename T>
  T Number() {
    const std::string_view text = Next();
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    good_ &= error == std::errc{} && end == text.data() + text.size();
    return number;
  }
  char Letter(std::string_view of) {
    const std::string_view text = Next();
    if (text.size() == 1 && of.find(text[0]) != std::string_view::npos) return text[0];
    good_ = false;
    return of[0];
  }
  void Refuse() { good_ = false; }
  bool good() const { return good_; }

 private:
  std::string_view Next() {
    if (at_ >= values_.size()) {
      good_ = false;
      return {};
    }
    return values_[at_++];
  }

  std::vector<std::string_view> values_;
  size_t at_ = 0;
  bool good_ = true;
};

class Decoder {
 public:
  Decoder() = default;
  // With what need not be told again: nothing may be told of it.
  explicit Decoder(const BuiltIn& built_in) : first_(catalog::kFirstUserOid) {
    parts_.relations = built_in.relations;
    parts_.functions = built_in.functions;
  }

  absl::Status Add(size_t part, Row& row) {
    switch (static_cast<Part>(part)) {
      case Part::kServer:
        AddServer(row);
        break;
      case Part::kStamp:
        ++stamps_;
        answer_.stamp.built_in += row.Text();
        answer_.stamp.rest += row.Text();
        break;
      case Part::kSchemas:
        parts_.schemas.push_back(row.Text());
        break;
      case Part::kUsages:
        parts_.usages.push_back({row.Text(), row.Text()});
        break;
      case Part::kRelations:
        AddRelation(row);
        break;
      case Part::kColumns:
        AddColumn(row);
        break;
      case Part::kParents:
        AddOid(row, &catalog::Relation::parents);
        break;
      case Part::kOwners:
      case Part::kReaches:
        AddOid(row, &catalog::Relation::reaches);
        break;
      case Part::kCalls:
        AddOid(row, &catalog::Relation::calls);
        break;
      case Part::kViews:
        AddDefinition(row);
        break;
      case Part::kFunctions:
        AddFunction(row);
        break;
      case Part::kOperators:
        AddOperator(row);
        break;
      case Part::kTypes:
        AddType(row);
        break;
    }
    return row.good() ? absl::OkStatus() : NotTheAnswer("a value of a row");
  }

  CatalogAnswer Take() { return std::move(answer_); }
  bool has_stamp() const { return servers_ == 1 && stamps_ == 1; }

 private:
  void AddServer(Row& row) {
    ++servers_;
    parts_.server_version = row.Text();
    parts_.login_role = row.Text();
    parts_.default_search_path = row.Text();
    for (const std::string& value :
         {parts_.server_version, parts_.login_role, parts_.default_search_path}) {
      answer_.stamp.built_in.append(value).push_back('\0');
    }
  }

  void AddRelation(Row& row) {
    catalog::Relation relation;
    relation.oid = AskedFor(row);
    relation.schema = row.Text();
    relation.name = row.Text();
    relation.kind = static_cast<catalog::RelationKind>(row.Letter("rpvmfSiIt"));
    relations_.emplace(relation.oid, parts_.relations.size());
    parts_.relations.push_back(std::move(relation));
  }

  Oid AskedFor(Row& row) {
    const auto oid = row.Number<Oid>();
    if (oid < first_) row.Refuse();
    return oid;
  }

  // What is told of a relation that was not listed is left out: a temporary one, or one that came
  // or went between two statements.
  catalog::Relation* Find(Oid oid) {
    const auto found = relations_.find(oid);
    return found == relations_.end() ? nullptr : &parts_.relations[found->second];
  }

  void AddColumn(Row& row) {
    catalog::Relation* relation = Find(row.Number<Oid>());
    catalog::Column column;
    column.number = row.Number<int16_t>();
    column.name = row.Text();
    column.type = row.Number<Oid>();
    column.generated = row.Letter("tf") == 't';
    if (relation != nullptr) relation->columns.push_back(std::move(column));
  }

  void AddOid(Row& row, std::vector<Oid> catalog::Relation::*list) {
    catalog::Relation* relation = Find(row.Number<Oid>());
    const Oid other = row.Number<Oid>();
    if (relation != nullptr) (relation->*list).push_back(other);
  }

  void AddDefinition(Row& row) {
    catalog::Relation* relation = Find(row.Number<Oid>());
    std::string definition = row.Text();
    if (relation != nullptr) relation->view_definition = std::move(definition);
  }

  void AddFunction(Row& row) {
    catalog::Function function;
    function.oid = AskedFor(row);
    function.schema = row.Text();
    function.name = row.Text();
    function.arguments = row.Text();
    function.min_arguments = row.Number<uint16_t>();
    function.max_arguments = row.Number<uint16_t>();
    function.kind = row.Letter("fpaw");
    function.volatility = static_cast<catalog::Volatility>(row.Letter("isv"));
    function.language = row.Text();
    function.security_definer = row.Letter("tf") == 't';
    function.of_extension = row.Letter("tf") == 't';
    function.body_hash = row.Text();
    parts_.functions.push_back(std::move(function));
  }

  void AddOperator(Row& row) {
    catalog::Operator value;
    value.schema = row.Text();
    value.name = row.Text();
    value.function = row.Number<Oid>();
    parts_.operators.push_back(std::move(value));
  }

  // One row for each function, those of a type in a row.
  void AddType(Row& row) {
    catalog::Type type;
    type.oid = row.Number<Oid>();
    type.schema = row.Text();
    type.name = row.Text();
    const Oid function = row.Number<Oid>();
    if (parts_.types.empty() || parts_.types.back().oid != type.oid) {
      parts_.types.push_back(std::move(type));
    }
    parts_.types.back().calls.push_back(function);
  }

  CatalogAnswer answer_;
  catalog::SnapshotParts& parts_ = answer_.parts;
  std::unordered_map<Oid, size_t> relations_;
  const Oid first_ = 0;
  size_t servers_ = 0;
  size_t stamps_ = 0;
};

absl::StatusOr<Row> ReadRow(std::string_view body, size_t columns) {
  ASSIGN_OR_RETURN(const auto row, wire::DataRow::Decode(body));
  std::vector<std::string_view> values;
  values.reserve(columns);
  for (const auto& value : row.values) {
    if (!value) return NotTheAnswer("a NULL");
    values.push_back(*value);
  }
  if (values.size() != columns) return NotTheAnswer("the columns of a row");
  return Row(std::move(values));
}

absl::StatusOr<CatalogAnswer> Decode(std::string_view answer, size_t parts,
                                     Decoder decoder = Decoder()) {
  size_t parts_begun = 0;
  bool in_part = false;
  while (const auto header = wire::ReadHeader(answer)) {
    RETURN_IF_ERROR(wire::CheckBackend(*header));
    if (answer.size() < header->message_bytes()) break;
    const std::string_view body = answer.substr(wire::kHeaderBytes, header->body_bytes());
    answer.remove_prefix(header->message_bytes());
    switch (header->type) {
      case wire::RowDescription::kTag:
        if (in_part || parts_begun == parts) return NotTheAnswer("a result too many");
        in_part = true;
        ++parts_begun;
        break;
      case wire::DataRow::kTag: {
        if (!in_part) return NotTheAnswer("a row of no result");
        ASSIGN_OR_RETURN(Row row, ReadRow(body, kPartColumns[parts_begun - 1]));
        RETURN_IF_ERROR(decoder.Add(parts_begun - 1, row));
        break;
      }
      case wire::CommandComplete::kTag:
        in_part = false;
        break;
      case wire::ErrorResponse::kTag:
        return ServerError(body);
      case wire::NoticeResponse::kTag:
      case wire::ParameterStatus::kTag:
      case wire::NotificationResponse::kTag:
        break;
      case wire::ReadyForQuery::kTag:
        if (!answer.empty() || in_part || parts_begun != parts || !decoder.has_stamp()) {
          return NotTheAnswer("it ends in the middle");
        }
        return decoder.Take();
      default:
        return NotTheAnswer(wire::BackendName(header->type));
    }
  }
  return NotTheAnswer("it has no end");
}

}  // namespace

absl::StatusOr<std::optional<size_t>> AnswerEnd::Find(std::string_view answer) {
  while (true) {
    const auto header = wire::ReadHeader(answer.substr(at_));
    if (!header) return std::nullopt;
    RETURN_IF_ERROR(wire::CheckBackend(*header));
    if (answer.size() - at_ < header->message_bytes()) return std::nullopt;
    at_ += header->message_bytes();
    if (header->type == wire::ReadyForQuery::kTag) return at_;
  }
}

absl::StatusOr<CatalogAnswer> DecodeCatalog(std::string_view answer) {
  return Decode(answer, kParts);
}

absl::StatusOr<CatalogAnswer> DecodeCatalog(std::string_view answer, const BuiltIn& built_in) {
  ASSIGN_OR_RETURN(CatalogAnswer decoded, Decode(answer, kParts, Decoder(built_in)));
  if (decoded.stamp.built_in != built_in.stamp) {
    return absl::AbortedError(base::ToAbsl("what initdb made was changed while it was read"));
  }
  return decoded;
}

absl::StatusOr<Stamp> DecodeStamp(std::string_view answer) {
  ASSIGN_OR_RETURN(CatalogAnswer decoded, Decode(answer, kStampParts));
  return std::move(decoded.stamp);
}

BuiltIn BuiltInOf(const CatalogAnswer& whole) {
  const auto is_built_in = [](const auto& each) { return each.oid < catalog::kFirstUserOid; };
  BuiltIn built_in{.stamp = whole.stamp.built_in, .relations = {}, .functions = {}};
  std::ranges::copy_if(whole.parts.relations, std::back_inserter(built_in.relations), is_built_in);
  std::ranges::copy_if(whole.parts.functions, std::back_inserter(built_in.functions), is_built_in);
  return built_in;
}

}  // namespace portreeve::introspect
