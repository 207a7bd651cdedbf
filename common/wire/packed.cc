#include "wire/packed.h"

namespace portreeve::wire {
namespace {

constexpr uint32_t kNull = 0xffffffff;

}  // namespace

absl::Status Reader::Malformed(std::string_view message, std::string_view problem) {
  std::string text = "malformed ";
  text += message;
  text += ": ";
  text += problem;
  return base::InvalidArgument(text);
}

FormatCodes ReadFormatCodes(Reader& reader) {
  const FormatCodes codes = FormatCodes::Read(reader);
  bool known = true;
  for (size_t i = 0; i < codes.size(); ++i) known &= codes[i] <= kBinaryFormat;
  reader.Require(known, "a format code is neither 0 nor 1");
  return codes;
}

std::optional<std::string_view> Values::Iterator::operator*() const {
  Reader reader(rest_);
  const uint32_t length = reader.Uint32();
  if (length == kNull) return std::nullopt;
  return reader.Bytes(length);
}

Values::Iterator& Values::Iterator::operator++() {
  Reader reader(rest_);
  const uint32_t length = reader.Uint32();
  if (length != kNull) reader.Bytes(length);
  rest_ = reader.rest();
  --left_;
  return *this;
}

Values Values::Read(Reader& reader) {
  const uint16_t count = reader.Uint16();
  const std::string_view all = reader.rest();
  for (uint16_t i = 0; i < count && reader.ok(); ++i) {
    const uint32_t length = reader.Uint32();
    // Other negative lengths are larger than any body.
    if (length != kNull) reader.Bytes(length);
  }
  if (!reader.ok()) return {};
  return Values(count, all.substr(0, all.size() - reader.rest().size()));
}

void Values::Write(Writer& writer) const {
  writer.Int16(count_);
  writer.Bytes(packed_);
}

std::string Values::Pack(std::span<const std::optional<std::string_view>> values) {
  std::string packed;
  for (const auto& value : values) {
    const uint32_t length = value ? static_cast<uint32_t>(value->size()) : kNull;
    for (int shift = 24; shift >= 0; shift -= 8) packed += static_cast<char>(length >> shift);
    if (value) packed += *value;
  }
  return packed;
}

}  // namespace portreeve::wire
