// Windows and approvals of the policy file: what grants and rules refer to by name.

#include <algorithm>

#include "policy/loading.h"

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;
constexpr int64_t kMaxApprovers = 100;

bool IsMap(const Node& node, std::string_view what, yaml::Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::kMap) return true;
  diagnostics.Error(node.mark, "`" + std::string(what) + "` must be a map of names");
  return false;
}

Window::Days ReadDays(MapReader& reader, yaml::Diagnostics& diagnostics) {
  Window::Days days;
  const Node* node = reader.Find("days");
  if (node == nullptr) return days.set();
  for (const std::string& text : reader.Strings("days").value_or(std::vector<std::string>())) {
    if (const auto more = ParseDays(text)) {
      days |= *more;
      continue;
    }
    const auto parts = {text.substr(0, text.find('-')), text.substr(text.find('-') + 1)};
    std::string suggestion;
    for (const std::string& part : parts) {
      if (ParseDays(part) || !suggestion.empty()) continue;
      suggestion = diagnostics.DidYouMean(part, DayNames());
    }
    reader.Error("days",
                 "`" + text + "` is neither a day nor a range of days like mon-fri" + suggestion);
  }
  return days;
}

int ReadMinute(MapReader& reader, std::string_view key, int otherwise) {
  if (reader.Find(key) == nullptr) return otherwise;
  const auto text = reader.String(key);
  if (!text) return otherwise;
  const auto minute = ParseMinute(*text);
  if (!minute) reader.Error(key, "must be a time of day, like \"08:00\"");
  return minute.value_or(otherwise);
}

absl::TimeZone ReadZone(MapReader& reader) {
  const std::string name = reader.RequireText("tz");
  const auto zone = ParseZone(name);
  if (!name.empty() && !zone) {
    reader.Error("tz", "there is no time zone `" + name + "`; write it like Europe/Berlin or UTC");
  }
  return zone.value_or(absl::UTCTimeZone());
}

Window ReadWindow(const Node& node, yaml::Diagnostics& diagnostics) {
  MapReader reader(node, "window", diagnostics);
  const absl::TimeZone zone = ReadZone(reader);
  const Window::Days days = ReadDays(reader, diagnostics);
  const size_t errors = diagnostics.count();
  const int from = ReadMinute(reader, "from", 0);
  const int to = ReadMinute(reader, "to", kMinutesOfDay);
  reader.Finish();
  if (from == kMinutesOfDay) {
    reader.Error("from", "must be before 24:00");
  } else if (errors == diagnostics.count() && from == to % kMinutesOfDay &&
             !(from == 0 && to == kMinutesOfDay)) {
    reader.Error("to", "is the same time as `from`: for whole days leave both out");
  }
  return {zone, days, from, to};
}

Approval ReadApproval(const Node& node, const std::string& name, Loading& loading) {
  Approval approval;
  approval.name = name;
  MapReader reader(node, "approval", loading.diagnostics);
  if (reader.Require("by") != nullptr) approval.by = loading.Groups(reader, "by");
  approval.quorum =
      static_cast<uint32_t>(reader.Integer("quorum", 1, kMaxApprovers).value_or(approval.quorum));
  approval.veto =
      static_cast<uint32_t>(reader.Integer("veto", 1, kMaxApprovers).value_or(approval.veto));
  approval.expires_us = reader.Duration("expires").value_or(kHourUs);
  approval.valid_for_us = reader.Duration("valid_for").value_or(0);
  if (const auto wait = reader.Choice("wait", {"retry", "hold"})) {
    approval.wait = *wait == 0 ? Approval::Wait::kRetry : Approval::Wait::kHold;
  }
  reader.Finish();
  return approval;
}

}  // namespace

void LoadWindows(const Node& node, Loading& loading) {
  if (!IsMap(node, "windows", loading.diagnostics)) return;
  for (const Node::Entry& entry : node.entries) {
    loading.windows.Add(entry.key, entry.mark, loading.diagnostics);
    loading.contents.windows.push_back({entry.key, ReadWindow(entry.value, loading.diagnostics)});
  }
}

void LoadApprovals(const Node& node, Loading& loading) {
  if (!IsMap(node, "approvals", loading.diagnostics)) return;
  for (const Node::Entry& entry : node.entries) {
    loading.approvals.Add(entry.key, entry.mark, loading.diagnostics);
    loading.contents.approvals.push_back(ReadApproval(entry.value, entry.key, loading));
  }
}

}  // namespace portreeve::policy
