#include "mask/copy_fields.h"

#include <algorithm>

namespace portreeve::mask {
namespace {

using Style = CopyOptions::Style;

// The control characters for which text has a letter.
constexpr std::string_view kControls = "\b\f\n\r\t\v";
constexpr std::string_view kLetters = "bfnrtv";

char Counterpart(std::string_view from, std::string_view to, char c) {
  const size_t index = from.find(c);
  return index == std::string_view::npos ? c : to[index];
}

bool IsEscapedInText(char c, char delimiter) {
  return (c >= '\b' && c <= '\r') || c == '\\' || c == delimiter;
}

// The index behind the closing quote of a field that begins with one; nullopt: it has none.
std::optional<size_t> QuotedLength(const CopyOptions& options, std::string_view line) {
  for (size_t i = 1; i < line.size(); ++i) {
    const bool escapes = line[i] == options.escape && i + 1 < line.size() &&
                         (line[i + 1] == options.quote || line[i + 1] == options.escape);
    if (escapes) {
      ++i;
    } else if (line[i] == options.quote) {
      return i + 1;
    }
  }
  return std::nullopt;
}

// A delimiter belongs to the value if an odd number of backslashes comes before it.
size_t BareTextLength(char delimiter, std::string_view line) {
  size_t end = line.find(delimiter);
  for (; end != std::string_view::npos; end = line.find(delimiter, end + 1)) {
    size_t begin = end;
    while (begin > 0 && line[begin - 1] == '\\') --begin;
    if ((end - begin) % 2 == 0) return end;
  }
  return line.size();
}

bool NeedsQuotes(const CopyOptions& options, std::string_view value, bool alone) {
  if (value == options.null_text || (alone && value == "\\.")) return true;
  return std::any_of(value.begin(), value.end(), [&](char c) {
    return c == options.delimiter || c == options.quote || c == '\n' || c == '\r';
  });
}

}  // namespace

CopyOptions CopyOptions::For(Style style) {
  CopyOptions options;
  options.style = style;
  if (style == Style::kCsv) {
    options.delimiter = ',';
    options.null_text.clear();
  }
  return options;
}

LineFinder::LineFinder(const CopyOptions& options)
    : csv_(options.style == Style::kCsv), quote_(options.quote), escape_(options.escape) {}

std::optional<size_t> LineFinder::Find(std::string_view bytes) {
  const auto found = [&](size_t end) {
    searched_ = 0;
    quoted_ = false;
    return end;
  };
  if (!csv_) {
    const size_t end = bytes.find('\n', searched_);
    if (end != std::string_view::npos) return found(end);
    searched_ = bytes.size();
    return std::nullopt;
  }
  for (; searched_ < bytes.size(); ++searched_) {
    const char c = bytes[searched_];
    if (c == '\n' && !quoted_) return found(searched_);
    if (quoted_ && c == escape_ && escape_ != quote_) {
      // What it escapes may not be there yet.
      if (searched_ + 1 == bytes.size()) return std::nullopt;
      const char next = bytes[searched_ + 1];
      if (next == quote_ || next == escape_) ++searched_;
    } else if (c == quote_) {
      quoted_ = !quoted_;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> TakeField(const CopyOptions& options, std::string_view& line,
                                          bool& more) {
  const bool csv = options.style == Style::kCsv;
  size_t length = 0;
  if (!csv) {
    length = BareTextLength(options.delimiter, line);
  } else if (!line.empty() && line.front() == options.quote) {
    const auto quoted = QuotedLength(options, line);
    if (!quoted) return std::nullopt;
    length = *quoted;
    if (length < line.size() && line[length] != options.delimiter) return std::nullopt;
  } else {
    length = std::min(line.find(options.delimiter), line.size());
    if (line.substr(0, length).find(options.quote) != std::string_view::npos) return std::nullopt;
  }
  const std::string_view field = line.substr(0, length);
  more = length < line.size();
  line.remove_prefix(more ? length + 1 : length);
  return field;
}

void DecodeField(const CopyOptions& options, std::string_view field, std::string& out) {
  const bool csv = options.style == Style::kCsv;
  if (csv && (field.empty() || field.front() != options.quote)) {
    out += field;
    return;
  }
  if (csv) field = field.substr(1, field.size() - 2);
  const char escape = csv ? options.escape : '\\';
  for (size_t i = 0; i < field.size(); ++i) {
    const size_t escaped = std::min(field.find(escape, i), field.size());
    out += field.substr(i, escaped - i);
    i = escaped;
    if (i == field.size()) return;
    if (i + 1 == field.size()) {
      out += escape;
    } else if (!csv) {
      out += Counterpart(kLetters, kControls, field[++i]);
    } else {
      if (field[i + 1] == options.quote || field[i + 1] == escape) ++i;
      out += field[i];
    }
  }
}

void AppendField(const CopyOptions& options, std::string_view value, bool quoted, bool alone,
                 std::string& out) {
  if (options.style == Style::kCsv) {
    if (!quoted && !NeedsQuotes(options, value, alone)) {
      out += value;
      return;
    }
    out += options.quote;
    for (const char c : value) {
      if (c == options.quote || c == options.escape) out += options.escape;
      out += c;
    }
    out += options.quote;
    return;
  }
  size_t kept_from = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    if (!IsEscapedInText(value[i], options.delimiter)) continue;
    out += value.substr(kept_from, i - kept_from);
    out += '\\';
    out += Counterpart(kControls, kLetters, value[i]);
    kept_from = i + 1;
  }
  out += value.substr(kept_from);
}

}  // namespace portreeve::mask
