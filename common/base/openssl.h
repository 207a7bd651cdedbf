// Owners for OpenSSL's objects, and its error queue as text. Its one rule: nothing stays in the
// thread's queue behind us, or the next call would report our failure as its own.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::base {

template <auto kFree>
struct OpenSslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpenSslFree<BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpenSslFree<BN_clear_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, OpenSslFree<EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpenSslFree<EVP_MD_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, OpenSslFree<X509_free>>;
using X509ReqPtr = std::unique_ptr<X509_REQ, OpenSslFree<X509_REQ_free>>;

// The reasons that stand in this thread's queue, oldest first; leaves the queue empty.
std::string TakeOpenSslErrors();

// kInvalidArgument "message: reasons"; leaves the queue empty.
absl::Status OpenSslStatus(std::string_view message);

// A read-only view: `text` must outlive it.
BioPtr OpenSslReader(std::string_view text);

}  // namespace portreeve::base
