// Hostile clients in the SASL of the start-up: nobody gets through without the secret, and what is
// answered does not depend on whether the user exists.
#include <cstdint>

#include "base/check.h"
#include "front/sasl_exchange.h"
#include "scram/verifier.h"
#include "two_messages.h"

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

// The flag says whether it is inside TLS.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const fuzz::TwoMessages said(data, size);
  static const scram::Verifier kMock = scram::Verifier::Mock("nobody", "secret");
  static const scram::Verifier kKnown =
      scram::Verifier::Make("a password that is not in the corpus", kMock.salt);
  PORTREEVE_CHECK(Conversation(kMock, said.flag, said.first, said.rest) ==
                  Conversation(kKnown, said.flag, said.first, said.rest));
  return 0;
}
