#include "saml/xmlsec.h"

#include <libxml/parser.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>

namespace portreeve::saml {
namespace {

// Both libraries keep tables of their own for the whole process, and want them made once.
bool Begin() {
  xmlInitParser();
  xmlSecErrorsSetCallback(nullptr);
  if (xmlSecInit() != 0 || xmlSecOpenSSLInit() != 0) return false;
  // Without these there is no way to a file or an address.
  xmlSecIOCleanupCallbacks();
  return true;
}

absl::StatusOr<XmlSecKeyPtr> MakeKey(EVP_PKEY* shared) {
  EVP_PKEY_up_ref(shared);
  xmlSecKeyDataPtr data = xmlSecOpenSSLEvpKeyAdopt(shared);
  if (data == nullptr) {
    EVP_PKEY_free(shared);
    return base::Internal("the library for signatures does not take the key");
  }
  XmlSecKeyPtr key(xmlSecKeyCreate());
  if (key == nullptr || xmlSecKeySetValue(key.get(), data) != 0) {
    xmlSecKeyDataDestroy(data);
    return base::Internal("the library for signatures does not take the key");
  }
  return key;
}

}  // namespace

absl::StatusOr<SignatureContextPtr> MakeSignatureContext(EVP_PKEY* key) {
  static const bool begun = Begin();
  if (!begun) return base::Internal("the library for signatures does not begin");
  ASSIGN_OR_RETURN(XmlSecKeyPtr made, MakeKey(key));
  SignatureContextPtr context(xmlSecDSigCtxCreate(nullptr));
  if (context == nullptr) return base::Internal("the library for signatures gives no context");
  // With a key of its own, the context never reads KeyInfo.
  context->signKey = made.release();
  context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  return context;
}

}  // namespace portreeve::saml
