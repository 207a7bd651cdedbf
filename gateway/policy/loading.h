// What the readers of a policy file's parts share. Its one rule: a name that stands for another
// part must be that part's name, and what this version does not enforce is never taken in silence.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/contents.h"
#include "policy/effect.h"
#include "policy/policy.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::policy {

inline constexpr size_t kMaxPatternBytes = 256;  // It is tried at every place of a text.
inline constexpr size_t kMaxRules = 1'000;
inline constexpr char kNoEffect[] = "this rule has no effect: ";

bool HasControl(std::string_view text);

// The names of one kind of part, and whether anything refers to them.
class Names {
 public:
  explicit Names(std::string kind) : kind_(std::move(kind)) {}

  // An error if it is no name, or stands there already. False after an error.
  bool Add(const std::string& name, yaml::Mark mark, yaml::Diagnostics& diagnostics);
  // An error under `key` if there is no such name.
  bool Refer(const std::string& name, std::string_view key, yaml::MapReader& reader,
             yaml::Diagnostics& diagnostics);
  void WarnOfUnused(yaml::Diagnostics& diagnostics) const;

 private:
  struct Entry {
    yaml::Mark mark;
    bool used = false;
  };
  std::string kind_;  // "group"
  std::map<std::string, Entry, std::less<>> entries_;
};

struct Loading {
  yaml::Diagnostics& diagnostics;
  Purpose purpose;
  Contents contents = {};
  Names groups{"group"};
  Names windows{"window"};
  Names approvals{"approval"};
  Effects effects = {};

  // For a key that is there and whose value has been read: an error, or a note.
  void NotEnforcedYet(const yaml::MapReader& reader, std::string_view key, std::string part);
  // Whether one of `rules` has no effect beside another, which is an error at `mark`.
  bool IsIdle(const std::vector<Rule>& rules, size_t index, yaml::Mark mark);
  // Names of groups.
  std::vector<std::string> Groups(yaml::MapReader& reader, std::string_view key);
};

// The patterns under `key`, which is there.
std::vector<std::string> ReadPatterns(yaml::MapReader& reader, std::string_view key);

// In the order in which parts refer to one another.
void LoadGroups(const yaml::Node& node, Loading& loading);
void LoadWindows(const yaml::Node& node, Loading& loading);
void LoadApprovals(const yaml::Node& node, Loading& loading);
void LoadMasks(const yaml::Node& node, Loading& loading);
// Under the key of that name, if it is there.
void LoadTrustedFunctions(yaml::MapReader& reader, Loading& loading);
void LoadGuardrails(const yaml::Node& node, Loading& loading);
void LoadGrants(const yaml::Node& node, Loading& loading);

}  // namespace portreeve::policy
