#include "audit/print.h"

#include <google/protobuf/util/json_util.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

#include "base/utf8.h"

namespace portreeve::audit {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// RFC 3339, in UTC, to the microsecond; the plain number where the calendar does not reach.
std::string TimeText(int64_t unix_us) {
  constexpr int64_t kMicros = 1'000'000;
  int64_t seconds = unix_us / kMicros;
  int64_t micros = unix_us % kMicros;
  if (micros < 0) {
    micros += kMicros;
    --seconds;
  }
  const time_t when = seconds;
  tm utc{};
  if (gmtime_r(&when, &utc) == nullptr || utc.tm_year < -1900 || utc.tm_year > 8099) {
    return std::to_string(unix_us) + "us";
  }
  char text[48];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%06dZ", static_cast<int>(micros));
  return text;
}

bool IsUnsafe(uint32_t character) {
  return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
         (character >= 0x200b && character <= 0x200f) ||  // Invisible, or turns the direction.
         (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

// Decodes one character of text that is known to be UTF-8 and takes it off.
uint32_t TakeCharacter(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  uint32_t character = length == 1 ? first : first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    character = character << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  }
  text.remove_prefix(length);
  return character;
}

void AppendEscape(std::string& line, const char* format, uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  line += text;
}

void AppendQuoted(std::string& line, std::string_view value) {
  line += '"';
  while (!value.empty()) {
    const size_t whole = base::Utf8PrefixLength(value);
    for (std::string_view text = value.substr(0, whole); !text.empty();) {
      const std::string_view before = text;
      const uint32_t character = TakeCharacter(text);
      if (character == '"' || character == '\\') {
        line += '\\';
        line += static_cast<char>(character);
      } else if (character == '\n') {
        line += "\\n";
      } else if (character == '\t') {
        line += "\\t";
      } else if (IsUnsafe(character)) {
        AppendEscape(line, character < 0x100 ? "\\x%02x" : "\\u%04x", character);
      } else {
        line += before.substr(0, before.size() - text.size());
      }
    }
    value.remove_prefix(whole);
    if (value.empty()) break;
    AppendEscape(line, "\\x%02x", static_cast<uint8_t>(value[0]));
    value.remove_prefix(1);
  }
  line += '"';
}

// One entry of a list, or the field itself (`index` -1). Not for messages.
void AppendValue(std::string& line, const Message& message, const FieldDescriptor* field,
                 int index) {
  const auto* reflection = message.GetReflection();
  const bool listed = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      AppendQuoted(line, listed ? reflection->GetRepeatedString(message, field, index)
                                : reflection->GetString(message, field));
      return;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value = listed ? reflection->GetRepeatedEnumValue(message, field, index)
                               : reflection->GetEnumValue(message, field);
      const auto* known = field->enum_type()->FindValueByNumber(value);
      line += known != nullptr ? known->name() : std::to_string(value);
      return;
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      line += reflection->GetBool(message, field) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      line += std::to_string(reflection->GetUInt32(message, field));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      line += std::to_string(reflection->GetUInt64(message, field));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      line += std::to_string(reflection->GetInt64(message, field));
      return;
    default:
      line += '?';
  }
}

void AppendFields(std::string& line, const Message& message, const std::string& prefix) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = prefix + field->name();
    const int entries = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < entries; ++i) {
      const int index = field->is_repeated() ? i : -1;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        AppendFields(line,
                     index < 0 ? reflection->GetMessage(message, field)
                               : reflection->GetRepeatedMessage(message, field, index),
                     name + ".");
      } else {
        line += ' ';
        line += name;
        line += '=';
        AppendValue(line, message, field, index);
      }
    }
  }
}

}  // namespace

std::string ToLine(const proto::audit::Record& record) {
  std::string line = TimeText(record.time_unix_us());
  line += ' ';
  line += std::to_string(record.lane());
  line += '.';
  line += std::to_string(record.sequence());
  line += ' ';
  const auto* event = record.GetReflection()->GetOneofFieldDescriptor(
      record, record.GetDescriptor()->FindOneofByName("event"));
  if (event == nullptr) return line + "unknown_event";
  line += event->name();
  AppendFields(line, record.GetReflection()->GetMessage(record, event), "");
  return line;
}

std::string ToJsonLine(const proto::audit::Record& record) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(record, &json, options);
  const std::string time = "{\"time\":\"" + TimeText(record.time_unix_us()) + "\"";
  if (!status.ok()) return time + ",\"error\":\"the record cannot be printed\"}";
  return time + (json == "{}" ? "" : ",") + json.substr(1);
}

}  // namespace portreeve::audit
