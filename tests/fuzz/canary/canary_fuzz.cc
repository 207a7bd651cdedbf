// A fuzz target with a planted fault that only a sanitizer sees. Where it passes, fuzzing is blind.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4 || std::memcmp(data, "bird", 4) != 0) return 0;
  const std::vector<uint8_t> body(data, data + size);
  volatile uint8_t beyond = body.data()[body.size()];
  static_cast<void>(beyond);
  return 0;
}
