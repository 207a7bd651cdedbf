// Rows as DataRow messages have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::mask {

using Row = std::vector<std::optional<std::string_view>>;

inline std::string BodyOf(const Row& row) {
  const std::string packed = wire::Values::Pack(row);
  std::string message;
  wire::DataRow{wire::Values(static_cast<uint16_t>(row.size()), packed)}.Encode(message);
  return message.substr(wire::kHeaderBytes);
}

}  // namespace portreeve::mask
