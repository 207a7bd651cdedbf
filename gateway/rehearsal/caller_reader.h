// Principals and connections in a file of cases: written out, or by a name that the file gives
// them.
#pragma once

#include <map>
#include <string>

#include "identity/principal.h"
#include "policy/policy.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::rehearsal {

class CallerReader {
 public:
  explicit CallerReader(yaml::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // The maps of names, which may be missing.
  void ReadPrincipals(const yaml::Node* node);
  void ReadConnections(const yaml::Node* node);

  identity::Principal PrincipalOf(const yaml::Node& node);
  policy::ConnectionRef ConnectionOf(const yaml::Node& node);

 private:
  identity::Principal ReadPrincipal(const yaml::Node& node);
  // The name is the caller's to read.
  policy::ConnectionRef ReadConnection(yaml::MapReader& reader);

  yaml::Diagnostics& diagnostics_;
  std::map<std::string, identity::Principal> principals_;
  std::map<std::string, policy::ConnectionRef> connections_;
};

}  // namespace portreeve::rehearsal
