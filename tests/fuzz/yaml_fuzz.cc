// Whatever text a configuration is: it is read or refused, every complaint is one line with its
// place, and what was read is the same tree when it is written out plainly and read again.
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/check.h"
#include "base/utf8.h"
#include "yaml/map_reader.h"
#include "yaml/secret.h"

namespace {

using namespace portreeve::yaml;

void WriteText(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t length = portreeve::base::Utf8CharacterLength(text.substr(at));
    PORTREEVE_CHECK(length > 0);
    const std::string_view character = text.substr(at, length);
    at += length;
    if (!portreeve::base::IsControl(character) && character != "\"" && character != "\\") {
      out += character;
      continue;
    }
    uint32_t point = static_cast<uint8_t>(character[0]);
    if (length == 2) point = (point & 0x1f) << 6 | (character[1] & 0x3f);
    if (length == 3) {
      point = (point & 0x0f) << 12 | (character[1] & 0x3f) << 6 | (character[2] & 0x3f);
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", point);
    out += escaped;
  }
  out += '"';
}

void Write(const Node& node, std::string& out) {
  switch (node.kind) {
    case Node::Kind::kScalar:
      if (node.scalar.empty() && !node.quoted) {
        out += '~';
      } else {
        WriteText(node.scalar, out);
      }
      return;
    case Node::Kind::kList:
      out += '[';
      for (const Node& item : node.items) {
        Write(item, out);
        out += ',';
      }
      out += ']';
      return;
    case Node::Kind::kMap:
      out += '{';
      for (const Node::Entry& entry : node.entries) {
        // Only a key that is marked may be longer than 1,024 characters.
        out += "? ";
        WriteText(entry.key, out);
        out += " : ";
        Write(entry.value, out);
        out += ',';
      }
      out += '}';
      return;
  }
}

void CheckMessages(const Diagnostics& diagnostics) {
  PORTREEVE_CHECK(diagnostics.Messages().empty() == diagnostics.ok());
  for (const std::string& message : diagnostics.Messages()) {
    PORTREEVE_CHECK(message.starts_with("f:") && message.size() < 2'000);
    PORTREEVE_CHECK(portreeve::base::IsUtf8(message));
    PORTREEVE_CHECK(message.find_first_of("\n\r\x1b") == message.npos);
  }
}

// Asks for every value by every type.
void Walk(const Node& node, Diagnostics& diagnostics) {
  ReadStrings(node, diagnostics);
  ReadSecret(node, "/", diagnostics);
  for (const Node& item : node.items) Walk(item, diagnostics);
  MapReader reader(node, "map", diagnostics);
  bool known = false;
  for (const Node::Entry& entry : node.entries) {
    Walk(entry.value, diagnostics);
    known = !known;
    if (!known) continue;
    PORTREEVE_CHECK(reader.Require(entry.key) == &entry.value);
    reader.String(entry.key);
    const auto number = reader.Integer(entry.key, -5, 70'000);
    PORTREEVE_CHECK(!number || (*number >= -5 && *number <= 70'000));
    reader.Bool(entry.key);
    const auto duration = reader.Duration(entry.key);
    const auto size = reader.Size(entry.key);
    PORTREEVE_CHECK((!duration || *duration > 0) && (!size || *size > 0));
    reader.Strings(entry.key);
    reader.Choice(entry.key, {"allow", "hold", "refuse"});
  }
  reader.Finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics("f");
  const auto root = Parse(text, diagnostics);
  CheckMessages(diagnostics);
  PORTREEVE_CHECK(root != nullptr || !diagnostics.ok());
  if (root == nullptr) return 0;
  Diagnostics complaints("f");
  Walk(*root, complaints);
  CheckMessages(complaints);
  if (!diagnostics.ok()) return 0;

  std::string plain;
  Write(*root, plain);
  if (plain.size() > kMaxTextBytes) return 0;
  Diagnostics second("f");
  const auto again = Parse(plain, second);
  PORTREEVE_CHECK(again != nullptr && second.ok());
  std::string twice;
  Write(*again, twice);
  PORTREEVE_CHECK(plain == twice);
  return 0;
}
