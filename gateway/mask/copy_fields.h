// Lines and fields of COPY in text and csv, as PostgreSQL writes them (manual, COPY, File Formats).
// Its one rule: reading what was written gives the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::mask {

// What the COPY statement asked for. FORCE_QUOTE need not be known: a value that came in quotes
// leaves in quotes.
struct CopyOptions {
  enum class Style : uint8_t { kText, kCsv, kBinary };

  // With the defaults of the style.
  static CopyOptions For(Style style);

  Style style = Style::kText;
  char delimiter = '\t';          // "," in csv.
  std::string null_text = "\\N";  // Empty in csv.
  bool header = false;
  char quote = '"';
  char escape = '"';  // As `quote`, if the statement does not say.
};

// Where lines end, over pieces of any size.
class LineFinder {
 public:
  explicit LineFinder(const CopyOptions& options);

  // Where the line ends that `bytes` begin with: the index of its line feed. nullopt: not within
  // `bytes`; the next call must begin with the same bytes.
  std::optional<size_t> Find(std::string_view bytes);

 private:
  bool csv_;
  char quote_;
  char escape_;
  size_t searched_ = 0;
  bool quoted_ = false;
};

// Takes the next field off a line, with its quotes; nullopt: it is malformed. `more`: a delimiter
// has come behind it.
std::optional<std::string_view> TakeField(const CopyOptions& options, std::string_view& line,
                                          bool& more);

// Appends what a field that is not NULL says.
void DecodeField(const CopyOptions& options, std::string_view field, std::string& out);
// `quoted`: in csv, whether it must be in quotes in any case. `alone`: it is all of its line.
void AppendField(const CopyOptions& options, std::string_view value, bool quoted, bool alone,
                 std::string& out);

}  // namespace portreeve::mask
