// Hostile peers of both sides: nobody who does not know the password gets through.
#include <cstdint>

#include "base/check.h"
#include "scram/attributes.h"
#include "scram/client.h"
#include "scram/server.h"
#include "two_messages.h"

namespace {

using namespace portreeve::scram;

constexpr uint32_t kAffordableIterations = 5000;

void AttackServer(std::string_view first, std::string_view final_message, bool plus) {
  static const Verifier kVerifier = Verifier::Make("a password that is not in the corpus", "salt");
  Server server({kVerifier, plus, plus, "certificate", "servernonce"});
  if (!server.First(first).ok()) return;
  const auto answer = server.Final(final_message);
  PORTREEVE_CHECK(!answer.ok() || !answer->has_value());
}

void AttackClient(std::string_view first, std::string_view final_message) {
  Attributes attributes(first);
  attributes.TakeNonce();
  attributes.TakeBytes('s');
  if (attributes.TakeIterations() > kAffordableIterations) return;
  Client client({"a password that is not in the corpus", Binding::kUnsupported, "", "nonce", 1});
  client.First();
  if (!client.Final(first).ok()) return;
  PORTREEVE_CHECK(!client.Verify(final_message).ok() && !client.server_proved());
}

}  // namespace

// The flag asks for channel binding.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const portreeve::fuzz::TwoMessages said(data, size);
  AttackServer(said.first, said.rest, said.flag);
  AttackClient(said.first, said.rest);
  if (const auto verifier = Verifier::Parse(said.both); verifier.ok()) {
    PORTREEVE_CHECK(verifier->Text() == said.both);
  }
  return 0;
}
