#include "policy/masks_in_force.h"

#include "policies.h"

namespace portreeve::policy {
namespace {

std::vector<std::string> NamesOf(const std::string& masks, const std::vector<std::string>& groups,
                                 const ConnectionRef& connection) {
  const auto policy = Valid(With("grants:", "masks:\n" + masks + "\ngrants:"));
  identity::Principal principal;
  principal.groups = groups;
  const auto in_force = MasksFor(policy, principal, connection);
  std::vector<std::string> names;
  if (in_force == nullptr) return names;
  CHECK(in_force->policy == policy);
  for (const auto* list : {&in_force->columns, &in_force->detectors}) {
    for (const Mask* mask : *list) names.push_back(mask->name);
  }
  return names;
}

using Strings = std::vector<std::string>;

TEST_CASE("a mask holds for those who are in none of the groups that see the values") {
  const std::string masks =
      "  - { name: a, columns: 'x.y.z', with: redact, unmask: [staff] }\n"
      "  - { name: b, columns: 'x.y.z', with: redact }\n"
      "  - { name: c, detect: iban, with: redact, unmask: staff }";
  CHECK(NamesOf(masks, {}, {"orders", {}}) == Strings{"a", "b", "c"});
  CHECK(NamesOf(masks, {"staff"}, {"orders", {}}) == Strings{"b"});
}

TEST_CASE(
    "a mask holds on the connections and databases that it names, and where that is not known") {
  const std::string masks =
      "  - { name: a, columns: 'x.y.z', with: redact, connections: 'orders-*' }\n"
      "  - { name: b, columns: 'x.y.z', with: redact, databases: [crm] }";
  CHECK(NamesOf(masks, {}, {"orders-eu", {}, "crm"}) == Strings{"a", "b"});
  CHECK(NamesOf(masks, {}, {"orders", {}, "crm"}) == Strings{"b"});
  CHECK(NamesOf(masks, {}, {"orders-eu", {}, "shop"}) == Strings{"a"});
  CHECK(NamesOf(masks, {}, {"orders-eu", {}}) == Strings{"a", "b"});
  CHECK(NamesOf(masks, {}, {"orders", {}, "shop"}).empty());
}

TEST_CASE("equal masks of one policy have equal keys, and others do not") {
  const auto policy =
      Valid(With("grants:",
                 "masks: [{ name: a, columns: 'x.y.z', with: redact, unmask: staff }, "
                 "{ name: b, columns: 'x.y.z', with: hash }]\ngrants:"));
  identity::Principal staff;
  staff.groups = {"staff"};
  const ConnectionRef connection{"orders", {}};
  CHECK(MasksFor(policy, {}, connection)->key == MasksFor(policy, {}, connection)->key);
  CHECK(MasksFor(policy, {}, connection)->key != MasksFor(policy, staff, connection)->key);
}

}  // namespace
}  // namespace portreeve::policy
