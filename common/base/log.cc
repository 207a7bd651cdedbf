#include "base/log.h"

#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace portreeve::base {
namespace {

constexpr size_t kMaxValueBytes = 1024;

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  return "?";
}

// Quotes and escapes, so that a value from outside can neither break the line nor forge a field.
void AppendQuoted(std::string& line, std::string_view value) {
  line += '"';
  for (const char character : value.substr(0, kMaxValueBytes)) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      line += '\\';
      line += character;
    } else if (byte < 0x20 || byte == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
      line += escaped;
    } else {
      line += character;
    }
  }
  if (value.size() > kMaxValueBytes) line += "...";
  line += '"';
}

}  // namespace

void Logger::Debug(std::string_view message, std::initializer_list<Field> fields) {
  Write(LogLevel::kDebug, message, fields);
}
void Logger::Info(std::string_view message, std::initializer_list<Field> fields) {
  Write(LogLevel::kInfo, message, fields);
}
void Logger::Warn(std::string_view message, std::initializer_list<Field> fields) {
  Write(LogLevel::kWarn, message, fields);
}
void Logger::Error(std::string_view message, std::initializer_list<Field> fields) {
  Write(LogLevel::kError, message, fields);
}

void Logger::Write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char stamp[40];
  const size_t length = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(stamp + length, sizeof stamp - length, ".%03ldZ", now.tv_nsec / 1'000'000);
  std::string line = "time=";
  line += stamp;
  line += " level=";
  line += Name(level);
  line += " msg=";
  AppendQuoted(line, message);
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    AppendQuoted(line, value);
  }
  line += '\n';
  const std::lock_guard lock(mutex_);
  // A log that cannot be written must not stop the data path.
  [[maybe_unused]] const ssize_t put = write(fd_, line.data(), line.size());
}

}  // namespace portreeve::base
