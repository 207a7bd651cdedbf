// Patterns of a policy: names with `*` for any run of characters, part by part, so that a dot
// within a name never counts as the dot between two names. Made once, when the policy is loaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::policy {

// `*` fits any run of characters, everything else itself.
bool Fits(std::string_view pattern, std::string_view text);

class Pattern {
 public:
  explicit Pattern(std::string text);

  bool Fits(std::string_view text) const {
    if (kind_ == Kind::kAnything) return true;
    return kind_ == Kind::kExact ? text == text_ : policy::Fits(text_, text);
  }
  // Everything that `other` fits is fitted here. May be false for a pair for which it holds.
  bool Includes(const Pattern& other) const { return policy::Fits(text_, other.text_); }
  const std::string& text() const { return text_; }

 private:
  enum class Kind { kExact, kAnything, kWild };

  std::string text_;
  Kind kind_;
};

// "schema.table"
struct RelationPattern {
  // None: it has not two parts.
  static std::optional<RelationPattern> Parse(std::string_view text);

  bool Fits(std::string_view schema_name, std::string_view relation_name) const {
    return name.Fits(relation_name) && schema.Fits(schema_name);
  }
  bool Includes(const RelationPattern& other) const {
    return schema.Includes(other.schema) && name.Includes(other.name);
  }

  Pattern schema;
  Pattern name;
};

// "schema.table.column"
struct ColumnPattern {
  // None: it has not three parts.
  static std::optional<ColumnPattern> Parse(std::string_view text);

  bool Includes(const ColumnPattern& other) const {
    return relation.Includes(other.relation) && column.Includes(other.column);
  }

  RelationPattern relation;
  Pattern column;
};

// "name", "schema.name" or "schema.name(arguments)" with the types of the arguments as PostgreSQL
// writes them: "integer, text". Short names of types are taken as well.
struct FunctionPattern {
  // None: it is none of these.
  static std::optional<FunctionPattern> Parse(std::string_view text);

  bool Fits(std::string_view schema_name, std::string_view function_name,
            std::string_view argument_types) const {
    return name.Fits(function_name) && schema.Fits(schema_name) && arguments.Fits(argument_types);
  }
  bool Includes(const FunctionPattern& other) const {
    return schema.Includes(other.schema) && name.Includes(other.name) &&
           arguments.Includes(other.arguments);
  }

  Pattern schema;
  Pattern name;
  Pattern arguments;
  bool qualified = false;  // It says which schema.
};

}  // namespace portreeve::policy
