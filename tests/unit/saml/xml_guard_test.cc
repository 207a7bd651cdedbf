#include "saml/xml_guard.h"

#include "texts.h"

namespace portreeve::saml {
namespace {

std::string Reason(std::string_view text, const XmlLimits& limits = {}) {
  return std::string(base::FromAbsl(CheckXmlText(text, limits).message()));
}

TEST_CASE("plain XML passes, with a declaration, character references and XML's own entities") {
  CHECK(Reason("<a/>") == "");
  CHECK(Reason("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b='1>2'>x &amp; &#x41;&#65;</a>") ==
        "");
  CHECK(Reason("<?xml version='1.0' encoding='utf-8' standalone='yes'?><a/>") == "");
  CHECK(Reason("<a b=\"&lt;&gt;&quot;&apos;\"><c/>\xc3\xa9</a>") == "");
}

TEST_CASE("what a parser would fetch, expand or run is refused before it") {
  CHECK(Reason("<!DOCTYPE a><a/>") == "it has a document type declaration");
  CHECK(Reason("<a><!ENTITY b 'c'></a>") == "it has a document type declaration");
  CHECK(Reason("<a><![CDATA[x]]></a>") == "it has a CDATA section");
  CHECK(Reason("<a><!--x--></a>") == "it has a comment");
  CHECK(Reason("<a><?php x?></a>") == "it has a processing instruction");
  CHECK(Reason("<a/><?xml-stylesheet href='http://x'?>") == "it has a processing instruction");
  CHECK(Reason(" <?xml version='1.0'?><a/>") == "it has a processing instruction");
  for (const char* text : {"<a>&b;</a>", "<a b='&c;'/>", "<a>&</a>", "<a>&#65</a>", "<a>&Amp;</a>",
                           "<a>&#00000000000065;</a>"}) {
    INFO(text);
    CHECK(Reason(text) == "it has an entity that is not one of XML's own");
  }
}

TEST_CASE("comments pass only where they are allowed") {
  const XmlLimits limits = {.comments = true};
  CHECK(Reason("<!-- <!DOCTYPE b> &c; --><a/>", limits) == "");
  CHECK(Reason("<!-- <a/>", limits) == "it has a comment without an end");
  CHECK(Reason("<!--><a/>", limits) == "it has a comment without an end");
}

TEST_CASE("only UTF-8 is read, whatever the declaration says") {
  CHECK(Reason("<?xml version='1.0' encoding='UTF-16'?><a/>") ==
        "it is in another encoding than UTF-8");
  CHECK(Reason("<?xml version='1.0' encoding='ISO-8859-1'?><a/>") ==
        "it is in another encoding than UTF-8");
  CHECK(Reason("<a>\xff</a>") == "it is not UTF-8");
  CHECK(Reason(std::string("\xff\xfe<\0a\0/\0>\0", 10)) == "it is not UTF-8");
  CHECK(Reason("<?xml version='1.0'" + std::string(200, ' ') + "?><a/>") ==
        "its XML declaration has no end");
}

TEST_CASE("length, elements, depth and attributes are bounded, and the bounds themselves pass") {
  const XmlLimits limits;
  const std::string frame = "<a></a>";
  CHECK(Reason("<a>" + std::string(limits.bytes - frame.size(), 'x') + "</a>") == "");
  CHECK(Reason("<a>" + std::string(limits.bytes - frame.size() + 1, 'x') + "</a>") ==
        "it is longer than 128 KiB");
  CHECK(Reason("<a>" + Repeated("<b/>", limits.elements - 1) + "</a>") == "");
  CHECK(Reason("<a>" + Repeated("<b/>", limits.elements) + "</a>") ==
        "it has more than 4096 elements");
  CHECK(Reason(Repeated("<a>", limits.depth) + Repeated("</a>", limits.depth)) == "");
  CHECK(Reason(Repeated("<a>", limits.depth + 1) + Repeated("</a>", limits.depth + 1)) ==
        "its elements nest deeper than 32");
  CHECK(Reason(Repeated("<a>", limits.depth) + "<b/>" + Repeated("</a>", limits.depth)) ==
        "its elements nest deeper than 32");
  CHECK(Reason("<a" + Repeated(" b='1'", kMaxXmlAttributes) + "/>") == "");
  CHECK(Reason("<a" + Repeated(" b='1'", kMaxXmlAttributes + 1) + "/>") ==
        "it has an element with more than 32 attributes");
}

TEST_CASE("tags that do not end are refused") {
  for (const char* text : {"<a", "<a b='", "<a b='>", "<"}) {
    INFO(text);
    CHECK(Reason(text) == "it ends within a tag");
  }
  for (const char* text : {"<a <b>", "<a b='<'/>", "</a>", "<a/></a>"}) {
    INFO(text);
    CHECK(Reason(text) == "it is not well-formed XML");
  }
}

}  // namespace
}  // namespace portreeve::saml
