#include "session/name_space.h"

#include <algorithm>
#include <utility>

namespace portreeve::session {
namespace {

constexpr std::string_view kSearchPath = "search_path";

// RESET ALL has no name, or this one.
bool IsAll(std::string_view name) { return name.empty() || name == "all"; }

}  // namespace

void NameSpaceTracker::Begin(std::string role, std::optional<std::string> search_path) {
  role_ = std::move(role);
  initial_ = std::move(search_path);
  changed_ = true;
}

void NameSpaceTracker::set_snapshot(std::shared_ptr<const catalog::Snapshot> snapshot) {
  if (snapshot == snapshot_) return;
  snapshot_ = std::move(snapshot);
  changed_ = true;
}

void NameSpaceTracker::ForgetMade() {
  const size_t erased =
      std::erase_if(made_, [](const sql::MadeRelation& made) { return !made.temporary; });
  changed_ |= erased > 0;
}

void NameSpaceTracker::Doubt() { AddAny(); }

void NameSpaceTracker::Add(Path path) {
  if (any_ || std::find(paths_.begin(), paths_.end(), path) != paths_.end()) return;
  if (paths_.size() >= kMaxPaths) return AddAny();
  paths_.push_back(std::move(path));
  changed_ = true;
}

void NameSpaceTracker::AddAny() {
  changed_ |= !any_;
  any_ = true;
}

bool NameSpaceTracker::Touch(const sql::StatementFacts& facts, std::optional<Path>& plain) {
  if (facts.name_use == sql::NameUse::kDiscardAll) {
    plain = Path{true, ""};
    Add({true, ""});
    return true;
  }
  bool touched = false;
  for (const sql::SettingUse& use : facts.settings) {
    if (use.name != kSearchPath && !IsAll(use.name)) continue;
    touched = true;
    plain.reset();
    if (use.resets) {
      if (!use.local) plain = Path{true, ""};
      Add({true, ""});
    } else if (use.name != kSearchPath || !use.value || use.value->size() > kMaxPathBytes) {
      AddAny();
    } else {
      if (!use.local && facts.sub_class == sql::SubClass::kSet) plain = Path{false, *use.value};
      Add({false, *use.value});
    }
  }
  return touched;
}

void NameSpaceTracker::NoteRun(const PreparedStatement& statement, const Judgement& judgement,
                               const Conversation::View& view, Turn& turn) {
  const bool may_set_anything = judgement.traits.unexamined || judgement.traits.may_set;
  if (may_set_anything) AddAny();
  std::optional<Path> plain;
  bool touched = may_set_anything;
  for (const sql::StatementFacts& facts : statement.facts.statements) {
    touched |= Touch(facts, plain);
    for (const sql::MadeRelation& made : facts.makes_relations) {
      if (std::find(made_.begin(), made_.end(), made) != made_.end()) continue;
      too_many_made_ |= made_.size() >= kMaxMade;
      if (!too_many_made_) made_.push_back(made);
      changed_ = true;
    }
  }
  if (!touched) return;
  settling_.reset();
  const bool alone = view.idle && !view.in_transaction && turn.kind == TurnKind::kQuery &&
                     statement.facts.statements.size() == 1;
  if (!alone || !plain || may_set_anything) return;
  // It is confirmed as a name would be.
  settling_ = std::make_shared<NameEntry>();
  settles_to_ = *std::move(plain);
  turn.changes.push_back({0, settling_});
}

void NameSpaceTracker::Settle(const Conversation::View& view) {
  if (settling_ == nullptr || !view.idle) return;
  const NameState state = settling_->state.load();
  if (state == NameState::kPending) return;
  if (state == NameState::kConfirmed) {
    any_ = false;
    paths_ = {std::move(settles_to_)};
    changed_ = true;
  }
  settling_.reset();
}

catalog::NameSpace NameSpaceTracker::names() const {
  catalog::NameSpace names;
  if (too_many_made_ || snapshot_ == nullptr) return names;
  names.snapshot = snapshot_;
  names.role = role_.empty() ? snapshot_->parts().login_role : role_;
  names.made = made_;
  if (any_) return names;
  const std::string& initial = initial_ ? *initial_ : snapshot_->parts().default_search_path;
  for (const Path& path : paths_) {
    const std::string& value = path.initial ? initial : path.value;
    if (std::find(names.search_paths.begin(), names.search_paths.end(), value) ==
        names.search_paths.end()) {
      names.search_paths.push_back(value);
    }
  }
  return names;
}

}  // namespace portreeve::session
