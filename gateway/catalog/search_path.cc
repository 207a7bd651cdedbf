#include "catalog/search_path.h"

#include <algorithm>
#include <utility>

#include "sql/characters.h"

namespace portreeve::catalog {
namespace {

// NAMEDATALEN less the zero.
constexpr size_t kMaxNameBytes = 63;

// scanner_isspace().
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// Between two characters, as pg_mbcliplen() does for UTF-8.
void CutName(std::string& name) {
  if (name.size() <= kMaxNameBytes) return;
  size_t end = kMaxNameBytes;
  while (end > 0 && (static_cast<uint8_t>(name[end]) & 0xc0) == 0x80) --end;
  name.resize(end);
}

// SplitIdentifierString().
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string>> Read() {
    std::vector<std::string> names;
    SkipSpaces();
    if (AtEnd()) return names;
    while (true) {
      std::string name;
      if (!(text_[at_] == '"' ? ReadQuoted(name) : ReadBare(name))) return std::nullopt;
      CutName(name);
      names.push_back(std::move(name));
      SkipSpaces();
      if (AtEnd()) return names;
      if (text_[at_] != ',') return std::nullopt;
      ++at_;
      SkipSpaces();
      if (AtEnd()) return std::nullopt;
    }
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  void SkipSpaces() {
    while (!AtEnd() && IsSpace(text_[at_])) ++at_;
  }
  bool ReadQuoted(std::string& name) {
    for (++at_; !AtEnd(); ++at_) {
      if (text_[at_] != '"') {
        name += text_[at_];
        continue;
      }
      if (++at_ >= text_.size() || text_[at_] != '"') return true;
      name += '"';
    }
    return false;
  }
  bool ReadBare(std::string& name) {
    for (; !AtEnd() && text_[at_] != ',' && !IsSpace(text_[at_]); ++at_) {
      name += sql::Lower(text_[at_]);
    }
    return !name.empty();
  }

  const std::string_view text_;
  size_t at_ = 0;
};

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::optional<std::vector<std::string>> ParseSearchPath(std::string_view text) {
  return Reader(text).Read();
}

Path MakePath(const std::vector<std::string>& names, const Snapshot& snapshot,
              std::string_view role) {
  Path path;
  for (const std::string& written : names) {
    const std::string_view name = written == "$user" ? role : std::string_view(written);
    if (name != kTemporarySchema && !snapshot.HasSchema(name)) continue;
    if (Contains(path.schemas, name)) continue;
    path.schemas.emplace_back(name);
  }
  if (!path.schemas.empty()) path.creation = path.schemas.front();
  if (!Contains(path.schemas, kCatalogSchema)) {
    path.schemas.emplace(path.schemas.begin(), kCatalogSchema);
  }
  if (!Contains(path.schemas, kTemporarySchema)) {
    path.schemas.emplace(path.schemas.begin(), kTemporarySchema);
  }
  return path;
}

}  // namespace portreeve::catalog
