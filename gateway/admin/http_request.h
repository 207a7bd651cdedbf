// The shape of an HTTP/1.1 request (RFC 9112), judged before anything else looks at it. Its one
// rule: what could be read in two ways, or needs more than one reading, is refused.
#pragma once

#include <cstddef>
#include <string_view>

namespace portreeve::admin {

inline constexpr size_t kMaxHeadBytes = 16 * 1024;
inline constexpr size_t kMaxHeaderLines = 64;
inline constexpr size_t kMaxBodyBytes = 64 * 1024;

struct RequestVerdict {
  enum class State { kIncomplete, kWhole, kRefused };
  State state = State::kIncomplete;
  // kWhole: of head and body. kIncomplete: nothing new can be said of fewer.
  size_t bytes = 0;
  const char* status_line = "";  // kRefused: "400 Bad Request".
  const char* fault = "";        // kRefused: why, in words.
};

// `bytes` is what has come so far, from the first byte of the connection on.
RequestVerdict ExamineRequest(std::string_view bytes);

}  // namespace portreeve::admin
