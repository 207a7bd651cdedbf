// What we are to an identity provider: the service provider of SAML's web browser sign-in.
#pragma once

#include <string>

namespace portreeve::saml {

struct ServiceProvider {
  std::string name;       // Of the entry in the configuration; Principal::issuer_name.
  std::string entity_id;  // The audience that assertions must be for.
  std::string acs_url;    // Where responses must be sent: the assertion consumer service.
  std::string groups_attribute = "groups";
};

}  // namespace portreeve::saml
