// XML as a tree to read from. Its one rule: a text is parsed once, and only after CheckXmlText();
// what a value is made of is text alone, or it is no value.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "saml/xml_guard.h"

struct _xmlDoc;
struct _xmlNode;

namespace portreeve::saml {

// A view into a Document, which must outlive it.
class Element {
 public:
  explicit Element(_xmlNode* node) : node_(node) {}

  std::string_view name() const;
  std::string_view ns() const;  // Empty if it is in none.
  bool Is(std::string_view of_ns, std::string_view named) const {
    return ns() == of_ns && name() == named;
  }

  // Of no namespace.
  std::optional<std::string> Attribute(const char* named) const;
  std::string AttributeOr(const char* named, std::string_view otherwise) const;

  std::vector<Element> Children() const;
  std::vector<Element> Children(std::string_view of_ns, std::string_view named) const;
  // Fails if there is not exactly one.
  absl::StatusOr<Element> Child(std::string_view of_ns, std::string_view named) const;
  // Fails if there is more than one.
  absl::StatusOr<std::optional<Element>> OptionalChild(std::string_view of_ns,
                                                       std::string_view named) const;

  // As it stands, white space included. Fails if there is anything but text in it.
  absl::StatusOr<std::string> Text() const;

  _xmlNode* node() const { return node_; }

 private:
  _xmlNode* node_;
};

class Document {
 public:
  // Messages never quote the text. Refused as well: two elements with one ID, xml:id, xml:base.
  static absl::StatusOr<Document> Parse(std::string_view text, const XmlLimits& limits);

  Element root() const;
  // The root and all below it, in document order.
  std::vector<Element> Elements() const;

  // Makes references to this element's ID resolvable, and to no other.
  absl::Status RegisterId(const Element& element);

  _xmlDoc* get() const { return doc_.get(); }

 private:
  struct Free {
    void operator()(_xmlDoc* doc) const;
  };
  explicit Document(_xmlDoc* doc) : doc_(doc) {}

  std::unique_ptr<_xmlDoc, Free> doc_;
};

// Text for an element or an attribute in double quotes.
std::string EscapeXml(std::string_view text);

}  // namespace portreeve::saml
