#include "base/openssl.h"

#include <openssl/err.h>

namespace portreeve::base {

std::string TakeOpenSslErrors() {
  std::string text;
  while (const unsigned long error = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(error);
    if (!text.empty()) text += "; ";
    text += reason != nullptr ? std::string(reason) : "error " + std::to_string(error);
  }
  return text;
}

absl::Status OpenSslStatus(std::string_view message) {
  std::string text(message);
  const std::string reasons = TakeOpenSslErrors();
  if (!reasons.empty()) text += ": " + reasons;
  return InvalidArgument(text);
}

BioPtr OpenSslReader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace portreeve::base
