#include "cli/caller_arguments.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/split.h"

namespace portreeve::cli {
namespace {

using Pair = std::pair<std::string, std::string>;

// "a=b,c=d"
absl::StatusOr<std::vector<Pair>> Pairs(std::string_view flag, std::string_view text) {
  std::vector<Pair> pairs;
  for (const std::string_view each : base::Split(text, ',')) {
    const size_t equals = each.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == each.size()) {
      return base::InvalidArgument(std::string(flag) + " must be NAME=VALUE, with commas between " +
                                   "several, and `" + std::string(each) + "` is not");
    }
    pairs.emplace_back(each.substr(0, equals), each.substr(equals + 1));
  }
  return pairs;
}

}  // namespace

std::vector<Flag> CallerFlags() {
  Flag as = {"--as", Kind::kText, "CLAIM=VALUE[,CLAIM=VALUE...]",
             "who asks: sub=, groups= (once for each) and other claims"};
  as.required = true;
  Flag connection = {"--connection", Kind::kText, "NAME", "to which connection"};
  connection.required = true;
  return {
      as,
      connection,
      {"--label", Kind::kText, "NAME=VALUE[,NAME=VALUE...]", "the connection's labels"},
      {"--database", Kind::kText, "NAME", "the database, where rules or grants ask for it"},
      {"--grant", Kind::kText, "NAME", "the grant that is named as the user"},
      {"--at", Kind::kText, "TIME",
       "when, as 2026-11-25T09:30:00+01:00; without it windows are taken to be open"},
      {"--catalog", Kind::kText, "FILE", "what the database holds: a catalog, or a file of cases"},
  };
}

absl::StatusOr<rehearsal::Caller> CallerOf(const Arguments& arguments) {
  rehearsal::Caller caller;
  ASSIGN_OR_RETURN(std::vector<Pair> claims, Pairs("--as", arguments.Text("--as")));
  for (Pair& claim : claims) {
    if (claim.first == "groups") {
      caller.principal.groups.push_back(std::move(claim.second));
    } else if (claim.first != "sub") {
      caller.principal.claims.push_back(std::move(claim));
    } else if (!caller.principal.subject.empty()) {
      return base::InvalidArgument("--as has two subjects");
    } else {
      caller.principal.subject = std::move(claim.second);
    }
  }
  if (caller.principal.subject.empty()) return base::InvalidArgument("--as needs sub=NAME");
  caller.connection.name = arguments.Text("--connection");
  if (arguments.On("--label")) {
    ASSIGN_OR_RETURN(caller.connection.labels, Pairs("--label", arguments.Text("--label")));
  }
  caller.connection.database = arguments.Text("--database");
  caller.requested = arguments.Text("--grant");
  if (arguments.On("--at")) {
    caller.at_unix_s = rehearsal::ParseInstant(arguments.Text("--at"));
    if (!caller.at_unix_s) {
      return base::InvalidArgument("--at must be a time like 2026-11-25T09:30:00+01:00");
    }
  }
  return caller;
}

}  // namespace portreeve::cli
