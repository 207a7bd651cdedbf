// What every fuzz target of messages asks: whatever is accepted is written again to the byte.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "wire/framing.h"
#include "wire/trace.h"

namespace portreeve::wire {

// Takes `bytes` as messages one after the other, up to the first that is refused.
template <typename Decode>
void RequireCanonical(Side side, std::string_view bytes, Decode decode) {
  while (const auto header = ReadHeader(bytes)) {
    const bool known =
        (side == Side::kFrontend ? CheckFrontend(*header) : CheckBackend(*header)).ok();
    if (!known || bytes.size() < header->message_bytes()) return;
    const std::string message(bytes.substr(0, header->message_bytes()));
    bytes.remove_prefix(message.size());
    const auto decoded = decode(header->type, std::string_view(message).substr(kHeaderBytes));
    if (!decoded.ok()) return;
    std::string again;
    std::visit([&](const auto& alternative) { alternative.Encode(again); }, *decoded);
    PORTREEVE_CHECK(again == message);

    std::string text;
    PORTREEVE_CHECK(AppendTrace(side, message, text).ok());
    const auto traced = ParseTrace(text);
    PORTREEVE_CHECK(traced.ok() && traced->size() == 1 && traced->front().bytes == message);
  }
}

}  // namespace portreeve::wire
