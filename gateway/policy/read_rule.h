// One rule of the policy file, of a grant or a guardrail. Its one rule: what it does not understand
// or cannot enforce is an error, and never a condition left out.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/loading.h"
#include "policy/rule.h"
#include "yaml/map_reader.h"

namespace portreeve::policy {

enum class RuleKind : uint8_t { kOfGrant, kGuardrail };

// Without its path. `name` is the caller's to read, by the same reader.
Rule ReadRule(yaml::MapReader& reader, RuleKind kind, Loading& loading);

// The patterns under `key`, which is there, as Kind::Parse takes them; `shape` says their form.
template <typename Kind>
void ReadObjectPatterns(yaml::MapReader& reader, std::string_view key, std::string_view shape,
                        std::vector<Kind>& into) {
  for (const std::string& text : ReadPatterns(reader, key)) {
    if (auto pattern = Kind::Parse(text)) {
      into.push_back(*std::move(pattern));
    } else {
      reader.Error(key, "`" + text + "` is not of the form " + std::string(shape));
    }
  }
}

// Patterns of names of places, if the key is there.
void ReadPlaces(yaml::MapReader& reader, std::string_view key, std::vector<Pattern>& into);

}  // namespace portreeve::policy
