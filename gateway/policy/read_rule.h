// One rule of the policy file, of a grant or a guardrail. Its one rule: what it does not understand
// or cannot enforce is an error, and never a condition left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rule.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::policy {

// A pattern is tried at every place of a text, and a message goes out with every refusal.
inline constexpr size_t kMaxPatternBytes = 256;
inline constexpr size_t kMaxMessageBytes = 500;

bool HasControl(std::string_view text);
// The patterns under `key`, which is there.
std::vector<std::string> ReadPatterns(yaml::MapReader& reader, std::string_view key);

enum class RuleKind : uint8_t { kOfGrant, kGuardrail };

// Without its path. `name` of a guardrail is the caller's to read, by the same reader.
Rule ReadRule(yaml::MapReader& reader, RuleKind kind, yaml::Diagnostics& diagnostics);

// Why `rule` has no effect beside `other`, which stands in the same grant; empty: it has one.
std::string_view WhyIdle(const Rule& rule, const Rule& other, bool other_is_earlier);

}  // namespace portreeve::policy
