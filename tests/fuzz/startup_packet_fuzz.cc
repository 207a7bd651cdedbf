#include <cstdint>
#include <string>

#include "base/check.h"
#include "wire/startup.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portreeve::wire;
  const std::string packet(reinterpret_cast<const char*>(data), size);
  const auto length = ReadStartupLength(packet);
  if (!length || !CheckStartupLength(*length).ok() || packet.size() != *length) return 0;
  const auto decoded = DecodeStartupPacket(std::string_view(packet).substr(4));
  if (!decoded.ok()) return 0;
  std::string again;
  std::visit([&](const auto& alternative) { alternative.Encode(again); }, *decoded);
  PORTREEVE_CHECK(again == packet);
  return 0;
}
