// A copy comes out the same however it is cut; without a mask it comes out as it went in; and what
// came out masked is a copy of the same shape.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "mask/copy_masker.h"
#include "mask/types.h"
#include "wire/framing.h"

namespace {

using namespace portreeve;
using namespace portreeve::mask;

std::string DataOf(std::string_view messages) {
  std::string data;
  while (!messages.empty()) {
    const auto header = wire::ReadHeader(messages);
    PORTREEVE_CHECK(header.has_value() && header->type == 'd');
    data += messages.substr(wire::kHeaderBytes, header->body_bytes());
    messages.remove_prefix(header->message_bytes());
  }
  return data;
}

// nullopt: it was refused.
std::optional<std::string> Copied(const CopyOptions& options, const std::vector<ColumnPlan>& plan,
                                  std::string_view data, size_t piece) {
  const HashKey key = *HashKey::FromBytes("0123456789abcdef0123456789abcdef");
  CopyMasker masker(options, plan, key, nullptr, 1 << 16);
  std::string out;
  for (; !data.empty(); data.remove_prefix(std::min(piece, data.size()))) {
    // A copy of its own, so that a sanitizer sees a read beyond it.
    if (!masker.Feed(std::string(data.substr(0, piece)), out).ok()) return std::nullopt;
  }
  if (!masker.Finish().ok()) return std::nullopt;
  return DataOf(out);
}

}  // namespace

// Three bytes choose style, options, columns and pieces; the rest is the copy.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  auto options = CopyOptions::For(static_cast<CopyOptions::Style>(data[0] % 3));
  options.header = (data[0] & 4) != 0;
  if ((data[0] & 8) != 0) options.delimiter = ';';
  if ((data[0] & 16) != 0) options.escape = '\\';
  if ((data[0] & 32) != 0) options.null_text = "NULL";
  const std::string_view copy(reinterpret_cast<const char*>(data) + 3, size - 3);

  const Mask last{Kind::kKeepLast, 2, {}};
  const Mask redact{Kind::kRedact, 0, {}};
  std::vector<ColumnPlan> open(data[1] % 5, ColumnPlan{nullptr, oid::kText});
  std::vector<ColumnPlan> masked = open;
  for (size_t i = 0; i < masked.size(); ++i) {
    if (i % 2 == 0) masked[i].mask = (data[1] & 8) != 0 ? &last : &redact;
  }

  const auto whole = Copied(options, masked, copy, size);
  const auto cut = Copied(options, masked, copy, 1 + data[2] % 16);
  PORTREEVE_CHECK(whole == cut);
  const auto as_it_is = Copied(options, open, copy, 1 + data[2] % 16);
  PORTREEVE_CHECK(as_it_is.has_value() == whole.has_value());
  if (!whole) return 0;
  PORTREEVE_CHECK(*as_it_is == copy);
  PORTREEVE_CHECK(Copied(options, open, *whole, size) == whole);
  return 0;
}
