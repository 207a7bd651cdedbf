// Owners for xmlsec's objects, and its beginning. Its one rule: it may look nothing up by itself,
// neither keys nor files nor addresses.
#pragma once

#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
// After the first: it says what the library was built with.
#include <xmlsec/keys.h>
#include <xmlsec/xmldsig.h>

#include <memory>

#include "base/status.h"

namespace portreeve::saml {

struct FreeXmlSec {
  void operator()(xmlSecDSigCtx* context) const { xmlSecDSigCtxDestroy(context); }
  void operator()(xmlSecKey* key) const { xmlSecKeyDestroy(key); }
};

using SignatureContextPtr = std::unique_ptr<xmlSecDSigCtx, FreeXmlSec>;
using XmlSecKeyPtr = std::unique_ptr<xmlSecKey, FreeXmlSec>;

// For one signature with `key`, which is shared. Begins the library when it is first called.
absl::StatusOr<SignatureContextPtr> MakeSignatureContext(EVP_PKEY* key);

}  // namespace portreeve::saml
