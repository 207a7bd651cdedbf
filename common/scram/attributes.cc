#include "scram/attributes.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "scram/binding.h"

namespace portreeve::scram {

Attributes::Attributes(std::string_view message) : rest_(message) {
  ok_ = message.size() <= kMaxMessageBytes && message.find('\0') == std::string_view::npos;
}

char Attributes::next() const {
  const std::string_view text = first_ ? rest_ : rest_.substr(std::min<size_t>(1, rest_.size()));
  return text.empty() ? '\0' : text.front();
}

std::string_view Attributes::Take(char name) {
  std::string_view text = rest_;
  if (!first_ && text.starts_with(',')) {
    text.remove_prefix(1);
  } else if (!first_) {
    ok_ = false;
  }
  if (text.size() < 2 || text[0] != name || text[1] != '=') ok_ = false;
  if (!ok_) return {};
  first_ = false;
  const size_t comma = std::min(text.find(','), text.size());
  rest_ = text.substr(comma);
  return text.substr(2, comma - 2);
}

std::string_view Attributes::TakeNonce() {
  const std::string_view nonce = Take('r');
  const bool printable = std::all_of(nonce.begin(), nonce.end(),
                                     [](char c) { return c >= 0x21 && c <= 0x7e && c != ','; });
  if (!printable || nonce.empty() || nonce.size() > kMaxNonceBytes) ok_ = false;
  return ok_ ? nonce : std::string_view();
}

std::string Attributes::TakeBytes(char name) {
  std::optional<std::string> bytes = base::Base64Decode(Take(name));
  if (!bytes || bytes->empty()) ok_ = false;
  return ok_ ? *std::move(bytes) : std::string();
}

uint32_t Attributes::TakeIterations() {
  const std::optional<uint32_t> iterations = ParseIterations(Take('i'));
  if (!iterations) ok_ = false;
  return ok_ ? *iterations : 0;
}

std::optional<uint32_t> ParseIterations(std::string_view text) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value > kMaxIterations) return std::nullopt;
  return value;
}

}  // namespace portreeve::scram
