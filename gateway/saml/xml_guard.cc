#include "saml/xml_guard.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "base/utf8.h"

namespace portreeve::saml {
namespace {

constexpr size_t kMaxDeclarationBytes = 128;
constexpr size_t kMaxReferenceBytes = 12;

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// What the declaration says of the encoding is not believed: it must not say anything else.
absl::Status TakeDeclaration(std::string_view& text) {
  if (!text.starts_with("<?xml ")) return absl::OkStatus();
  const size_t end = text.substr(0, kMaxDeclarationBytes).find("?>");
  if (end == text.npos) return base::InvalidArgument("its XML declaration has no end");
  std::string declaration(text.substr(0, end));
  std::transform(declaration.begin(), declaration.end(), declaration.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (declaration.find("encoding") != std::string::npos &&
      declaration.find("utf-8") == std::string::npos) {
    return base::InvalidArgument("it is in another encoding than UTF-8");
  }
  text.remove_prefix(end + 2);
  return absl::OkStatus();
}

// `text` begins with '&'.
absl::Status TakeReference(std::string_view& text) {
  for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}) {
    if (TakePrefix(text, known)) return absl::OkStatus();
  }
  const size_t end = text.substr(0, kMaxReferenceBytes).find(';');
  if (!text.starts_with("&#") || end == text.npos) {
    return base::InvalidArgument("it has an entity that is not one of XML's own");
  }
  text.remove_prefix(end + 1);
  return absl::OkStatus();
}

// `text` begins with "<!" or "<?".
absl::Status TakeSpecial(std::string_view& text, const XmlLimits& limits) {
  if (text.starts_with("<!--")) {
    if (!limits.comments) return base::InvalidArgument("it has a comment");
    const size_t end = text.find("-->", 4);
    if (end == text.npos) return base::InvalidArgument("it has a comment without an end");
    text.remove_prefix(end + 3);
    return absl::OkStatus();
  }
  if (text.starts_with("<?")) return base::InvalidArgument("it has a processing instruction");
  if (text.starts_with("<![CDATA[")) return base::InvalidArgument("it has a CDATA section");
  return base::InvalidArgument("it has a document type declaration");
}

class Guard {
 public:
  explicit Guard(const XmlLimits& limits) : limits_(limits) {}

  // `text` begins with '<' and with nothing special.
  absl::Status TakeTag(std::string_view& text) {
    const bool closes = text.starts_with("</");
    size_t attributes = 0;
    text.remove_prefix(1);
    bool empty = false;
    for (; !text.empty() && text[0] != '>'; text.remove_prefix(1)) {
      if (text[0] == '<') return base::InvalidArgument("it is not well-formed XML");
      empty = text[0] == '/';
      if (text[0] != '"' && text[0] != '\'') continue;
      if (++attributes > kMaxXmlAttributes) {
        return base::InvalidArgument("it has an element with more than 32 attributes");
      }
      RETURN_IF_ERROR(ToClosingQuote(text));
    }
    if (text.empty()) return base::InvalidArgument("it ends within a tag");
    text.remove_prefix(1);
    return Count(closes, empty);
  }

 private:
  // From the opening to the closing quote.
  static absl::Status ToClosingQuote(std::string_view& text) {
    const char quote = text[0];
    text.remove_prefix(1);
    while (!text.empty() && text[0] != quote) {
      if (text[0] == '<') return base::InvalidArgument("it is not well-formed XML");
      if (text[0] == '&') {
        RETURN_IF_ERROR(TakeReference(text));
      } else {
        text.remove_prefix(1);
      }
    }
    return text.empty() ? base::InvalidArgument("it ends within a tag") : absl::OkStatus();
  }

  absl::Status Count(bool closes, bool empty) {
    if (closes) {
      if (depth_ == 0) return base::InvalidArgument("it is not well-formed XML");
      --depth_;
      return absl::OkStatus();
    }
    if (++elements_ > limits_.elements) {
      return base::InvalidArgument("it has more than " + std::to_string(limits_.elements) +
                                   " elements");
    }
    if (depth_ + 1 > limits_.depth) {
      return base::InvalidArgument("its elements nest deeper than " +
                                   std::to_string(limits_.depth));
    }
    if (!empty) ++depth_;
    return absl::OkStatus();
  }

  const XmlLimits& limits_;
  size_t elements_ = 0;
  size_t depth_ = 0;
};

}  // namespace

absl::Status CheckXmlText(std::string_view text, const XmlLimits& limits) {
  if (text.size() > limits.bytes) {
    return base::InvalidArgument("it is longer than " + std::to_string(limits.bytes / 1024) +
                                 " KiB");
  }
  if (!base::IsUtf8(text)) return base::InvalidArgument("it is not UTF-8");
  RETURN_IF_ERROR(TakeDeclaration(text));
  Guard guard(limits);
  for (size_t at = text.find_first_of("<&"); at != text.npos; at = text.find_first_of("<&")) {
    text.remove_prefix(at);
    if (text[0] == '&') {
      RETURN_IF_ERROR(TakeReference(text));
    } else if (text.starts_with("<!") || text.starts_with("<?")) {
      RETURN_IF_ERROR(TakeSpecial(text, limits));
    } else {
      RETURN_IF_ERROR(guard.TakeTag(text));
    }
  }
  return absl::OkStatus();
}

}  // namespace portreeve::saml
