// The lineages of statements: lineage_of CATALOG, with texts that end in NUL on standard input; for
// each text its lines, as lineage_text.h has them, and an empty line on standard output.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "lineage/views.h"
#include "rehearsal/catalog_reader.h"
#include "support/lineage_text.h"

namespace {

std::string Printed(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::ifstream file(arguments[1]);
  const std::string catalog{std::istreambuf_iterator<char>(file), {}};
  portreeve::yaml::Diagnostics diagnostics("catalog");
  const auto snapshot = portreeve::rehearsal::LoadCatalog(catalog, diagnostics);
  if (snapshot == nullptr) {
    std::cerr << diagnostics.ToString();
    return 1;
  }
  const portreeve::catalog::NameSpace names = {
      snapshot, "", {snapshot->parts().default_search_path}, {}};
  portreeve::lineage::ViewLineages views;
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  for (size_t at = 0; at < input.size();) {
    const size_t end = input.find('\0', at);
    if (end == std::string::npos) return 1;
    const auto text = std::string_view(input).substr(at, end - at);
    for (const auto& lineage : portreeve::lineage::Trace(text, {}, {}, names, &views)) {
      for (const std::string& line : portreeve::lineage::LinesOf(lineage, *snapshot)) {
        std::puts(Printed(line).c_str());
      }
    }
    std::puts("");
    at = end + 1;
  }
  return 0;
}
