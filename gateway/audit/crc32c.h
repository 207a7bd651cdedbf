// CRC-32C (Castagnoli; RFC 3720 appendix B.4): the checksum of the journal's records.
#pragma once

#include <cstdint>
#include <string_view>

namespace portreeve::audit {

// The checksum of the bytes that gave `crc`, followed by `bytes`. Begin with 0.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

}  // namespace portreeve::audit
