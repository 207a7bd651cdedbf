#include "saml/attributes.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "identity/plain_text.h"
#include "saml/names.h"

namespace portreeve::saml {
namespace {

// What policies ask for by these names has been proved in another way, or not at all.
constexpr std::string_view kReserved[] = {"sub", "iss", "aud", "azp", "act", "jti"};

absl::StatusOr<std::vector<std::string>> ReadGroups(const std::vector<Element>& values) {
  std::vector<std::string> groups;
  for (const Element& value : values) {
    const auto text = value.Text();
    if (text.ok() && text->empty()) continue;  // How some providers say that there is none.
    if (!text.ok() || !identity::IsName(*text) || groups.size() == kMaxGroups) {
      return base::InvalidArgument("its groups are no list of at most 256 names");
    }
    groups.push_back(*text);
  }
  return groups;
}

absl::Status ReadOne(const Element& attribute, const ServiceProvider& sp,
                     std::set<std::string>& seen, identity::Principal& principal) {
  const std::string name = attribute.AttributeOr("Name", "");
  if (!attribute.Is(kAssertionNs, "Attribute") || name.empty()) {
    return base::InvalidArgument("its AttributeStatement holds a part that is not allowed there");
  }
  if (!seen.insert(name).second) {
    return base::InvalidArgument("it has two attributes of one name");
  }
  if (seen.size() > kMaxAttributes) {
    return base::InvalidArgument("it has more than 256 attributes");
  }
  const auto values = attribute.Children(kAssertionNs, "AttributeValue");
  if (values.size() != attribute.Children().size()) {
    return base::InvalidArgument("its Attribute holds a part that is not allowed there");
  }
  if (name == sp.groups_attribute) {
    ASSIGN_OR_RETURN(principal.groups, ReadGroups(values));
  }
  if (values.size() != 1 || !identity::IsName(name) ||
      std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved)) {
    return absl::OkStatus();
  }
  // One that is not text, such as a NameID, is none that a policy could ask for.
  const auto text = values[0].Text();
  if (text.ok() && identity::IsName(*text)) principal.claims.emplace_back(name, *text);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadAttributes(const Element& assertion, const ServiceProvider& sp,
                            identity::Principal& principal) {
  principal.claims = {{"sub", principal.subject}, {"iss", principal.issuer}, {"aud", sp.entity_id}};
  std::set<std::string> seen;
  for (const Element& statement : assertion.Children(kAssertionNs, "AttributeStatement")) {
    for (const Element& attribute : statement.Children()) {
      RETURN_IF_ERROR(ReadOne(attribute, sp, seen, principal));
    }
  }
  return absl::OkStatus();
}

}  // namespace portreeve::saml
