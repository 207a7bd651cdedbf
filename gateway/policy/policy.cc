#include "policy/policy.h"

#include <algorithm>

namespace portreeve::policy {

bool Policy::IsMember(const std::string& group, const identity::Principal& principal) const {
  const auto found = std::find_if(contents_.groups.begin(), contents_.groups.end(),
                                  [&](const Group& entry) { return entry.name == group; });
  if (found == contents_.groups.end()) return false;
  const auto fits = [&](std::string_view value) {
    return std::any_of(found->any_of.begin(), found->any_of.end(),
                       [&](const std::string& pattern) { return Fits(pattern, value); });
  };
  if (found->claim == "groups") {
    return std::any_of(principal.groups.begin(), principal.groups.end(), fits);
  }
  if (found->claim == "sub") return fits(principal.subject);
  return std::any_of(principal.claims.begin(), principal.claims.end(), [&](const auto& claim) {
    return claim.first == found->claim && fits(claim.second);
  });
}

Obstacle Policy::ObstacleTo(const Grant& grant, const identity::Principal& principal,
                            const ConnectionRef& connection) const {
  const bool who = std::any_of(grant.who.begin(), grant.who.end(), [&](const std::string& group) {
    return IsMember(group, principal);
  });
  if (!who) return Obstacle::kWho;
  if (!grant.connections.empty() &&
      std::none_of(grant.connections.begin(), grant.connections.end(),
                   [&](const std::string& pattern) { return Fits(pattern, connection.name); })) {
    return Obstacle::kConnection;
  }
  // A database that is not known is none of those that are named.
  if (!grant.databases.empty() &&
      (connection.database.empty() || std::none_of(grant.databases.begin(), grant.databases.end(),
                                                   [&](const std::string& pattern) {
                                                     return Fits(pattern, connection.database);
                                                   }))) {
    return Obstacle::kDatabase;
  }
  const bool labels = std::all_of(grant.labels.begin(), grant.labels.end(), [&](const auto& label) {
    return std::find(connection.labels.begin(), connection.labels.end(), label) !=
           connection.labels.end();
  });
  return labels ? Obstacle::kNone : Obstacle::kLabels;
}

std::variant<OpenSession, base::Refusal> Policy::Open(const identity::Principal& principal,
                                                      const ConnectionRef& connection,
                                                      std::string_view requested) const {
  const Grant* first = nullptr;
  const Grant* named = nullptr;
  bool is_a_grant = false;
  std::string usable;
  for (const Grant& grant : contents_.grants) {
    const bool covers = ObstacleTo(grant, principal, connection) == Obstacle::kNone;
    if (grant.name_text == requested) {
      is_a_grant = true;
      if (covers) named = &grant;
    }
    if (!covers) continue;
    if (first == nullptr) first = &grant;
    usable += (usable.empty() ? "" : ", ") + grant.name_text;
  }
  if (named != nullptr) return OpenSession{named, false};
  if (first != nullptr && !is_a_grant) return OpenSession{first, true};
  // One answer for a grant that is another's and for one that does not exist.
  return base::Refusal{std::string(base::sqlstate::kInvalidAuthorization),
                       "no grant covers this session",
                       "You: " + principal.subject + "; connection: " + connection.name + ".",
                       usable.empty() ? "Ask the owner of the policy for a grant."
                                      : "Name one of these grants as the user: " + usable + "."};
}

}  // namespace portreeve::policy
