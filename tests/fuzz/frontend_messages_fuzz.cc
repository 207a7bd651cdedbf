#include <cstdint>

#include "canonical.h"
#include "wire/frontend.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portreeve::wire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequireCanonical(Side::kFrontend, bytes, DecodeFrontend);
  // The messages that share a tag: these are not chosen by it.
  (void)PasswordMessage::Decode(bytes).ok();
  (void)SaslInitialResponse::Decode(bytes).ok();
  return 0;
}
