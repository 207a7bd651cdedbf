#include "base/log.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>

#include "base/utf8.h"

namespace portreeve::base {
namespace {

// Of a value, as it stands in the line.
constexpr size_t kMaxValueBytes = 1024;
// A pipe takes so much in one piece or not at all (PIPE_BUF of Linux).
constexpr size_t kMaxLineBytes = 4096;
constexpr std::string_view kCut = "...";

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

std::string Escape(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(byte));
    text += escaped;
  }
  return text;
}

// Quoted and escaped, so that a value from outside can neither break the line nor forge a field.
std::string Quoted(std::string_view value) {
  std::string text = "\"";
  while (!value.empty()) {
    const size_t length = Utf8CharacterLength(value);
    const std::string_view character = value.substr(0, length == 0 ? 1 : length);
    value.remove_prefix(character.size());
    std::string shown(character);
    if (character == "\"" || character == "\\") {
      shown.insert(0, 1, '\\');
    } else if (length == 0 || IsControl(character)) {
      shown = Escape(character);
    }
    if (text.size() - 1 + shown.size() > kMaxValueBytes) {
      text += kCut;
      break;
    }
    text += shown;
  }
  text += '"';
  return text;
}

std::string Stamp() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char stamp[40];
  const size_t length = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(stamp + length, sizeof stamp - length, ".%03ldZ", now.tv_nsec / 1'000'000);
  return stamp;
}

// Without the SIGPIPE that a reader who went away would end the process with.
bool WriteQuietly(int fd, std::string_view line) {
  sigset_t pipe;
  sigset_t before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  ssize_t put = -1;
  do {
    put = write(fd, line.data(), line.size());
  } while (put < 0 && errno == EINTR);
  if (put < 0 && errno == EPIPE) {
    const timespec at_once{};
    sigtimedwait(&pipe, nullptr, &at_once);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return put >= 0;
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
  std::string line = "time=" + Stamp() + " level=";
  line += Name(level);
  line += " msg=" + Quoted(message);
  std::string rest;
  for (const auto& [key, value] : fields) {
    std::string field = " ";
    field += key;
    field += '=' + Quoted(value);
    // Room for what a gap needs, and for the mark itself.
    if (line.size() + field.size() > kMaxLineBytes - 64) {
      line += ' ';
      line += kCut;
      break;
    }
    line += field;
  }
  Emit(std::move(line));
}

void Logger::Emit(std::string line) {
  const std::lock_guard lock(mutex_);
  // A log that cannot be written must not stop the data path.
  pollfd ready{fd_, POLLOUT, 0};
  if (poll(&ready, 1, 0) == 0) {
    ++lost_;
    return;
  }
  if (lost_ > 0) line += " lost_lines=\"" + std::to_string(lost_) + '"';
  line += '\n';
  if (WriteQuietly(fd_, line)) {
    lost_ = 0;
  } else {
    ++lost_;
  }
}

}  // namespace portreeve::base
