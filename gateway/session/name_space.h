// Where the session's unqualified names may lead now, as far as what it has sent can tell. Its one
// rule: a search_path that may be in force is among those named, or any is. Request hand only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/resolve.h"
#include "session/conversation.h"
#include "session/prepared_statement.h"
#include "session/turn.h"

namespace portreeve::session {

class NameSpaceTracker {
 public:
  // Beyond so many search_paths it is any; beyond so many relations nothing is known any more.
  static constexpr size_t kMaxPaths = 8;
  static constexpr size_t kMaxMade = 256;
  static constexpr size_t kMaxPathBytes = 1'024;

  // As the session begins. `search_path`: none if it asks for none, and the snapshot says it.
  void Begin(std::string role, std::optional<std::string> search_path);
  // The relations that it does not have yet stay known as made here.
  void set_snapshot(std::shared_ptr<const catalog::Snapshot> snapshot);
  const std::shared_ptr<const catalog::Snapshot>& snapshot() const { return snapshot_; }
  bool has_made() const { return !made_.empty() || too_many_made_; }
  // What was made before this is in the snapshots to come, but for what no other session sees.
  void ForgetMade();
  // What was sent before cannot be told any more.
  void Doubt();

  // The statement goes out as `turn`, of which `view` was seen before. Its success settles what it
  // sets, if it stands by itself.
  void NoteRun(const PreparedStatement& statement, const Judgement& judgement,
               const Conversation::View& view, Turn& turn);
  // Takes in what the server has said meanwhile.
  void Settle(const Conversation::View& view);

  // True once after a change.
  bool TakeChanged() { return std::exchange(changed_, false); }
  catalog::NameSpace names() const;

 private:
  // The value of search_path that a session begins with is said by the snapshot.
  struct Path {
    bool initial = false;
    std::string value;
    bool operator==(const Path&) const = default;
  };

  void Add(Path path);
  void AddAny();
  // False: it does not touch search_path. `plain` becomes what the statement sets for good.
  bool Touch(const sql::StatementFacts& facts, std::optional<Path>& plain);

  std::string role_;
  std::optional<std::string> initial_;
  std::shared_ptr<const catalog::Snapshot> snapshot_;
  bool any_ = false;
  std::vector<Path> paths_ = {{true, ""}};
  std::vector<sql::MadeRelation> made_;
  bool too_many_made_ = false;
  bool changed_ = true;

  // The last statement that touched search_path, if it was a plain SET of it outside any block.
  std::shared_ptr<NameEntry> settling_;
  Path settles_to_;
};

}  // namespace portreeve::session
