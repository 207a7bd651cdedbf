// Operational log: one line an event, key=value, to standard error. Never a credential, a token or
// a bound value: callers pass names, ids and numbers. It never waits: lines that nobody takes are
// counted, and the next line that is written says how many were lost.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace portreeve::base {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// One per process, made by main() and handed down. Thread-safe.
class Logger {
 public:
  using Field = std::pair<std::string_view, std::string>;

  explicit Logger(LogLevel least, int fd = 2) : least_(least), fd_(fd) {}

  bool enabled(LogLevel level) const { return level >= least_; }
  void Debug(std::string_view message, std::initializer_list<Field> fields = {});
  void Info(std::string_view message, std::initializer_list<Field> fields = {});
  void Warn(std::string_view message, std::initializer_list<Field> fields = {});
  void Error(std::string_view message, std::initializer_list<Field> fields = {});

 private:
  void Write(LogLevel level, std::string_view message, std::initializer_list<Field> fields);
  void Emit(std::string line);

  const LogLevel least_;
  const int fd_;
  std::mutex mutex_;
  uint64_t lost_ = 0;  // Guarded by mutex_.
};

}  // namespace portreeve::base
