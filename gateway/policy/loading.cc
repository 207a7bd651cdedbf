#include "policy/loading.h"

#include <algorithm>
#include <utility>

#include "base/name.h"

namespace portreeve::policy {

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    return static_cast<unsigned char>(character) < ' ' || character == '\x7f';
  });
}

bool Names::Add(const std::string& name, yaml::Mark mark, yaml::Diagnostics& diagnostics) {
  const bool is_name = base::IsName(name);
  if (!is_name) {
    diagnostics.Error(mark,
                      "`" + name + "` is no name: use a-z, 0-9, `-` and `_`, at most 63 of them");
  }
  const auto [entry, added] = entries_.try_emplace(name, Entry{mark});
  if (!added) {
    diagnostics.Error(mark, "there are two " + kind_ + "s named `" + name +
                                "`; the first is in line " +
                                std::to_string(entry->second.mark.line));
  }
  return added && is_name;
}

bool Names::Refer(const std::string& name, std::string_view key, yaml::MapReader& reader,
                  yaml::Diagnostics& diagnostics) {
  const auto found = entries_.find(name);
  if (found != entries_.end()) {
    found->second.used = true;
    return true;
  }
  std::vector<std::string_view> candidates;
  if (!diagnostics.full()) {
    for (const auto& [candidate, entry] : entries_) candidates.push_back(candidate);
  }
  reader.Error(
      key, "there is no " + kind_ + " `" + name + "`" + diagnostics.DidYouMean(name, candidates));
  return false;
}

void Names::WarnOfUnused(yaml::Diagnostics& diagnostics) const {
  for (const auto& [name, entry] : entries_) {
    if (!entry.used)
      diagnostics.Warning(entry.mark, "nothing uses the " + kind_ + " `" + name + "`");
  }
}

void Loading::NotEnforcedYet(const yaml::MapReader& reader, std::string_view key,
                             std::string part) {
  const yaml::Mark mark = reader.KeyMark(key);
  if (purpose == Purpose::kEnforce) {
    return diagnostics.Error(mark, "`" + std::string(key) + "` is not supported yet");
  }
  contents.not_enforced.push_back({mark, std::move(part)});
}

bool Loading::IsIdle(const std::vector<Rule>& rules, size_t index, yaml::Mark mark) {
  for (size_t i = 0; i < rules.size(); ++i) {
    if (i == index) continue;
    const std::string_view why = effects.WhyIdle(rules[index], rules[i], i < index);
    if (why.empty()) continue;
    diagnostics.Error(mark, kNoEffect + rules[i].path + std::string(why));
    return true;
  }
  return false;
}

std::vector<std::string> Loading::Groups(yaml::MapReader& reader, std::string_view key) {
  auto names = reader.Strings(key).value_or(std::vector<std::string>());
  for (const std::string& name : names) groups.Refer(name, key, reader, diagnostics);
  return names;
}

std::vector<std::string> ReadPatterns(yaml::MapReader& reader, std::string_view key) {
  auto patterns = reader.Strings(key).value_or(std::vector<std::string>());
  for (const std::string& pattern : patterns) {
    if (pattern.size() > kMaxPatternBytes) reader.Error(key, "a pattern has at most 256 bytes");
  }
  return patterns;
}

}  // namespace portreeve::policy
