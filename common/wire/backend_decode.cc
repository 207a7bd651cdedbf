// Which message of the server a type byte stands for.
#include <array>
#include <cstddef>
#include <utility>

#include "wire/backend.h"

namespace portreeve::wire {
namespace {

using Decoder = absl::StatusOr<BackendMessage> (*)(std::string_view body);
using Table = std::array<Decoder, 256>;

template <typename Message>
absl::StatusOr<BackendMessage> DecodeAs(std::string_view body) {
  ASSIGN_OR_RETURN(Message message, Message::Decode(body));
  return BackendMessage(std::in_place_type<Message>, std::move(message));
}

absl::StatusOr<BackendMessage> DecodeUnknown(std::string_view) {
  return base::InvalidArgument("unknown backend message type");
}

// Two messages with one tag would overwrite each other here; the variant's order decides nothing.
template <size_t... kIndex>
constexpr Table MakeTable(std::index_sequence<kIndex...>) {
  Table table{};
  for (auto& entry : table) entry = &DecodeUnknown;
  ((table[static_cast<uint8_t>(std::variant_alternative_t<kIndex, BackendMessage>::kTag)] =
        &DecodeAs<std::variant_alternative_t<kIndex, BackendMessage>>),
   ...);
  return table;
}

constexpr Table kDecoders =
    MakeTable(std::make_index_sequence<std::variant_size_v<BackendMessage>>());

}  // namespace

absl::StatusOr<BackendMessage> DecodeBackend(char type, std::string_view body) {
  return kDecoders[static_cast<uint8_t>(type)](body);
}

}  // namespace portreeve::wire
