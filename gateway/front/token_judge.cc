#include "front/token_judge.h"

#include <utility>

namespace portreeve::front {
namespace {

// As the issuer knows them, whatever the configuration calls them.
std::string SubjectClaim(const identity::Principal& principal) {
  for (const auto& [name, value] : principal.claims) {
    if (name == "sub") return value;
  }
  return principal.subject;
}

}  // namespace

struct TokenJudge::Case {
  std::string token;
  std::function<void(Verdict)> done;
};

TokenJudge::TokenJudge(net::EventLoop& loop, const base::Clock& clock,
                       std::function<std::shared_ptr<const identity::TokenVerifier>()> verifier)
    : loop_(loop), clock_(clock), verifier_(std::move(verifier)) {}

void TokenJudge::Judge(std::string token, std::function<void(Verdict)> done) {
  Try(std::make_shared<Case>(Case{std::move(token), std::move(done)}), true);
}

void TokenJudge::Try(const std::shared_ptr<Case>& open, bool may_ask) {
  const auto verifier = verifier_();
  auto verdict = verifier->Verify(open->token, clock_.UnixMicros() / 1'000'000);
  if (const auto* rejection = std::get_if<identity::Rejection>(&verdict)) {
    const auto issuer = rejection->may_have_key;
    const bool asked = may_ask && issuer != nullptr && issuer->Refresh([this, open] {
      loop_.Post([this, open] { Try(open, false); });
    });
    if (!asked) open->done(std::move(verdict));
    return;
  }
  auto& principal = std::get<identity::Principal>(verdict);
  const auto issuer = verifier->GroupsOf(principal);
  if (issuer == nullptr) return open->done(std::move(verdict));
  AskGroups(open, *issuer, std::move(principal));
}

void TokenJudge::AskGroups(const std::shared_ptr<Case>& open, identity::LiveIssuer& issuer,
                           identity::Principal principal) {
  std::string subject = SubjectClaim(principal);
  const int64_t expires = principal.expires_unix_s;
  const std::string name = principal.issuer_name;
  issuer.AskGroups(
      open->token, std::move(subject), expires,
      [this, open, name, principal = std::move(principal)](
          const absl::StatusOr<identity::LiveIssuer::Groups>& groups) {
        Verdict verdict = principal;
        if (groups.ok()) {
          std::get<identity::Principal>(verdict).groups = *groups;
        } else {
          verdict = identity::Rejection{
              "issuer `" + name + "`: " + std::string(base::FromAbsl(groups.status().message()))};
        }
        loop_.Post([open, verdict = std::move(verdict)] { open->done(verdict); });
      });
}

}  // namespace portreeve::front
