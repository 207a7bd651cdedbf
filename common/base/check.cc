#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace portreeve::base {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "level=FATAL msg=\"check failed\" condition=\"%s\" at=%s:%d\n", condition,
               file, line);
  std::abort();
}

}  // namespace portreeve::base
