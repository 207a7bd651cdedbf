#include "policy/pattern.h"

#include <array>
#include <utility>

#include "base/wildcard.h"

namespace portreeve::policy {
namespace {

constexpr std::string_view kAnything = "*";

// As people write them, and as pg_get_function_identity_arguments does.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kTypeNames = {{
    {"int", "integer"},
    {"int4", "integer"},
    {"int8", "bigint"},
    {"int2", "smallint"},
    {"bool", "boolean"},
    {"float4", "real"},
    {"float8", "double precision"},
    {"float", "double precision"},
    {"decimal", "numeric"},
    {"varchar", "character varying"},
    {"char", "character"},
    {"bpchar", "character"},
    {"varbit", "bit varying"},
    {"timestamp", "timestamp without time zone"},
    {"timestamptz", "timestamp with time zone"},
    {"time", "time without time zone"},
    {"timetz", "time with time zone"},
    {"string", "text"},
}};

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string TypeName(std::string_view type) {
  const bool is_array = type.ends_with("[]");
  if (is_array) type.remove_suffix(2);
  for (const auto& [short_name, full_name] : kTypeNames) {
    if (type == short_name) type = full_name;
  }
  return std::string(type) + (is_array ? "[]" : "");
}

std::string ArgumentTypes(std::string_view list) {
  std::string types;
  for (bool more = true; more;) {
    const size_t comma = list.find(',');
    more = comma != std::string_view::npos;
    types += TypeName(Trimmed(list.substr(0, comma)));
    if (more) types += ", ";
    list.remove_prefix(more ? comma + 1 : list.size());
  }
  return types;
}

}  // namespace

bool Fits(std::string_view pattern, std::string_view text) {
  return base::FitsWildcard(pattern, text);
}

Pattern::Pattern(std::string text) : text_(std::move(text)), kind_(Kind::kExact) {
  if (text_.find('*') != std::string::npos) kind_ = Kind::kWild;
  if (text_ == kAnything) kind_ = Kind::kAnything;
}

std::optional<RelationPattern> RelationPattern::Parse(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(dot + 1);
  if (dot == 0 || name.empty() || name.find('.') != std::string_view::npos) return std::nullopt;
  return RelationPattern{Pattern(std::string(text.substr(0, dot))), Pattern(std::string(name))};
}

std::optional<ColumnPattern> ColumnPattern::Parse(std::string_view text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == text.size()) return std::nullopt;
  auto relation = RelationPattern::Parse(text.substr(0, dot));
  if (!relation) return std::nullopt;
  return ColumnPattern{*std::move(relation), Pattern(std::string(text.substr(dot + 1)))};
}

std::optional<FunctionPattern> FunctionPattern::Parse(std::string_view text) {
  std::string arguments(kAnything);
  const size_t open = text.find('(');
  if (open != std::string_view::npos) {
    if (!text.ends_with(')')) return std::nullopt;
    const std::string_view list = text.substr(open + 1, text.size() - open - 2);
    if (list.find_first_of("()") != std::string_view::npos) return std::nullopt;
    arguments = ArgumentTypes(list);
    text = text.substr(0, open);
  } else if (text.find(')') != std::string_view::npos) {
    return std::nullopt;
  }
  if (text.empty() || text.find_first_of(" \t,") != std::string_view::npos) return std::nullopt;
  if (text.find('.') == std::string_view::npos) {
    // A signature belongs to one function, and that has a schema.
    if (open != std::string_view::npos) return std::nullopt;
    return FunctionPattern{Pattern(std::string(kAnything)), Pattern(std::string(text)),
                           Pattern(std::move(arguments)), false};
  }
  auto named = RelationPattern::Parse(text);
  if (!named) return std::nullopt;
  return FunctionPattern{std::move(named->schema), std::move(named->name),
                         Pattern(std::move(arguments)), true};
}

}  // namespace portreeve::policy
