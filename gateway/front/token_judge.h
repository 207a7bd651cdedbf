// A token as password, judged: at once where what is known suffices, otherwise after its issuer was
// asked. Its one rule: for each token an issuer is asked once; then what is known decides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "base/clock.h"
#include "identity/token_verifier.h"
#include "net/event_loop.h"

namespace portreeve::front {

// The loop's thread only; it must outlive every issuer that may still answer.
class TokenJudge {
 public:
  using Verdict = std::variant<identity::Principal, identity::Rejection>;

  // `verifier` gives the one in force, which a reload may change while a token waits.
  TokenJudge(net::EventLoop& loop, const base::Clock& clock,
             std::function<std::shared_ptr<const identity::TokenVerifier>()> verifier);

  // `done` is called once on the loop's thread, before Judge() returns or in a later turn.
  void Judge(std::string token, std::function<void(Verdict)> done);

 private:
  struct Case;
  void Try(const std::shared_ptr<Case>& open, bool may_ask);
  void AskGroups(const std::shared_ptr<Case>& open, identity::LiveIssuer& issuer,
                 identity::Principal principal);

  net::EventLoop& loop_;
  const base::Clock& clock_;
  const std::function<std::shared_ptr<const identity::TokenVerifier>()> verifier_;
};

}  // namespace portreeve::front
