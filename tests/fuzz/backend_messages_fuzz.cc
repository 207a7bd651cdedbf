#include <cstdint>

#include "canonical.h"
#include "wire/backend.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portreeve::wire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequireCanonical(Side::kBackend, bytes, DecodeBackend);
  (void)ParseTrace(bytes).ok();
  return 0;
}
