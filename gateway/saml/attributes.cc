#include "saml/attributes.h"

#include <algorithm>
#include <map>
#include <optional>
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

using Values = std::map<std::string, std::vector<Element>>;

// Some providers write one element for each value, all of one name.
absl::Status Collect(const Element& attribute, Values& all) {
  const std::string name = attribute.AttributeOr("Name", "");
  if (!attribute.Is(kAssertionNs, "Attribute") || name.empty()) {
    return base::InvalidArgument("its AttributeStatement holds a part that is not allowed there");
  }
  const auto values = attribute.Children(kAssertionNs, "AttributeValue");
  if (values.size() != attribute.Children().size()) {
    return base::InvalidArgument("its Attribute holds a part that is not allowed there");
  }
  auto& known = all[name];
  known.insert(known.end(), values.begin(), values.end());
  if (all.size() > kMaxAttributes) {
    return base::InvalidArgument("it has more than 256 attributes");
  }
  return absl::OkStatus();
}

// One that is not text, such as a NameID, is none that a policy could ask for.
std::optional<std::string> ReadClaim(const std::string& name, const std::vector<Element>& values) {
  if (values.size() != 1 || !identity::IsName(name) ||
      std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved)) {
    return std::nullopt;
  }
  auto text = values[0].Text();
  if (!text.ok() || !identity::IsName(*text)) return std::nullopt;
  return *std::move(text);
}

}  // namespace

absl::Status ReadAttributes(const Element& assertion, const ServiceProvider& sp,
                            identity::Principal& principal) {
  principal.claims = {{"sub", principal.subject}, {"iss", principal.issuer}, {"aud", sp.entity_id}};
  Values all;
  for (const Element& statement : assertion.Children(kAssertionNs, "AttributeStatement")) {
    for (const Element& attribute : statement.Children()) {
      RETURN_IF_ERROR(Collect(attribute, all));
    }
  }
  for (const auto& [name, values] : all) {
    if (name == sp.groups_attribute) {
      ASSIGN_OR_RETURN(principal.groups, ReadGroups(values));
    }
    if (auto claim = ReadClaim(name, values))
      principal.claims.emplace_back(name, *std::move(claim));
  }
  return absl::OkStatus();
}

}  // namespace portreeve::saml
