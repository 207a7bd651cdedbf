#include "audit/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace portreeve::audit {
namespace {

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0x82f63b78u : 0);
    table[i] = value;
  }
  return table;
}

uint32_t ByTable(uint32_t state, std::string_view bytes) {
  static constexpr auto kTable = MakeTable();
  for (const char byte : bytes) {
    state = state >> 8 ^ kTable[(state ^ static_cast<uint8_t>(byte)) & 0xff];
  }
  return state;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ByInstruction(uint32_t state, std::string_view bytes) {
  uint64_t wide = state;
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide = __builtin_ia32_crc32di(wide, word);
    bytes.remove_prefix(sizeof word);
  }
  state = static_cast<uint32_t>(wide);
  for (const char byte : bytes) {
    state = __builtin_ia32_crc32qi(state, static_cast<unsigned char>(byte));
  }
  return state;
}
#endif

}  // namespace

uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return ~ByInstruction(~crc, bytes);
#endif
  return ~ByTable(~crc, bytes);
}

}  // namespace portreeve::audit
