#include "saml/sign.h"

#include <libxml/tree.h>

#include <memory>
#include <optional>

#include "base/openssl.h"
#include "saml/names.h"
#include "saml/signature.h"
#include "saml/xml.h"
#include "saml/xmlsec.h"

namespace portreeve::saml {
namespace {

struct FreeText {
  void operator()(xmlChar* text) const { xmlFree(text); }
};

std::string Empty(std::string_view name, std::string_view algorithm) {
  return "<ds:" + std::string(name) + " Algorithm=\"" + std::string(algorithm) + "\"/>";
}

}  // namespace

absl::StatusOr<std::string> SignBytes(std::string_view bytes, EVP_PKEY* key) {
  const base::MdCtxPtr context(EVP_MD_CTX_new());
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t size = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, in, bytes.size()) != 1) {
    return base::OpenSslStatus("the request cannot be signed");
  }
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), out, &size, in, bytes.size()) != 1) {
    return base::OpenSslStatus("the request cannot be signed");
  }
  signature.resize(size);
  return signature;
}

std::string SignatureTemplate(std::string_view id) {
  return "<ds:Signature xmlns:ds=\"" + std::string(kSignatureNs) + "\"><ds:SignedInfo>" +
         Empty("CanonicalizationMethod", kExclusiveC14n) + Empty("SignatureMethod", kRsaSha256) +
         "<ds:Reference URI=\"#" + std::string(id) + "\"><ds:Transforms>" +
         Empty("Transform", kEnveloped) + Empty("Transform", kExclusiveC14n) + "</ds:Transforms>" +
         Empty("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256") +
         "<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>";
}

absl::StatusOr<std::string> SignXml(std::string_view xml, EVP_PKEY* key) {
  ASSIGN_OR_RETURN(Document document, Document::Parse(xml, {}));
  ASSIGN_OR_RETURN(const auto signature, FindSignature(document.root()));
  if (!signature) return base::InvalidArgument("there is no place for a signature");
  RETURN_IF_ERROR(document.RegisterId(document.root()));
  ASSIGN_OR_RETURN(const SignatureContextPtr context, MakeSignatureContext(key));
  const int result = xmlSecDSigCtxSign(context.get(), signature->node());
  base::TakeOpenSslErrors();
  if (result != 0 || context->status != xmlSecDSigStatusSucceeded) {
    return base::Internal("the request cannot be signed");
  }
  xmlChar* text = nullptr;
  int size = 0;
  xmlDocDumpMemoryEnc(document.get(), &text, &size, "UTF-8");
  const std::unique_ptr<xmlChar, FreeText> owned(text);
  if (text == nullptr) return base::Internal("the signed request cannot be written");
  return std::string(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
}

}  // namespace portreeve::saml
