// Which statements a rule's `class:` covers: pgAudit's classes, sub-classes by their own names,
// `any`, `unknown` and `function_call`.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <string_view>
#include <vector>

#include "sql/facts.h"

namespace portreeve::policy {

inline constexpr size_t kClasses = static_cast<size_t>(sql::StatementClass::kUnknown) + 1;
inline constexpr size_t kSubClasses = static_cast<size_t>(sql::SubClass::kUnknown) + 1;

class ClassSet {
 public:
  // False: there is no class of that name.
  bool Add(std::string_view name);

  bool Covers(sql::StatementClass statement_class, sql::SubClass sub_class) const {
    return Names(statement_class, sub_class) ||
           (any_ && statement_class != sql::StatementClass::kUnknown &&
            sub_class != sql::SubClass::kFunctionCall);
  }
  // Covers it by the name of its class or sub-class, not only by `any`.
  bool Names(sql::StatementClass statement_class, sql::SubClass sub_class) const {
    return classes_[static_cast<size_t>(statement_class)] ||
           sub_classes_[static_cast<size_t>(sub_class)];
  }
  // By the name of the sub-class itself.
  bool NamesSubClass(sql::SubClass sub_class) const {
    return sub_classes_[static_cast<size_t>(sub_class)];
  }
  // No name was added.
  bool empty() const { return !any_ && classes_.none() && sub_classes_.none(); }
  // Everything that `other` covers is covered here.
  bool Includes(const ClassSet& other) const;
  // The same by name: what `other` names is not only covered by `any` here.
  bool NamesAllOf(const ClassSet& other) const;

  static std::vector<std::string_view> AllNames();

 private:
  // By its own name, or by that of the class of which all statements of the sub-class are.
  bool NamesAll(size_t sub_class) const;

  bool any_ = false;
  std::bitset<kClasses> classes_;
  std::bitset<kSubClasses> sub_classes_;
};

}  // namespace portreeve::policy
