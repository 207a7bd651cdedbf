// CHECK is for bugs: a condition that no input can bring about. It is always on, writes one line to
// standard error and ends the process. Malformed input never reaches a CHECK.
#pragma once

namespace portreeve::base {

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace portreeve::base

#define PORTREEVE_CHECK(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::portreeve::base::CheckFailed(#condition, __FILE__, __LINE__))
