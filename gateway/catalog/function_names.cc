#include "catalog/function_names.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace portreeve::catalog {
namespace {

constexpr uint16_t kAnyNumber = UINT16_MAX;

bool Takes(const Function& function, uint32_t argument_count) {
  // Arguments of WITHIN GROUP and output arguments are counted in one place and not in the other.
  if (function.kind == 'a' || function.kind == 'p') return true;
  return argument_count >= function.min_arguments &&
         (function.max_arguments == kAnyNumber || argument_count <= function.max_arguments);
}

bool SameArguments(const Function& a, const Function& b) {
  return a.arguments == b.arguments && a.max_arguments == b.max_arguments;
}

std::vector<const Function*> Candidates(std::string_view schema, std::string_view name,
                                        uint32_t arguments, const Visibility& names) {
  std::vector<const Function*> candidates;
  const std::vector<Function>& functions = names.snapshot()->parts().functions;
  for (const uint32_t index : names.snapshot()->FunctionsNamed(name)) {
    const Function& function = functions[index];
    if (schema.empty() ? !names.Searches(function.schema) : function.schema != schema) continue;
    if (Takes(function, arguments)) candidates.push_back(&function);
  }
  // PostgreSQL's own hides one of the same arguments that stands behind it on the path.
  if (schema.empty() && names.catalog_first() && candidates.size() > 1) {
    const std::vector<const Function*> all = candidates;
    std::erase_if(candidates, [&](const Function* hidden) {
      return hidden->schema != kCatalogSchema && std::ranges::any_of(all, [&](const Function* own) {
               return own->schema == kCatalogSchema && SameArguments(*own, *hidden);
             });
    });
  }
  return candidates;
}

FunctionTouch TouchOf(const Function& function, uint32_t argument_count) {
  return {function.schema, function.name, function.arguments, true,
          IsHarmless(function, argument_count)};
}

FunctionTouch Unknown(std::string_view schema, std::string_view name) {
  return {std::string(schema), std::string(name), "", false, false};
}

}  // namespace

void AddFunctionTouches(const sql::FunctionUse& use, const Visibility& names, Collector& found) {
  if (names.snapshot() == nullptr) return found.Add(Unknown(use.schema, use.name));
  auto candidates = Candidates(use.schema, use.name, use.arguments, names);
  // The grammar of PostgreSQL 14 made of EXTRACT what it was not before.
  if (candidates.empty() && use.schema == kCatalogSchema && use.name == "extract") {
    candidates = Candidates(use.schema, "date_part", use.arguments, names);
  }
  if (!found.Spend(candidates.size())) return;
  const bool may_be_own = std::ranges::any_of(
      candidates, [](const Function* candidate) { return candidate->schema == kCatalogSchema; });
  for (const Function* function : candidates) {
    FunctionTouch touch = TouchOf(*function, use.arguments);
    touch.harmless |= may_be_own && ComputesForExtension(*function, use.arguments);
    found.Add(std::move(touch));
  }
  if (candidates.empty()) found.Add(Unknown(use.schema, use.name));
}

bool AddRowFunctionTouches(std::string_view name, const Visibility& names, Collector& found) {
  if (names.snapshot() == nullptr) return false;
  const auto candidates = Candidates("", name, 1, names);
  if (!found.Spend(candidates.size())) return true;
  for (const Function* function : candidates) found.Add(TouchOf(*function, 1));
  return !candidates.empty();
}

void AddFieldTouches(std::string_view name, const Visibility& names, Collector& found) {
  if (names.snapshot() == nullptr) return found.Add(Unknown("", name));
  AddRowFunctionTouches(name, names, found);
}

void AddCall(Oid function, std::string_view caller, const Visibility& names, Collector& found) {
  const Function* called = names.snapshot()->FindFunction(function);
  if (called == nullptr) return found.Add(Unknown("", caller));
  if (IsHarmless(*called, called->min_arguments)) return;
  FunctionTouch touch = TouchOf(*called, called->min_arguments);
  touch.harmless = ComputesForExtension(*called, called->min_arguments);
  found.Add(std::move(touch));
}

void AddOperatorTouches(const sql::NameInSchema& use, const Visibility& names, Collector& found) {
  if (use.schema == kCatalogSchema) return;
  if (names.snapshot() == nullptr) return found.Add(Unknown(use.schema, use.name));
  bool any = false;
  const std::vector<Operator>& operators = names.snapshot()->parts().operators;
  for (const uint32_t index : names.snapshot()->OperatorsNamed(use.name)) {
    const Operator& candidate = operators[index];
    if (use.schema.empty() ? !names.Searches(candidate.schema) : candidate.schema != use.schema) {
      continue;
    }
    any = true;
    if (!found.Spend(1)) return;
    AddCall(candidate.function, use.name, names, found);
  }
  if (!any && !use.schema.empty()) found.Add(Unknown(use.schema, use.name));
}

void AddTypeTouches(const sql::NameInSchema& use, const Visibility& names, Collector& found) {
  // That the server has types of its own is known of every database, and of their casts nothing.
  if (names.snapshot() == nullptr && use.schema == kCatalogSchema) return;
  if (names.snapshot() == nullptr) return found.Add(Unknown(use.schema, use.name));
  const std::vector<Type>& types = names.snapshot()->parts().types;
  for (const uint32_t index : names.snapshot()->TypesNamed(use.name)) {
    const Type& type = types[index];
    if (use.schema.empty() ? !names.Searches(type.schema) : type.schema != use.schema) continue;
    if (!found.Spend(type.calls.size())) return;
    for (const Oid function : type.calls) AddCall(function, use.name, names, found);
  }
}

}  // namespace portreeve::catalog
