// A file of policy cases: who says what under which policy, and what must come of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"
#include "rehearsal/caller.h"
#include "yaml/diagnostics.h"

namespace portreeve::rehearsal {

// kOpen and kNoGrant are of a session, the others of what is said in it.
enum class Expected : uint8_t { kAllow, kHold, kRefuse, kOpen, kNoGrant };

std::string_view Name(Expected expected);

struct Case {
  std::string name;
  yaml::Mark mark;
  Caller caller;
  std::optional<std::string> search_path;  // None: the catalog's.
  std::vector<std::string> texts;          // Each is one message; all must meet what is expected.
  bool function_call = false;              // A FunctionCall message in place of texts.
  Expected expect = Expected::kRefuse;
  // What else must be so; empty: whatever it is.
  std::string rule;
  std::string grant;
  std::string sqlstate;
  std::string message;  // A part of it.
};

struct CaseFile {
  std::shared_ptr<const catalog::Snapshot> catalog;
  std::vector<Case> cases;
};

// None after an error.
std::optional<CaseFile> LoadCases(std::string_view text, yaml::Diagnostics& diagnostics);

}  // namespace portreeve::rehearsal
