// What a policy file says, as plain values. Its one rule: every name in it that stands for another
// part is that part's name, or the file has not loaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mask/mask.h"
#include "policy/grant.h"
#include "policy/pattern.h"
#include "policy/rule.h"
#include "policy/window.h"
#include "yaml/diagnostics.h"

namespace portreeve::policy {

struct NamedWindow {
  std::string name;
  Window window;
};

// Who may let a held statement or a session go on.
struct Approval {
  enum class Wait : uint8_t { kRetry, kHold };

  std::string name;
  std::vector<std::string> by;  // Names of groups.
  uint32_t quorum = 1;          // How many must approve.
  uint32_t veto = 1;            // How many are enough to say no.
  int64_t expires_us = 0;       // How long it can be answered.
  int64_t valid_for_us = 0;     // How long what was approved can be used; 0: once.
  std::optional<Wait> wait;     // None: as suits the client.
};

// What is done to the values of columns before they leave.
struct Mask {
  enum class Use : uint8_t { kSealed, kSearchable, kAggregatable, kOpen };

  std::string name;
  std::vector<ColumnPattern> columns;  // Either these,
  std::vector<std::string> detect;     // or values that look like these.
  mask::Mask with;
  Use use = Use::kSealed;
  // The least number of values that an aggregate of an aggregatable column may come from.
  uint32_t min_group = 5;
  // How many constants somebody may compare values with in an hour; 0: any number.
  uint32_t searches = 100;
  bool reports = false;             // With `detect`: values are counted and left as they are.
  std::vector<std::string> unmask;  // Names of groups that see the values.
  std::vector<Pattern> databases;
  std::vector<Pattern> connections;
  std::string path;  // "masks/email"
};

// A part that is understood but that this version does not enforce.
struct NotEnforced {
  yaml::Mark mark;
  std::string part;  // "masks", "grants/sre-write/session/approval"
};

struct Contents {
  std::vector<Group> groups;
  std::vector<NamedWindow> windows;
  std::vector<Approval> approvals;
  std::vector<Mask> masks;
  // Functions that are taken to give nothing away of what they read.
  std::vector<FunctionPattern> trusted_functions;
  std::vector<Rule> guardrails;
  std::vector<Grant> grants;
  bool observes = false;
  std::vector<NotEnforced> not_enforced;  // In the order of their places.
};

}  // namespace portreeve::policy
