// A request comes in pieces cut anywhere: what is said of it must not depend on where.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin/http_request.h"
#include "base/check.h"

namespace {

using portreeve::admin::ExamineRequest;
using portreeve::admin::kMaxBodyBytes;
using portreeve::admin::kMaxHeadBytes;
using portreeve::admin::RequestVerdict;
using State = RequestVerdict::State;

// A second, slow look at what the judge has let through.
void CheckWhole(std::string_view request) {
  const size_t end = request.find("\r\n\r\n");
  PORTREEVE_CHECK(end != std::string_view::npos && end < kMaxHeadBytes);
  PORTREEVE_CHECK(request.size() - end - 4 <= kMaxBodyBytes);
  const std::string_view head = request.substr(0, end);
  for (size_t i = 0; i < head.size(); ++i) {
    const auto byte = static_cast<unsigned char>(head[i]);
    if (byte == '\r') PORTREEVE_CHECK(i + 1 < head.size() && head[i + 1] == '\n');
    if (byte == '\n') PORTREEVE_CHECK(i > 0 && head[i - 1] == '\r');
    PORTREEVE_CHECK(byte >= 0x20 || byte == '\r' || byte == '\n' || byte == '\t');
  }
  std::string lower(head);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* name :
       {"\r\ntransfer-encoding:", "\r\ncontent-encoding:", "\r\nexpect:", "\r\nrange:"}) {
    PORTREEVE_CHECK(lower.find(name) == std::string::npos);
  }
  for (const char* name : {"\r\ncontent-length:", "\r\nhost:", "\r\nauthorization:"}) {
    PORTREEVE_CHECK(lower.find(name) == lower.rfind(name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const RequestVerdict all = ExamineRequest(bytes);
  // As a connection does it: a look whenever enough has come.
  RequestVerdict verdict;
  size_t looked_at = 0;
  const size_t step = size > 4096 ? 997 : 1;
  for (size_t have = step; verdict.state == State::kIncomplete && have < size + step;
       have += step) {
    looked_at = std::min(have, size);
    if (looked_at < verdict.bytes) continue;
    verdict = ExamineRequest(bytes.substr(0, looked_at));
    if (verdict.state == State::kIncomplete) PORTREEVE_CHECK(verdict.bytes > looked_at);
  }
  switch (verdict.state) {
    case State::kIncomplete:
      PORTREEVE_CHECK(all.state == State::kIncomplete);
      break;
    case State::kWhole:
      PORTREEVE_CHECK(all.state == State::kWhole && all.bytes == verdict.bytes);
      PORTREEVE_CHECK(verdict.bytes <= looked_at);
      CheckWhole(bytes.substr(0, verdict.bytes));
      break;
    case State::kRefused:
      PORTREEVE_CHECK(all.state == State::kRefused);
      PORTREEVE_CHECK(std::string_view(all.fault) == verdict.fault);
      PORTREEVE_CHECK(*verdict.fault != '\0' && *verdict.status_line != '\0');
      break;
  }
  return 0;
}
