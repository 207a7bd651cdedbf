#include "policy/class_set.h"

namespace portreeve::policy {
namespace {

// `unknown` and `function_call` are wanted by name; a sub-class that only repeats its class is left
// out.
bool IsOwnName(sql::SubClass sub_class) {
  const std::string_view name = sql::Name(sub_class);
  for (size_t i = 0; i < kClasses; ++i) {
    if (name == sql::Name(static_cast<sql::StatementClass>(i))) return false;
  }
  return true;
}

// The class of all statements of a sub-class, where there is one.
std::optional<sql::StatementClass> ClassOf(sql::SubClass sub_class) {
  switch (sub_class) {
    case sql::SubClass::kSelect:
      return sql::StatementClass::kRead;
    case sql::SubClass::kInsert:
    case sql::SubClass::kUpdate:
    case sql::SubClass::kDelete:
    case sql::SubClass::kTruncate:
    case sql::SubClass::kMerge:
      return sql::StatementClass::kWrite;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool ClassSet::NamesAll(size_t sub_class) const {
  const auto home = ClassOf(static_cast<sql::SubClass>(sub_class));
  return sub_classes_[sub_class] || (home && classes_[static_cast<size_t>(*home)]);
}

bool ClassSet::NamesAllOf(const ClassSet& other) const {
  if ((other.any_ && !any_) || (other.classes_ & ~classes_).any()) return false;
  for (size_t i = 0; i < kSubClasses; ++i) {
    if (other.sub_classes_[i] && !NamesAll(i)) return false;
  }
  return true;
}

bool ClassSet::Add(std::string_view name) {
  if (name == "any") {
    any_ = true;
    return true;
  }
  for (size_t i = 0; i < kClasses; ++i) {
    if (name != sql::Name(static_cast<sql::StatementClass>(i))) continue;
    classes_.set(i);
    return true;
  }
  for (size_t i = 0; i < kSubClasses; ++i) {
    if (name != sql::Name(static_cast<sql::SubClass>(i))) continue;
    sub_classes_.set(i);
    return true;
  }
  return false;
}

bool ClassSet::Includes(const ClassSet& other) const {
  if (other.any_ && !any_) return false;
  constexpr auto kUnknown = static_cast<size_t>(sql::StatementClass::kUnknown);
  constexpr auto kCall = static_cast<size_t>(sql::SubClass::kFunctionCall);
  for (size_t i = 0; i < kClasses; ++i) {
    if (other.classes_[i] && !classes_[i] && !(any_ && i != kUnknown)) return false;
  }
  for (size_t i = 0; i < kSubClasses; ++i) {
    if (other.sub_classes_[i] && !NamesAll(i) && !(any_ && i != kCall)) return false;
  }
  return true;
}

std::vector<std::string_view> ClassSet::AllNames() {
  std::vector<std::string_view> names = {"any"};
  for (size_t i = 0; i < kClasses; ++i) {
    names.push_back(sql::Name(static_cast<sql::StatementClass>(i)));
  }
  for (size_t i = 0; i < kSubClasses; ++i) {
    const auto sub_class = static_cast<sql::SubClass>(i);
    if (IsOwnName(sub_class)) names.push_back(sql::Name(sub_class));
  }
  return names;
}

}  // namespace portreeve::policy
