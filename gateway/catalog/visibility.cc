#include "catalog/visibility.h"

#include <algorithm>

namespace portreeve::catalog {
namespace {

const std::string& RoleOf(const NameSpace& names) {
  static const std::string kNobody;
  if (!names.role.empty()) return names.role;
  return names.snapshot == nullptr ? kNobody : names.snapshot->parts().login_role;
}

bool CatalogIsFirst(const Path& path) {
  for (const std::string& schema : path.schemas) {
    if (schema == kCatalogSchema) return true;
    // It is never searched for functions.
    if (schema != kTemporarySchema) return false;
  }
  return false;
}

}  // namespace

Visibility::Visibility(const NameSpace& names)
    : snapshot_(names.snapshot.get()), role_(RoleOf(names)), made_(names.made) {
  if (names.search_paths.empty()) any_path_ = true;
  for (const std::string& value : names.search_paths) AddPath(value);
  if (any_path_) catalog_first_ = false;
}

void Visibility::AddPath(std::string_view value) {
  if (snapshot_ == nullptr) return;
  const auto names = ParseSearchPath(value);
  // The server would have refused it, so the session's notion of it is wrong.
  if (!names) {
    any_path_ = true;
    catalog_first_ = false;
    return;
  }
  paths_.push_back(MakePath(*names, *snapshot_, role_));
  catalog_first_ = catalog_first_ && CatalogIsFirst(paths_.back());
}

bool Visibility::Searches(std::string_view schema) const {
  if (any_path_ || schema == kCatalogSchema) return true;
  if (schema == kTemporarySchema) return false;
  return std::ranges::any_of(paths_, [&](const Path& path) {
    return std::ranges::find(path.schemas, schema) != path.schemas.end();
  });
}

bool Visibility::MayCreateIn(std::string_view schema) const {
  return any_path_ ||
         std::ranges::any_of(paths_, [&](const Path& path) { return path.creation == schema; });
}

void Visibility::After(const sql::StatementFacts& statement) {
  made_.insert(made_.end(), statement.makes_relations.begin(), statement.makes_relations.end());
  // "$user" is another schema then.
  bool any = statement.sub_class == sql::SubClass::kSetRole;
  for (const sql::SettingUse& setting : statement.settings) {
    const bool every = setting.name.empty() || setting.name == "all" || setting.name == "role" ||
                       setting.name == "session_authorization";
    if (setting.name == "search_path" && setting.value && !setting.resets) {
      AddPath(*setting.value);
    } else if (every || setting.name == "search_path") {
      any = true;
    }
  }
  if (any) {
    any_path_ = true;
    catalog_first_ = false;
  }
}

}  // namespace portreeve::catalog
