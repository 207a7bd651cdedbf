#include "rehearsal/caller_reader.h"

#include <string_view>
#include <utility>
#include <vector>

namespace portreeve::rehearsal {
namespace {

using yaml::MapReader;
using yaml::Node;

template <typename T>
T Named(const Node& node, const std::map<std::string, T>& known, const std::string& what,
        yaml::Diagnostics& diagnostics) {
  const auto found = known.find(node.scalar);
  if (found != known.end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& [name, value] : known) names.push_back(name);
  diagnostics.Error(node.mark, "there is no " + what + " `" + node.scalar + "`" +
                                   diagnostics.DidYouMean(node.scalar, names));
  return {};
}

}  // namespace

void CallerReader::ReadPrincipals(const Node* node) {
  if (node == nullptr) return;
  MapReader reader(*node, "`principals`", diagnostics_);
  for (const Node::Entry& entry : node->entries) {
    principals_.emplace(entry.key, ReadPrincipal(entry.value));
  }
}

void CallerReader::ReadConnections(const Node* node) {
  if (node == nullptr) return;
  MapReader reader(*node, "`connections`", diagnostics_);
  for (const Node::Entry& entry : node->entries) {
    MapReader connection_reader(entry.value, "connection", diagnostics_);
    policy::ConnectionRef connection = ReadConnection(connection_reader);
    connection_reader.Finish();
    connection.name = entry.key;
    connections_.emplace(entry.key, std::move(connection));
  }
}

identity::Principal CallerReader::ReadPrincipal(const Node& node) {
  identity::Principal principal;
  MapReader reader(node, "principal", diagnostics_);
  principal.subject = reader.RequireText("sub");
  if (const Node* groups = reader.Find("groups")) {
    // To be in no group is `[]` as well.
    if (groups->kind != Node::Kind::kList || !groups->items.empty()) {
      principal.groups = reader.Strings("groups").value_or(std::vector<std::string>());
    }
  }
  for (const Node::Entry& entry : node.entries) {
    if (entry.key == "sub" || entry.key == "groups") continue;
    if (auto value = reader.String(entry.key)) {
      principal.claims.emplace_back(entry.key, *std::move(value));
    }
  }
  return principal;
}

policy::ConnectionRef CallerReader::ReadConnection(MapReader& reader) {
  policy::ConnectionRef connection;
  connection.labels = reader.Texts("labels");
  connection.database = reader.String("database").value_or("");
  return connection;
}

identity::Principal CallerReader::PrincipalOf(const Node& node) {
  if (node.kind != Node::Kind::kScalar) return ReadPrincipal(node);
  return Named(node, principals_, "principal", diagnostics_);
}

policy::ConnectionRef CallerReader::ConnectionOf(const Node& node) {
  if (node.kind == Node::Kind::kScalar) {
    return Named(node, connections_, "connection", diagnostics_);
  }
  MapReader reader(node, "connection", diagnostics_);
  const std::string name = reader.RequireText("name");
  policy::ConnectionRef connection = ReadConnection(reader);
  connection.name = name;
  reader.Finish();
  return connection;
}

}  // namespace portreeve::rehearsal
