#include "policy/mask_functions.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "catalog/function_names.h"
#include "policy/match.h"
#include "policy/refusal_text.h"

namespace portreeve::policy {
namespace {

using catalog::FunctionTouch;

// PostgreSQL's own that are not harmless, but read no table.
constexpr auto kReadNothing = std::to_array<std::string_view>({
    "pg_cancel_backend",
    "pg_log_backend_memory_contexts",
    "pg_notify",
    "pg_reload_conf",
    "pg_sleep",
    "pg_sleep_for",
    "pg_sleep_until",
    "pg_terminate_backend",
    "setval",
});
static_assert(std::ranges::is_sorted(kReadNothing));

// They repeat what other sessions do, though they only compute.
constexpr auto kRepeating = std::to_array<std::string_view>({
    "pg_lock_status",
    "pg_stat_get_activity",
    "pg_stat_get_backend_activity",
});

// Of extensions that are declared to compute only, but run SQL that is given as text.
constexpr auto kRunning = std::to_array<std::string_view>({
    "connectby",
    "crosstab",
    "crosstab2",
    "crosstab3",
    "crosstab4",
    "crosstabn",
    "xpath_table",
});

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool ComputesForExtension(const FunctionTouch& touch, const catalog::Snapshot& snapshot) {
  if (IsOneOf(kRunning, touch.name)) return false;
  for (const uint32_t index : snapshot.FunctionsNamed(touch.name)) {
    const catalog::Function& function = snapshot.parts().functions[index];
    if (function.schema != touch.schema || function.arguments != touch.arguments) continue;
    return catalog::ComputesForExtension(function, function.max_arguments);
  }
  return false;
}

}  // namespace

bool TrustsAll(const std::vector<FunctionPattern>& trusted) {
  return std::ranges::any_of(trusted, [](const FunctionPattern& pattern) {
    return pattern.schema.text() == "*" && pattern.name.text() == "*" &&
           pattern.arguments.text() == "*";
  });
}

bool IsTrusted(const FunctionTouch& touch, const catalog::Snapshot& snapshot,
               const std::vector<FunctionPattern>& trusted) {
  if (TrustsAll(trusted)) return true;
  const bool own = touch.known && touch.schema == "pg_catalog";
  if (touch.harmless) return !(own && IsOneOf(kRepeating, touch.name));
  if (own && IsOneOf(kReadNothing, touch.name)) return true;
  if (touch.known && ComputesForExtension(touch, snapshot)) return true;
  return touch.known && std::ranges::any_of(trusted, [&](const FunctionPattern& pattern) {
           return pattern.Fits(touch.schema, touch.name, touch.arguments);
         });
}

std::optional<std::string> UntrustedCall(const catalog::Findings& findings,
                                         const catalog::Snapshot& snapshot,
                                         const std::vector<FunctionPattern>& trusted) {
  if (TrustsAll(trusted)) return std::nullopt;
  if (findings.sub_class == sql::SubClass::kDoBlock) return "the code of a DO statement";
  for (const FunctionTouch& touch : findings.functions) {
    if (!IsTrusted(touch, snapshot, trusted)) return NameOf(Met{nullptr, nullptr, &touch});
  }
  return std::nullopt;
}

}  // namespace portreeve::policy
