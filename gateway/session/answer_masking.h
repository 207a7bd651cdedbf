// Takes what is masked out of the server's answers. Its one rule: a result whose columns are not
// those that were expected gives no row. Lane's polling thread only, with the conversation's mutex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "audit/record.h"
#include "base/status.h"
#include "mask/copy_masker.h"
#include "session/portal_masks.h"
#include "session/turn.h"
#include "wire/backend.h"

namespace portreeve::session {

class AnswerMasking {
 public:
  // A message that has to be seen whole may be so large; a row and what is made of it.
  static constexpr size_t kMaxBodyBytes = size_t{64} << 20;
  // Statements whose masks the client has been told of.
  static constexpr size_t kMaxTold = 1'024;

  // A message begins. `front`: the turn that it may belong to, `statement`: the place of the
  // statement of its text that is being answered. True: Rewrite() wants the whole body.
  bool Wants(char type, const Turn* front, size_t statement);
  // Appends what the client gets in place of the message that began last. kFailedPrecondition: its
  // columns are not those that were analysed; kInvalidArgument: the server sent what is no such
  // message.
  absl::Status Rewrite(std::string_view body, std::string& out);
  // ReadyForQuery. After a transaction nothing of it is left that an error could speak of.
  void OnReady(char status);
  // A result is over: the notice that goes before its end, or nothing.
  std::string Notice(const Turn& front, size_t statement);
  // What has been masked since the last call.
  std::vector<audit::MaskedCount> TakeCounts(const Turn& front);

 private:
  absl::Status OnDescription(std::string_view body, std::string& out);
  absl::Status OnCopyOut(std::string_view body, std::string& out);
  absl::Status CheckField(const wire::FieldDescription& field, const policy::Mask* planned) const;
  MaskedRows* RowsOf(const Turn& front);
  void Count(const mask::Counts& counts, mask::Counts& told, const policy::MaskPlan* plan);

  // Of the message that began last.
  char type_ = 0;
  std::shared_ptr<const SessionMasks> masks_;
  std::shared_ptr<const policy::MaskPlan> plan_;
  std::shared_ptr<PortalMasks> portal_;
  MaskedRows* row_target_ = nullptr;
  bool made_ = false;       // Relations that the session made may be read.
  bool swallowed_ = false;  // The client did not ask for it.

  // By pointer, as few sessions are in the middle of a masked result and many are open.
  std::unique_ptr<MaskedRows> query_rows_;  // Of a simple Query's result.
  struct MaskedCopy {
    std::shared_ptr<const SessionMasks> masks;
    std::shared_ptr<const policy::MaskPlan> plan;
    mask::CopyMasker masker;
    mask::Counts told;
  };
  std::unique_ptr<MaskedCopy> copy_;
  bool hides_reports_ = false;  // Something masked was touched in this transaction.
  std::vector<audit::MaskedCount> counts_;
  std::unordered_set<const policy::MaskPlan*> told_;
};

}  // namespace portreeve::session
