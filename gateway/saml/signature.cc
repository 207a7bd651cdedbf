#include "saml/signature.h"

#include <xmlsec/openssl/crypto.h>
#include <xmlsec/transforms.h>

#include <algorithm>
#include <initializer_list>

#include "base/digits.h"
#include "saml/names.h"
#include "saml/xmlsec.h"

namespace portreeve::saml {
namespace {

constexpr size_t kMaxIdBytes = 128;

struct Method {
  std::string_view uri;
  KeyFamily family;
  xmlSecTransformId (*transform)();
};

constexpr Method kMethods[] = {
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", KeyFamily::kRsa,
     xmlSecOpenSSLTransformRsaSha256GetKlass},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", KeyFamily::kRsa,
     xmlSecOpenSSLTransformRsaSha384GetKlass},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", KeyFamily::kRsa,
     xmlSecOpenSSLTransformRsaSha512GetKlass},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", KeyFamily::kEc,
     xmlSecOpenSSLTransformEcdsaSha256GetKlass},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", KeyFamily::kEc,
     xmlSecOpenSSLTransformEcdsaSha384GetKlass},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", KeyFamily::kEc,
     xmlSecOpenSSLTransformEcdsaSha512GetKlass},
};

constexpr std::string_view kDigests[] = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
};

// An ID that can stand in a reference without a second meaning.
bool IsId(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && text.size() <= kMaxIdBytes && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || base::IsDigit(c) || c == '-' || c == '.';
         });
}

// Exactly these children, in this order.
absl::StatusOr<std::vector<Element>> Parts(const Element& element,
                                           std::initializer_list<std::string_view> names) {
  std::vector<Element> children = element.Children();
  const auto fits = [](const Element& child, std::string_view name) {
    return child.Is(kSignatureNs, name);
  };
  if (!std::equal(children.begin(), children.end(), names.begin(), names.end(), fits)) {
    return base::InvalidArgument("its " + std::string(element.name()) +
                                 " is not made of the parts that are allowed");
  }
  return children;
}

std::string Algorithm(const Element& element) { return element.AttributeOr("Algorithm", ""); }

// Exclusive canonicalization may name prefixes to keep; that leaves nothing of the element out.
absl::Status CheckCanonicalization(const Element& element) {
  if (Algorithm(element) != kExclusiveC14n) {
    return base::InvalidArgument("it is in another canonical form than the exclusive one");
  }
  const auto children = element.Children();
  if (children.empty() ||
      (children.size() == 1 && children[0].Is(kExclusiveC14n, "InclusiveNamespaces"))) {
    return absl::OkStatus();
  }
  return base::InvalidArgument("its canonical form has parameters that are not allowed");
}

absl::Status CheckReference(const Element& reference, const std::string& id) {
  if (reference.Attribute("URI") != "#" + id) {
    return base::InvalidArgument("it refers to another element than the one it stands in");
  }
  ASSIGN_OR_RETURN(const auto parts,
                   Parts(reference, {"Transforms", "DigestMethod", "DigestValue"}));
  const auto transforms = parts[0].Children();
  if (transforms.size() != 2 || !transforms[0].Is(kSignatureNs, "Transform") ||
      !transforms[1].Is(kSignatureNs, "Transform") || Algorithm(transforms[0]) != kEnveloped ||
      !transforms[0].Children().empty()) {
    return base::InvalidArgument(
        "its transforms are not the enveloped signature and the exclusive canonical form");
  }
  RETURN_IF_ERROR(CheckCanonicalization(transforms[1]));
  if (std::find(std::begin(kDigests), std::end(kDigests), Algorithm(parts[1])) ==
          std::end(kDigests) ||
      !parts[1].Children().empty()) {
    return base::InvalidArgument("its digest is not SHA-256, SHA-384 or SHA-512");
  }
  return parts[2].Text().status();
}

absl::StatusOr<const Method*> CheckShape(const Element& signature, const std::string& id) {
  const bool key_info = signature.Children().size() == 3;
  const auto parts = key_info ? Parts(signature, {"SignedInfo", "SignatureValue", "KeyInfo"})
                              : Parts(signature, {"SignedInfo", "SignatureValue"});
  RETURN_IF_ERROR(parts.status());
  RETURN_IF_ERROR((*parts)[1].Text().status());
  const Element& info = (*parts)[0];
  if (info.Children(kSignatureNs, "Reference").size() != 1) {
    return base::InvalidArgument("it has not exactly one reference");
  }
  ASSIGN_OR_RETURN(const auto signed_parts,
                   Parts(info, {"CanonicalizationMethod", "SignatureMethod", "Reference"}));
  RETURN_IF_ERROR(CheckCanonicalization(signed_parts[0]));
  const std::string uri = Algorithm(signed_parts[1]);
  const auto* method = std::find_if(std::begin(kMethods), std::end(kMethods),
                                    [&](const Method& known) { return known.uri == uri; });
  if (method == std::end(kMethods) || !signed_parts[1].Children().empty()) {
    return base::InvalidArgument("its algorithm is not RSA or ECDSA with SHA-256 or better");
  }
  RETURN_IF_ERROR(CheckReference(signed_parts[2], id));
  return method;
}

absl::Status Restrict(xmlSecDSigCtx* context, const Method& method) {
  bool well = true;
  for (const xmlSecTransformId id : {xmlSecTransformExclC14NId, method.transform()}) {
    well = well && xmlSecDSigCtxEnableSignatureTransform(context, id) == 0;
  }
  for (const xmlSecTransformId id :
       {xmlSecTransformEnvelopedId, xmlSecTransformExclC14NId, xmlSecOpenSSLTransformSha256Id,
        xmlSecOpenSSLTransformSha384Id, xmlSecOpenSSLTransformSha512Id}) {
    well = well && xmlSecDSigCtxEnableReferenceTransform(context, id) == 0;
  }
  return well ? absl::OkStatus() : base::Internal("the library for signatures has no memory");
}

// The digested bytes; nothing if the signature is not by this key.
absl::StatusOr<std::optional<std::string>> VerifyWith(const Element& signature,
                                                      const Method& method, EVP_PKEY* key) {
  ASSIGN_OR_RETURN(const SignatureContextPtr context, MakeSignatureContext(key));
  RETURN_IF_ERROR(Restrict(context.get(), method));
  context->flags |=
      XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
  const int result = xmlSecDSigCtxVerify(context.get(), signature.node());
  // It leaves its reasons behind; they would only repeat that the signature is wrong.
  base::TakeOpenSslErrors();
  if (result < 0 || context->status != xmlSecDSigStatusSucceeded) {
    return std::optional<std::string>();
  }
  if (xmlSecPtrListGetSize(&context->signedInfoReferences) != 1) {
    return base::InvalidArgument("it has not exactly one reference");
  }
  auto* const reference = static_cast<xmlSecDSigReferenceCtxPtr>(
      xmlSecPtrListGetItem(&context->signedInfoReferences, 0));
  xmlSecBufferPtr digested = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
  if (digested == nullptr || reference->status != xmlSecDSigStatusSucceeded) {
    return base::Internal("the library for signatures does not say what it digested");
  }
  return std::optional<std::string>(std::string(
      reinterpret_cast<const char*>(xmlSecBufferGetData(digested)), xmlSecBufferGetSize(digested)));
}

}  // namespace

absl::StatusOr<std::optional<Element>> FindSignature(const Element& element) {
  return element.OptionalChild(kSignatureNs, "Signature");
}

absl::StatusOr<std::string> VerifySignature(Document& document, const Element& element,
                                            const Element& signature,
                                            const std::vector<PinnedKey>& keys) {
  const std::string id = element.AttributeOr("ID", "");
  if (!IsId(id)) return base::InvalidArgument("what it stands in has no usable ID");
  ASSIGN_OR_RETURN(const Method* method, CheckShape(signature, id));
  RETURN_IF_ERROR(document.RegisterId(element));
  for (const PinnedKey& key : keys) {
    if (key.family != method->family) continue;
    ASSIGN_OR_RETURN(auto bytes, VerifyWith(signature, *method, key.key.get()));
    if (bytes) return *std::move(bytes);
  }
  return base::InvalidArgument(
      "it is by none of the identity provider's keys, or over other bytes");
}

}  // namespace portreeve::saml
