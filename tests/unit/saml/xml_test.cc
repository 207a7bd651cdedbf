#include "saml/xml.h"

#include "texts.h"

namespace portreeve::saml {
namespace {

Document Parsed(std::string_view text) {
  auto document = Document::Parse(text, {});
  INFO(document.status());
  REQUIRE(document.ok());
  return *std::move(document);
}

std::string Reason(std::string_view text) {
  return std::string(base::FromAbsl(Document::Parse(text, {}).status().message()));
}

TEST_CASE("elements are found by namespace, never by prefix") {
  const Document document = Parsed("<x:a xmlns:x='urn:1'><b xmlns='urn:1'>v</b><x:b/><b/></x:a>");
  const Element root = document.root();
  CHECK(root.Is("urn:1", "a"));
  CHECK(root.Children().size() == 3);
  CHECK(root.Children("urn:1", "b").size() == 2);
  CHECK(root.Child("urn:1", "b").status().message() == "it has more than one b");
  CHECK(root.Child("", "b").ok());
  CHECK(root.Child("urn:2", "b").status().message() == "it has no b");
  CHECK(document.Elements().size() == 4);
}

TEST_CASE("a value is text alone, with references resolved and white space kept") {
  const Document document =
      Parsed("<a c='1 &amp; &#50;'><b> x&amp;&#121; </b><d>x<e/>y</d><f/></a>");
  const auto children = document.root().Children();
  CHECK(*children[0].Text() == " x&y ");
  CHECK(children[1].Text().status().message() == "its d is not plain text");
  CHECK(*children[2].Text() == "");
  CHECK(document.root().Attribute("c") == "1 & 2");
  CHECK(document.root().AttributeOr("d", "none") == "none");
}

TEST_CASE("an attribute of a namespace is not the one without") {
  CHECK_FALSE(Parsed("<a xmlns:x='urn:1' x:c='1'/>").root().Attribute("c"));
}

TEST_CASE("what is not well-formed is refused") {
  for (const char* text : {"", "a", "<a>", "<a></b>", "<a/><b/>", "<a b='1' b='2'/>", "<x:a/>",
                           "<a x:b='1'/>", "<a>&#0;</a>", "<a>&#xd800;</a>", "<a b=1/>"}) {
    INFO(text);
    CHECK(Reason(text) != "");
  }
}

TEST_CASE("IDs are unique, however they are spelt, and XML's own kind of ID is refused") {
  CHECK(Reason("<a ID='1'><b ID='2'/></a>") == "");
  CHECK(Reason("<a ID='1'><b ID='1'/></a>") == "it has two elements with one ID");
  CHECK(Reason("<a ID='1'><b Id='1'/></a>") == "it has two elements with one ID");
  CHECK(Reason("<a id='1' xmlns:x='urn:1'><b x:Id='1'/></a>") == "it has two elements with one ID");
  CHECK(Reason("<a xml:id='b'/>") == "it has an attribute xml:id, xml:base or xml:space");
  CHECK(Reason("<a xml:base='b'/>") == "it has an attribute xml:id, xml:base or xml:space");
  CHECK(Reason("<a xml:lang='de'/>") == "");
}

TEST_CASE("a byte order mark is passed over") { CHECK(Reason("\xef\xbb\xbf<a/>") == ""); }

TEST_CASE("escaped text comes back as it was") {
  const std::string text = "a<b>&\"c'";
  const Document document = Parsed("<a b=\"" + EscapeXml(text) + "\">" + EscapeXml(text) + "</a>");
  CHECK(*document.root().Text() == text);
  CHECK(document.root().Attribute("b") == text);
}

}  // namespace
}  // namespace portreeve::saml
