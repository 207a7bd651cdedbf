#include "saml/xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <libxml/xmlerror.h>

#include <set>
#include <utility>

#include "saml/names.h"

namespace portreeve::saml {
namespace {

struct FreeContext {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};
struct FreeString {
  void operator()(xmlChar* text) const { xmlFree(text); }
};

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

const xmlChar* Chars(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

void SayNothing(void*, const char*, ...) {}

bool IsIdName(std::string_view name) {
  return name.size() == 2 && (name[0] == 'I' || name[0] == 'i') &&
         (name[1] == 'D' || name[1] == 'd');
}

absl::Status CheckAttributes(const xmlNode* node, std::set<std::string>& ids) {
  for (const xmlAttr* attribute = node->properties; attribute != nullptr;
       attribute = attribute->next) {
    const std::string_view name = View(attribute->name);
    if (attribute->ns != nullptr && View(attribute->ns->href) == kXmlNs && name != "lang") {
      return base::InvalidArgument("it has an attribute xml:id, xml:base or xml:space");
    }
    for (const xmlNode* part = attribute->children; part != nullptr; part = part->next) {
      if (part->type != XML_TEXT_NODE) {
        return base::InvalidArgument("it has an attribute that is not plain text");
      }
    }
    if (!IsIdName(name)) continue;
    const std::string value(attribute->children == nullptr ? std::string_view()
                                                           : View(attribute->children->content));
    if (!ids.insert(value).second) return base::InvalidArgument("it has two elements with one ID");
  }
  return absl::OkStatus();
}

// The node after `node` in document order; null behind the last.
xmlNode* Next(xmlNode* node, const xmlNode* root) {
  if (node->type == XML_ELEMENT_NODE && node->children != nullptr) return node->children;
  while (node != root && node->next == nullptr) node = node->parent;
  return node == root ? nullptr : node->next;
}

absl::Status CheckTree(xmlNode* root, bool comments) {
  std::set<std::string> ids;
  for (xmlNode* node = root; node != nullptr; node = Next(node, root)) {
    if (node->type == XML_ELEMENT_NODE) {
      RETURN_IF_ERROR(CheckAttributes(node, ids));
    } else if (node->type != XML_TEXT_NODE && !(comments && node->type == XML_COMMENT_NODE)) {
      return base::InvalidArgument("it holds something else than elements and text");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view Element::name() const { return View(node_->name); }

std::string_view Element::ns() const {
  return node_->ns == nullptr ? std::string_view() : View(node_->ns->href);
}

std::optional<std::string> Element::Attribute(const char* named) const {
  const std::unique_ptr<xmlChar, FreeString> value(xmlGetNoNsProp(node_, Chars(named)));
  if (value == nullptr) return std::nullopt;
  return std::string(View(value.get()));
}

std::string Element::AttributeOr(const char* named, std::string_view otherwise) const {
  auto value = Attribute(named);
  return value ? *std::move(value) : std::string(otherwise);
}

std::vector<Element> Element::Children() const {
  std::vector<Element> children;
  for (xmlNode* child = node_->children; child != nullptr; child = child->next) {
    if (child->type == XML_ELEMENT_NODE) children.emplace_back(child);
  }
  return children;
}

std::vector<Element> Element::Children(std::string_view of_ns, std::string_view named) const {
  std::vector<Element> children;
  for (const Element& child : Children()) {
    if (child.Is(of_ns, named)) children.push_back(child);
  }
  return children;
}

absl::StatusOr<Element> Element::Child(std::string_view of_ns, std::string_view named) const {
  ASSIGN_OR_RETURN(const auto child, OptionalChild(of_ns, named));
  if (!child) return base::InvalidArgument("it has no " + std::string(named));
  return *child;
}

absl::StatusOr<std::optional<Element>> Element::OptionalChild(std::string_view of_ns,
                                                              std::string_view named) const {
  const auto children = Children(of_ns, named);
  if (children.size() > 1) {
    return base::InvalidArgument("it has more than one " + std::string(named));
  }
  return children.empty() ? std::optional<Element>() : children[0];
}

absl::StatusOr<std::string> Element::Text() const {
  std::string text;
  for (const xmlNode* child = node_->children; child != nullptr; child = child->next) {
    if (child->type != XML_TEXT_NODE) {
      return base::InvalidArgument("its " + std::string(name()) + " is not plain text");
    }
    text += View(child->content);
  }
  return text;
}

void Document::Free::operator()(_xmlDoc* doc) const { xmlFreeDoc(doc); }

absl::StatusOr<Document> Document::Parse(std::string_view text, const XmlLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  RETURN_IF_ERROR(CheckXmlText(text, limits));
  // Per thread; else the library would write to standard error.
  xmlSetGenericErrorFunc(nullptr, SayNothing);
  const std::unique_ptr<xmlParserCtxt, FreeContext> context(xmlNewParserCtxt());
  if (context == nullptr) return base::ResourceExhausted("there is no memory to parse it");
  Document document(xmlCtxtReadMemory(context.get(), text.data(), static_cast<int>(text.size()),
                                      nullptr, "UTF-8",
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (document.get() == nullptr || context->wellFormed != 1 || context->nsWellFormed != 1 ||
      xmlDocGetRootElement(document.get()) == nullptr) {
    return base::InvalidArgument("it is not well-formed XML");
  }
  if (document.get()->intSubset != nullptr || document.get()->extSubset != nullptr) {
    return base::InvalidArgument("it has a document type declaration");
  }
  RETURN_IF_ERROR(CheckTree(document.root().node(), limits.comments));
  return document;
}

Element Document::root() const { return Element(xmlDocGetRootElement(doc_.get())); }

std::vector<Element> Document::Elements() const {
  std::vector<Element> elements;
  xmlNode* const root_node = root().node();
  for (xmlNode* node = root_node; node != nullptr; node = Next(node, root_node)) {
    if (node->type == XML_ELEMENT_NODE) elements.emplace_back(node);
  }
  return elements;
}

absl::Status Document::RegisterId(const Element& element) {
  xmlAttr* attribute = xmlHasNsProp(element.node(), Chars("ID"), nullptr);
  const auto id = element.Attribute("ID");
  if (attribute == nullptr || !id ||
      xmlAddID(nullptr, doc_.get(), Chars(id->c_str()), attribute) == nullptr) {
    return base::InvalidArgument("its " + std::string(element.name()) + " has no usable ID");
  }
  return absl::OkStatus();
}

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    switch (character) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

}  // namespace portreeve::saml
