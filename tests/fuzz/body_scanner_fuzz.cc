// The scanners say of every body what the decoders say, however it is cut.
#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "wire/body_scanner.h"
#include "wire/frontend.h"

namespace {

using namespace portreeve::wire;

template <typename Scanner>
bool Accepts(Scanner& scanner, std::string_view body, uint8_t cut) {
  if (body.empty()) return scanner.Feed(body).ok() && scanner.complete();
  uint32_t state = cut;
  while (!body.empty()) {
    state = state * 1664525 + 1013904223;
    const size_t piece = std::min<size_t>(1 + (state >> 16) % (1 + cut), body.size());
    // A copy of its own, so that a sanitizer sees a view that outlives it.
    if (!scanner.Feed(std::string(body.substr(0, piece))).ok()) return false;
    body.remove_prefix(piece);
  }
  return scanner.complete();
}

}  // namespace

// The first byte says how to cut, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto bytes = static_cast<uint32_t>(body.size());

  BindScanner bind_scanner(bytes);
  const auto bind = Bind::Decode(body);
  PORTREEVE_CHECK(Accepts(bind_scanner, body, data[0]) == bind.ok());
  if (bind.ok()) {
    PORTREEVE_CHECK(bind_scanner.portal() == bind->portal);
    PORTREEVE_CHECK(bind_scanner.statement() == bind->statement);
    PORTREEVE_CHECK(bind_scanner.parameter_count() == static_cast<int>(bind->values.size()));
  }
  FunctionCallScanner call_scanner(bytes);
  const auto call = FunctionCall::Decode(body);
  PORTREEVE_CHECK(Accepts(call_scanner, body, data[0]) == call.ok());
  if (call.ok()) {
    PORTREEVE_CHECK(call_scanner.function_oid() == call->function_oid);
    PORTREEVE_CHECK(call_scanner.argument_count() == static_cast<int>(call->arguments.size()));
  }
  return 0;
}
