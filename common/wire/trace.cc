#include "wire/trace.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/encoding.h"
#include "wire/framing.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace portreeve::wire {
namespace {

// What a body is made of: c one character, h Int16, i Int32, s text, v value with its length,
// b all bytes that are left, e coded fields up to a zero, r one column of a RowDescription,
// * Int16 count and so many of the next, # Int32 count and so many of the next.
std::string_view Layout(Side side, char type) {
  if (side == Side::kFrontend) {
    switch (type) {
      case 'B':
        return "ss*h*v*h";
      case 'C':
      case 'D':
        return "cs";
      case 'E':
        return "si";
      case 'F':
        return "i*h*vh";
      case 'P':
        return "ss*i";
      case 'Q':
      case 'f':
        return "s";
      case 'd':
      case 'p':
        return "b";
      default:
        return "";
    }
  }
  switch (type) {
    case 'A':
      return "iss";
    case 'C':
      return "s";
    case 'D':
      return "*v";
    case 'E':
    case 'N':
      return "e";
    case 'G':
    case 'H':
    case 'W':
      return "c*h";
    case 'K':
    case 'R':
      return "ib";
    case 'S':
      return "ss";
    case 'T':
      return "*r";
    case 'V':
      return "v";
    case 'Z':
      return "c";
    case 'd':
      return "b";
    case 't':
      return "*i";
    case 'v':
      return "i#s";
    default:
      return "";
  }
}

constexpr std::string_view kRowDescriptionField = "sihihih";

bool Plain(char c, char quote) { return c >= ' ' && c < 127 && c != '\\' && c != quote; }

void AppendEscaped(char c, char quote, std::string& text) {
  if (Plain(c, quote)) {
    text += c;
  } else {
    text += "\\x" + base::HexEncode(std::string_view(&c, 1));
  }
}

void AppendQuoted(std::string_view bytes, char quote, std::string& text) {
  text += ' ';
  text += quote;
  for (const char c : bytes) AppendEscaped(c, quote, text);
  text += quote;
}

void PrintFields(std::string_view layout, Reader& reader, std::string& text);

void PrintField(char code, Reader& reader, std::string& text) {
  switch (code) {
    case 'c':
      text += ' ';
      AppendEscaped(static_cast<char>(reader.Byte()), ' ', text);
      return;
    case 'h':
      text += ' ' + std::to_string(reader.Int16());
      return;
    case 'i':
      text += ' ' + std::to_string(reader.Int32());
      return;
    case 's':
      return AppendQuoted(reader.Text(), '"', text);
    case 'v': {
      const int32_t length = reader.Int32();
      text += ' ' + std::to_string(length);
      if (length != -1) AppendQuoted(reader.Bytes(static_cast<uint32_t>(length)), '\'', text);
      return;
    }
    case 'b':
      return AppendQuoted(reader.Rest(), '\'', text);
    case 'r':
      return PrintFields(kRowDescriptionField, reader, text);
    case 'e':
      while (reader.ok()) {
        const char field = static_cast<char>(reader.Byte());
        text += ' ';
        AppendEscaped(field, ' ', text);
        if (field == 0) return;
        AppendQuoted(reader.Text(), '"', text);
      }
      return;
    default:
      reader.Require(false, "unknown layout");
  }
}

void PrintFields(std::string_view layout, Reader& reader, std::string& text) {
  for (size_t i = 0; i < layout.size() && reader.ok(); ++i) {
    if (layout[i] != '*' && layout[i] != '#') {
      PrintField(layout[i], reader, text);
      continue;
    }
    const uint32_t count = layout[i] == '*' ? reader.Uint16() : reader.Uint32();
    text += ' ' + std::to_string(count);
    ++i;
    for (uint32_t n = 0; n < count && reader.ok(); ++n) PrintField(layout[i], reader, text);
  }
}

std::string_view NameOf(Side side, char type) {
  return side == Side::kFrontend ? FrontendName(type) : BackendName(type);
}

std::optional<char> TypeOf(Side side, std::string_view name) {
  if (name == NameOf(side, '\0')) return std::nullopt;  // What every unknown type is called.
  for (int type = 1; type < 128; ++type) {
    const char candidate = static_cast<char>(type);
    if (NameOf(side, candidate) == name) return candidate;
  }
  return std::nullopt;
}

// Reads the fields of one line back. The first failure sticks, as in Reader.
class Line {
 public:
  explicit Line(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  bool finished() const { return ok_ && text_.empty(); }

  std::string_view UpToTab() {
    const size_t tab = text_.find('\t');
    const std::string_view word = text_.substr(0, tab);
    text_.remove_prefix(tab == std::string_view::npos ? text_.size() : tab + 1);
    return word;
  }

  char Character() {
    Expect(' ');
    return Unescape();
  }

  int64_t Number() {
    Expect(' ');
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) ok_ = false;
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    return value;
  }

  std::string Quoted(char quote) {
    std::string bytes;
    Expect(' ');
    Expect(quote);
    while (ok_ && !text_.starts_with(quote)) bytes += Unescape();
    Expect(quote);
    return bytes;
  }

 private:
  void Expect(char c) {
    if (!text_.starts_with(c)) ok_ = false;
    if (ok_) text_.remove_prefix(1);
  }

  char Unescape() {
    if (!ok_ || text_.empty()) {
      ok_ = false;
      return 0;
    }
    if (text_.front() != '\\') {
      const char c = text_.front();
      text_.remove_prefix(1);
      return c;
    }
    const auto decoded = base::HexDecode(text_.substr(std::min<size_t>(2, text_.size()), 2));
    ok_ = text_.starts_with("\\x") && decoded && decoded->size() == 1;
    if (!ok_) return 0;
    text_.remove_prefix(4);
    return decoded->front();
  }

  std::string_view text_;
  bool ok_ = true;
};

void ScanFields(std::string_view layout, Line& line, Writer& writer);

void ScanField(char code, Line& line, Writer& writer) {
  switch (code) {
    case 'c':
      return writer.Byte(static_cast<uint8_t>(line.Character()));
    case 'h':
      return writer.Int16(static_cast<uint16_t>(line.Number()));
    case 'i':
      return writer.Int32(static_cast<uint32_t>(line.Number()));
    case 's':
      return writer.Text(line.Quoted('"'));
    case 'v': {
      const int64_t length = line.Number();
      writer.Int32(static_cast<uint32_t>(length));
      if (length != -1) writer.Bytes(line.Quoted('\''));
      return;
    }
    case 'b':
      return writer.Bytes(line.Quoted('\''));
    case 'r':
      return ScanFields(kRowDescriptionField, line, writer);
    default:
      while (line.ok()) {
        const char field = line.Character();
        writer.Byte(static_cast<uint8_t>(field));
        if (field == 0) return;
        writer.Text(line.Quoted('"'));
      }
  }
}

void ScanFields(std::string_view layout, Line& line, Writer& writer) {
  for (size_t i = 0; i < layout.size() && line.ok(); ++i) {
    if (layout[i] != '*' && layout[i] != '#') {
      ScanField(layout[i], line, writer);
      continue;
    }
    const int64_t count = line.Number();
    if (layout[i] == '*') {
      writer.Int16(static_cast<uint16_t>(count));
    } else {
      writer.Int32(static_cast<uint32_t>(count));
    }
    ++i;
    for (int64_t n = 0; n < count && line.ok(); ++n) ScanField(layout[i], line, writer);
  }
}

std::optional<TracedMessage> ParseLine(std::string_view text) {
  Line line(text);
  const std::string_view side_word = line.UpToTab();
  if (side_word != "F" && side_word != "B") return std::nullopt;
  TracedMessage message;
  message.side = static_cast<Side>(side_word.front());
  const std::string_view length = line.UpToTab();
  const std::optional<char> type = TypeOf(message.side, line.UpToTab());
  if (!type) return std::nullopt;
  {
    Writer writer(message.bytes, *type);
    ScanFields(Layout(message.side, *type), line, writer);
  }
  if (!line.finished() || length != std::to_string(message.bytes.size() - 1)) return std::nullopt;
  return message;
}

}  // namespace

absl::Status AppendTrace(Side side, std::string_view bytes, std::string& text) {
  while (!bytes.empty()) {
    const std::optional<Header> header = ReadHeader(bytes);
    if (!header) return base::InvalidArgument("not a whole message header");
    RETURN_IF_ERROR(side == Side::kFrontend ? CheckFrontend(*header) : CheckBackend(*header));
    if (bytes.size() < header->message_bytes()) return base::InvalidArgument("not a whole message");
    const std::string_view name = NameOf(side, header->type);
    Reader reader(bytes.substr(kHeaderBytes, header->body_bytes()));
    text += static_cast<char>(side);
    text += '\t' + std::to_string(header->length) + '\t';
    text += name;
    const std::string_view layout = Layout(side, header->type);
    if (!layout.empty()) text += '\t';
    PrintFields(layout, reader, text);
    RETURN_IF_ERROR(reader.Finish(name));
    text += '\n';
    bytes.remove_prefix(header->message_bytes());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TracedMessage>> ParseTrace(std::string_view text) {
  std::vector<TracedMessage> messages;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    std::optional<TracedMessage> message = ParseLine(line);
    if (!message) return base::InvalidArgument("line " + std::to_string(number) + " is no trace");
    messages.push_back(*std::move(message));
  }
  return messages;
}

}  // namespace portreeve::wire
