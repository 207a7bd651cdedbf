// Hostile clients in the SASL of the start-up: nobody gets through without the secret, and what is
// answered does not depend on whether the user exists.
#include <cstdint>

#include "base/check.h"
#include "front/sasl_exchange.h"
#include "scram/verifier.h"

namespace {

using namespace portreeve;

constexpr char kNonce[] = "servernonce";

// Two messages with a line break between them. The code of the last answer and all that was said.
std::string Conversation(const scram::Verifier& verifier, bool tls, std::string_view first,
                         std::string_view rest) {
  front::SaslExchange exchange(verifier, tls ? "certificate" : "", kNonce);
  std::string said = exchange.Offer();
  for (const std::string_view body : {first, rest, rest}) {
    const auto step = exchange.Take(body);
    if (!step.ok()) return said + std::string(base::FromAbsl(step.status().message()));
    PORTREEVE_CHECK(!step->proved.value_or(false));
    PORTREEVE_CHECK(step->answer.empty() == step->proved.has_value());
    said += step->answer;
    if (step->proved) return said + "wrong";
  }
  PORTREEVE_CHECK(false);  // Two messages end it.
  return said;
}

}  // namespace

// The lowest bit of the first byte says whether it is inside TLS.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  const std::string_view rest = end == text.npos ? std::string_view() : text.substr(end + 1);
  const bool tls = (data[0] & 1) != 0;
  static const scram::Verifier kMock = scram::Verifier::Mock("nobody", "secret");
  static const scram::Verifier kKnown =
      scram::Verifier::Make("a password that is not in the corpus", kMock.salt);
  PORTREEVE_CHECK(Conversation(kMock, tls, first, rest) == Conversation(kKnown, tls, first, rest));
  return 0;
}
