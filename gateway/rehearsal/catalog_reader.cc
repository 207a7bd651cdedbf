#include "rehearsal/catalog_reader.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "catalog/search_path.h"
#include "mask/type_names.h"
#include "policy/pattern.h"
#include "rehearsal/own_catalog.h"
#include "sql/parser.h"
#include "yaml/map_reader.h"

namespace portreeve::rehearsal {
namespace {

using catalog::Oid;
using catalog::RelationKind;
using yaml::MapReader;
using yaml::Node;

constexpr size_t kMaxNameBytes = 63;
constexpr size_t kMaxColumns = 1'600;
constexpr std::string_view kDefaultSearchPath = "\"$user\", public";
constexpr std::string_view kDefaultLogin = "portreeve";

bool IsOwnSchema(std::string_view schema) {
  return schema == "pg_catalog" || schema == "information_schema";
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::none_of(name.begin(), name.end(), [](char character) {
           return character == '*' || static_cast<unsigned char>(character) < ' ';
         });
}

class CatalogReader {
 public:
  explicit CatalogReader(yaml::Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    parts_.login_role = kDefaultLogin;
    parts_.default_search_path = kDefaultSearchPath;
  }

  void Read(const Node& node) {
    MapReader reader(node, "the catalog", diagnostics_);
    if (reader.Find("login_role") != nullptr) parts_.login_role = reader.RequireText("login_role");
    if (const auto path = reader.String("search_path")) {
      if (!catalog::ParseSearchPath(*path))
        reader.Error("search_path", "the server would not take it");
      parts_.default_search_path = *path;
    }
    if (reader.Find("schemas") != nullptr) {
      for (const std::string& schema :
           reader.Strings("schemas").value_or(std::vector<std::string>())) {
        if (!IsName(schema)) reader.Error("schemas", "`" + schema + "` is no name");
        AddSchema(schema);
      }
    }
    if (const Node* tables = reader.Find("tables")) ReadRelations(*tables, false);
    if (const Node* views = reader.Find("views")) ReadRelations(*views, true);
    if (const Node* functions = reader.Find("functions")) ReadFunctions(*functions);
    reader.Finish();
    ResolveLater();
  }

  std::shared_ptr<const catalog::Snapshot> Take() {
    return catalog::Snapshot::Make(std::move(parts_));
  }

 private:
  // What names another relation, which may stand further down.
  struct Later {
    size_t relation;
    std::string of;  // A partition's or child's parent; empty: the view's own definition.
    yaml::Mark mark;
  };

  void AddSchema(const std::string& schema) {
    if (!schemas_.insert(schema).second) return;
    parts_.schemas.push_back(schema);
    parts_.usages.push_back({schema, ""});
  }

  void ReadRelations(const Node& node, bool views) {
    const std::string key = views ? "views" : "tables";
    if (node.kind != Node::Kind::kMap) {
      return diagnostics_.Error(node.mark, "`" + key + "` must be a map of names");
    }
    for (const Node::Entry& entry : node.entries) {
      const auto name = policy::RelationPattern::Parse(entry.key);
      if (!name || !IsName(name->schema.text()) || !IsName(name->name.text())) {
        diagnostics_.Error(entry.mark, "`" + entry.key + "` is not of the form schema.name");
        continue;
      }
      if (IsOwnSchema(name->schema.text())) {
        diagnostics_.Error(entry.mark, "what is in " + name->schema.text() + " is known already");
        continue;
      }
      if (!relations_.emplace(entry.key, parts_.relations.size()).second) {
        diagnostics_.Error(entry.mark, "there are two relations named `" + entry.key + "`");
        continue;
      }
      catalog::Relation relation;
      relation.oid = next_++;
      relation.schema = name->schema.text();
      relation.name = name->name.text();
      AddSchema(relation.schema);
      views ? ReadView(entry.value, relation) : ReadTable(entry.value, relation);
      parts_.relations.push_back(std::move(relation));
    }
  }

  // `id`, or `id: integer`.
  void ReadColumn(const Node& node, catalog::Relation& relation) {
    const bool typed = node.kind == Node::Kind::kMap && node.entries.size() == 1 &&
                       node.entries[0].value.kind == Node::Kind::kScalar;
    if (!typed && node.kind != Node::Kind::kScalar) {
      return diagnostics_.Error(node.mark, "a column is a name, or `name: type`");
    }
    const std::string& name = typed ? node.entries[0].key : node.scalar;
    if (!IsName(name)) diagnostics_.Error(node.mark, "`" + name + "` is no name");
    const Oid type = typed ? mask::TypeNamed(node.entries[0].value.scalar) : 0;
    const auto number = static_cast<int16_t>(relation.columns.size() % kMaxColumns + 1);
    relation.columns.push_back({number, name, type});
  }

  // A list, or one column.
  void ReadColumns(const Node& node, catalog::Relation& relation) {
    if (node.kind == Node::Kind::kList) {
      for (const Node& item : node.items) ReadColumn(item, relation);
    } else {
      ReadColumn(node, relation);
    }
    if (relation.columns.size() > kMaxColumns) {
      diagnostics_.Error(node.mark, "a relation has at most 1600 columns");
    }
    std::vector<std::string_view> sorted;
    for (const catalog::Column& column : relation.columns) sorted.push_back(column.name);
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
      diagnostics_.Error(node.mark, "there are two columns named `" + std::string(*twice) + "`");
    }
  }

  void ReadColumns(MapReader& reader, catalog::Relation& relation) {
    const Node* columns = reader.Require("columns");
    if (columns != nullptr) ReadColumns(*columns, relation);
  }

  // [columns], or { columns: [...], partition_of: schema.table } or { inherits: ... }.
  void ReadTable(const Node& node, catalog::Relation& relation) {
    if (node.kind == Node::Kind::kList) return ReadColumns(node, relation);
    MapReader reader(node, "table", diagnostics_);
    ReadColumns(reader, relation);
    for (const std::string_view key : {"partition_of", "inherits"}) {
      const Node* parent = reader.Find(key);
      if (parent == nullptr) continue;
      later_.push_back({parts_.relations.size(), reader.RequireText(key), parent->mark});
    }
    reader.Finish();
  }

  void ReadView(const Node& node, catalog::Relation& relation) {
    relation.kind = RelationKind::kView;
    MapReader reader(node, "view", diagnostics_);
    ReadColumns(reader, relation);
    if (reader.Bool("materialized").value_or(false))
      relation.kind = RelationKind::kMaterializedView;
    relation.view_definition = reader.RequireText("as");
    if (!relation.view_definition.empty()) {
      later_.push_back({parts_.relations.size(), "", reader.Find("as")->mark});
    }
    reader.Finish();
  }

  void ReadFunctions(const Node& node) {
    if (node.kind != Node::Kind::kList) {
      return diagnostics_.Error(node.mark, "`functions` must be a list");
    }
    for (const Node& item : node.items) {
      catalog::Function function;
      function.language = "sql";
      std::string signature = item.scalar;
      if (item.kind != Node::Kind::kScalar) {
        MapReader reader(item, "function", diagnostics_);
        signature = reader.RequireText("name");
        ReadTraits(reader, function);
        reader.Finish();
        if (signature.empty()) continue;
      }
      AddFunction(signature, item.mark, std::move(function));
    }
  }

  static void ReadTraits(MapReader& reader, catalog::Function& function) {
    constexpr char kKinds[] = {'f', 'p', 'a'};
    constexpr catalog::Volatility kVolatilities[] = {catalog::Volatility::kImmutable,
                                                     catalog::Volatility::kStable,
                                                     catalog::Volatility::kVolatile};
    if (const auto kind = reader.Choice("kind", {"function", "procedure", "aggregate"})) {
      function.kind = kKinds[*kind];
    }
    if (const auto volatility = reader.Choice("volatility", {"immutable", "stable", "volatile"})) {
      function.volatility = kVolatilities[*volatility];
    }
    function.of_extension = reader.Bool("of_extension").value_or(false);
    function.security_definer = reader.Bool("security_definer").value_or(false);
  }

  void AddFunction(const std::string& signature, yaml::Mark mark, catalog::Function function) {
    const auto pattern = policy::FunctionPattern::Parse(signature);
    if (!pattern || !pattern->qualified || !signature.ends_with(')') ||
        signature.find('*') != std::string::npos || !IsName(pattern->schema.text()) ||
        !IsName(pattern->name.text())) {
      return diagnostics_.Error(mark, "`" + signature + "` is not of the form schema.name(types)");
    }
    if (IsOwnSchema(pattern->schema.text())) {
      return diagnostics_.Error(mark, "what is in " + pattern->schema.text() + " is known already");
    }
    function.oid = next_++;
    function.schema = pattern->schema.text();
    function.name = pattern->name.text();
    function.arguments = pattern->arguments.text();
    const auto commas = std::count(function.arguments.begin(), function.arguments.end(), ',');
    const auto count = static_cast<uint16_t>(function.arguments.empty() ? 0 : commas + 1);
    function.min_arguments = count;
    function.max_arguments =
        function.arguments.find("VARIADIC") == std::string::npos ? count : UINT16_MAX;
    if (!functions_.insert(function.schema + "." + function.name + "(" + function.arguments)
             .second) {
      return diagnostics_.Error(mark, "there are two functions `" + signature + "`");
    }
    AddSchema(function.schema);
    parts_.functions.push_back(std::move(function));
  }

  void ResolveLater() {
    for (const Later& later : later_) {
      catalog::Relation& relation = parts_.relations[later.relation];
      if (later.of.empty()) {
        CheckDefinition(relation, later.mark);
        continue;
      }
      const auto parent = relations_.find(later.of);
      if (parent == relations_.end()) {
        diagnostics_.Error(later.mark, "there is no table `" + later.of + "`");
      } else {
        relation.parents.push_back(parts_.relations[parent->second].oid);
      }
    }
  }

  // What it names must be found, or a rule would not see through the view.
  void CheckDefinition(const catalog::Relation& view, yaml::Mark mark) {
    const sql::Facts facts = sql::Analyse(view.view_definition, {}, {});
    if (facts.syntax_error) return diagnostics_.Error(mark, facts.syntax_error->message);
    if (facts.statements.size() != 1 ||
        facts.statements[0].statement_class != sql::StatementClass::kRead) {
      return diagnostics_.Error(mark, "a view is one SELECT");
    }
    for (const sql::RelationUse& use : facts.statements[0].relations) {
      if (relations_.contains(use.schema + "." + use.name) || IsOwnSchema(use.schema)) continue;
      diagnostics_.Error(mark, use.schema.empty()
                                   ? "write `" + use.name + "` with its schema"
                                   : "there is no `" + use.schema + "." + use.name + "`");
    }
  }

  yaml::Diagnostics& diagnostics_;
  catalog::SnapshotParts parts_ = OwnCatalog();
  Oid next_ = catalog::kFirstUserOid;
  std::set<std::string> schemas_{parts_.schemas.begin(), parts_.schemas.end()};
  std::unordered_map<std::string, size_t> relations_;  // By "schema.name".
  std::set<std::string> functions_;                    // "schema.name(types"
  std::vector<Later> later_;
};

}  // namespace

std::shared_ptr<const catalog::Snapshot> ReadCatalog(const Node& node,
                                                     yaml::Diagnostics& diagnostics) {
  const size_t errors = diagnostics.count();
  CatalogReader reader(diagnostics);
  reader.Read(node);
  return diagnostics.count() == errors ? reader.Take() : nullptr;
}

std::shared_ptr<const catalog::Snapshot> LoadCatalog(std::string_view text,
                                                     yaml::Diagnostics& diagnostics) {
  const auto root = yaml::Parse(text, diagnostics);
  if (root == nullptr) return nullptr;
  const auto found = std::find_if(root->entries.begin(), root->entries.end(),
                                  [](const Node::Entry& entry) { return entry.key == "catalog"; });
  auto catalog = ReadCatalog(found == root->entries.end() ? *root : found->value, diagnostics);
  return diagnostics.ok() ? catalog : nullptr;
}

std::shared_ptr<const catalog::Snapshot> EmptyCatalog() {
  catalog::SnapshotParts parts = OwnCatalog();
  parts.login_role = kDefaultLogin;
  parts.default_search_path = kDefaultSearchPath;
  return catalog::Snapshot::Make(std::move(parts));
}

}  // namespace portreeve::rehearsal
