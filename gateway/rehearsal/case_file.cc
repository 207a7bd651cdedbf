#include "rehearsal/case_file.h"

#include <iterator>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "base/status.h"
#include "catalog/search_path.h"
#include "rehearsal/caller_reader.h"
#include "rehearsal/catalog_reader.h"
#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::rehearsal {
namespace {

using yaml::MapReader;
using yaml::Node;

constexpr size_t kMaxCases = 10'000;
constexpr std::string_view kExpected[] = {"allow", "hold", "refuse", "open", "no_grant"};

bool IsOfSession(Expected expected) {
  return expected == Expected::kOpen || expected == Expected::kNoGrant;
}

class CasesReader {
 public:
  CasesReader(CaseFile& file, yaml::Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics), callers_(diagnostics) {}

  void Read(const Node& root) {
    MapReader reader(root, "the file of cases", diagnostics_);
    if (reader.Require("version") != nullptr) reader.Integer("version", 1, 1);
    callers_.ReadPrincipals(reader.Find("principals"));
    callers_.ReadConnections(reader.Find("connections"));
    const Node* catalog = reader.Find("catalog");
    file_.catalog = catalog == nullptr ? EmptyCatalog() : ReadCatalog(*catalog, diagnostics_);
    if (const Node* cases = reader.Require("cases")) ReadCases(*cases);
    reader.Finish();
  }

 private:
  void ReadCases(const Node& node) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark, "`cases` must be a list with at least one case");
    }
    if (node.items.size() > kMaxCases) {
      return diagnostics_.Error(node.mark, "there are at most 10000 cases");
    }
    std::set<std::string> names;
    for (const Node& item : node.items) {
      Case read = ReadCase(item);
      if (!read.name.empty() && !names.insert(read.name).second) {
        diagnostics_.Error(item.mark, "there are two cases named `" + read.name + "`");
      }
      file_.cases.push_back(std::move(read));
    }
  }

  Case ReadCase(const Node& node) {
    Case read;
    read.mark = node.mark;
    MapReader reader(node, "case", diagnostics_);
    read.name = reader.RequireText("name");
    if (const Node* as = reader.Require("as")) read.caller.principal = callers_.PrincipalOf(*as);
    if (const Node* connection = reader.Require("connection")) {
      read.caller.connection = callers_.ConnectionOf(*connection);
    }
    if (reader.Find("grant") != nullptr) read.caller.requested = reader.RequireText("grant");
    ReadTimeAndPath(reader, read);
    const Node* sql = reader.Find("sql");
    if (sql != nullptr) {
      read.texts = reader.Strings("sql").value_or(std::vector<std::string>());
    }
    const Node* call = reader.Find("function_call");
    if (call != nullptr) read.function_call = reader.Choice("function_call", {"true"}).has_value();
    ReadExpected(reader, read, sql != nullptr, call != nullptr);
    reader.Finish();
    return read;
  }

  void ReadTimeAndPath(MapReader& reader, Case& read) {
    if (const auto at = reader.String("at")) {
      read.caller.at_unix_s = ParseInstant(*at);
      if (!read.caller.at_unix_s) {
        reader.Error("at", "must be a time like 2026-11-25T09:30:00+01:00");
      }
    }
    if (reader.Find("search_path") == nullptr) return;
    read.search_path = reader.String("search_path");
    if (read.search_path && !catalog::ParseSearchPath(*read.search_path)) {
      reader.Error("search_path", "the server would not take it");
    }
  }

  void ReadExpected(MapReader& reader, Case& read, bool has_sql, bool has_call) {
    if (has_sql && has_call) {
      reader.Error("function_call", "stands in place of `sql`");
    }
    if (reader.Require("expect") != nullptr) {
      const auto choice = reader.Choice("expect", {std::begin(kExpected), std::end(kExpected)});
      if (choice) {
        read.expect = static_cast<Expected>(*choice);
        const bool says = has_sql || has_call;
        if (says && IsOfSession(read.expect)) {
          reader.Error("expect", "`open` and `no_grant` are for cases without `sql`");
        } else if (!says && !IsOfSession(read.expect)) {
          reader.Error("expect", "needs `sql`; without it, `open` or `no_grant`");
        }
      }
    }
    read.rule = reader.String("expect_rule").value_or("");
    read.grant = reader.String("expect_grant").value_or("");
    read.sqlstate = reader.String("expect_sqlstate").value_or("");
    read.message = reader.String("expect_message").value_or("");
    if (!read.rule.empty() && IsOfSession(read.expect)) {
      reader.Error("expect_rule", "is for cases with `sql`");
    }
    if (!read.grant.empty() && read.expect == Expected::kNoGrant) {
      reader.Error("expect_grant", "there is none");
    }
    const bool is_heard = read.expect != Expected::kAllow && read.expect != Expected::kOpen;
    if (!read.sqlstate.empty() && !is_heard) reader.Error("expect_sqlstate", "nothing is refused");
    if (!read.message.empty() && !is_heard) reader.Error("expect_message", "nothing is refused");
  }

  CaseFile& file_;
  yaml::Diagnostics& diagnostics_;
  CallerReader callers_;
};

}  // namespace

std::string_view Name(Expected expected) { return kExpected[static_cast<size_t>(expected)]; }

std::optional<int64_t> ParseInstant(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, base::ToAbsl(text), &time, &error)) return std::nullopt;
  // "infinite-future" is one for the library.
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  return absl::ToUnixSeconds(time);
}

std::optional<CaseFile> LoadCases(std::string_view text, yaml::Diagnostics& diagnostics) {
  const auto root = yaml::Parse(text, diagnostics);
  if (root == nullptr) return std::nullopt;
  CaseFile file;
  CasesReader(file, diagnostics).Read(*root);
  if (!diagnostics.ok()) return std::nullopt;
  return file;
}

}  // namespace portreeve::rehearsal
