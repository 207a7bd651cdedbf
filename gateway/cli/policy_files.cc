#include "cli/policy_files.h"

#include <utility>

#include "base/file.h"
#include "cli/table.h"
#include "rehearsal/catalog_reader.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"

namespace portreeve::cli {
namespace {

// `load` takes the text and the diagnostics; what it gives converts to false after an error.
template <typename Load>
auto Loaded(const std::filesystem::path& path, Console& console, bool with_warnings, Load load)
    -> decltype(load(std::string_view(), std::declval<yaml::Diagnostics&>())) {
  const auto text = base::ReadFile(path, yaml::kMaxTextBytes);
  if (!text.ok()) {
    console.err << "portreeve: " << OneLine(base::FromAbsl(text.status().message())) << "\n";
    return {};
  }
  yaml::Diagnostics diagnostics(OneLine(path.string()));
  auto loaded = load(std::string_view(*text), diagnostics);
  console.err << diagnostics.ToString();
  if (with_warnings) {
    for (const std::string& warning : diagnostics.Warnings()) {
      console.err << warning << " (a warning)\n";
    }
  }
  return loaded;
}

}  // namespace

std::shared_ptr<const policy::Policy> LoadPolicy(const std::filesystem::path& path,
                                                 Console& console, bool with_warnings) {
  const auto load = [](std::string_view text, yaml::Diagnostics& diagnostics) {
    return policy::Policy::Load(text, diagnostics, policy::Purpose::kAnalyse);
  };
  return Loaded(path, console, with_warnings, load);
}

std::optional<rehearsal::CaseFile> LoadCases(const std::filesystem::path& path, Console& console) {
  return Loaded(path, console, true, rehearsal::LoadCases);
}

std::shared_ptr<const catalog::Snapshot> LoadCatalog(const std::filesystem::path& path,
                                                     Console& console) {
  return Loaded(path, console, true, rehearsal::LoadCatalog);
}

std::filesystem::path CasesBeside(std::filesystem::path policy) {
  policy.replace_extension(".test.yaml");
  return policy;
}

}  // namespace portreeve::cli
