// What is masked in the answers to messages, and what the hand asks by itself to know how.

#include <algorithm>
#include <utility>

#include "session/request_hand.h"
#include "wire/frontend.h"

namespace portreeve::session {

void RequestHand::NoteMasks(const PreparedStatement& statement, const Reliance& reliance,
                            Turn& turn) {
  turn.masks = gatekeeper_.masks();
  if (turn.masks == nullptr) return;
  turn.plans = gatekeeper_.PlansOf(statement, reliance);
  turn.reads_made =
      name_space_.has_made() || turn.masks->trusts_all() ||
      std::any_of(statement.facts.statements.begin(), statement.facts.statements.end(),
                  [](const auto& facts) { return !facts.makes_relations.empty(); });
}

void RequestHand::NotePortalMasks(const PreparedStatement& statement, const Reliance& reliance,
                                  NameEntry& portal, Turn& turn) {
  NoteMasks(statement, reliance, turn);
  if (turn.masks == nullptr) return;
  if (portal.masks == nullptr) portal.masks = std::make_shared<PortalMasks>();
  turn.portal = portal.masks;
}

// Its rows are masked by the types and formats that the server says they have.
void RequestHand::DescribeForMasks(std::string_view portal, const Turn& turn) {
  PortalMasks& masks = *turn.portal;
  const auto& plan = turn.PlanOf(0);
  const bool needed = turn.masks->MasksRows(plan.get());
  if (!needed ||
      (masks.described && masks.described_masks == turn.masks && masks.described_plan == plan)) {
    return;
  }
  masks.Describe(turn.masks, plan);
  Turn describe;
  describe.kind = TurnKind::kDescribe;
  describe.masks = turn.masks;
  describe.plans = turn.plans;
  describe.portal = turn.portal;
  describe.reads_made = turn.reads_made;
  describe.swallowed = true;
  Expect(std::move(describe));
  std::string out;
  wire::Describe{wire::Target::kPortal, portal}.Encode(out);
  Inject(out);
}

// The client itself has a portal described, before its rows come or again.
bool RequestHand::NoteDescribed(std::string_view portal, Turn& turn) {
  if (gatekeeper_.masks() == nullptr) return true;
  names_.ForgetPortals(view_);
  std::shared_ptr<const PreparedStatement> statement;
  std::shared_ptr<NameEntry> entry;
  if (names_.portals().Find(portal, segment_, statement, &entry) == Lookup::kUndecided) {
    return false;
  }
  Reliance reliance;
  if (statement == nullptr) return true;
  if (!names_.Resolve(*statement, segment_, reliance)) return false;
  if (gatekeeper_.JudgementOn(*statement).refusal != nullptr) return true;
  NotePortalMasks(*statement, reliance, *entry, turn);
  turn.portal->Describe(turn.masks, turn.PlanOf(0));
  return true;
}

}  // namespace portreeve::session
