#include "session/answer_masking.h"

#include <algorithm>
#include <utility>

#include "mask/scrub_report.h"
#include "session/answer_hand.h"

namespace portreeve::session {
namespace {

constexpr char kIdle = static_cast<char>(wire::TransactionStatus::kIdle);

absl::Status NotAsAnalysed() {
  return base::FailedPrecondition("the columns of a result are not those that were analysed");
}

policy::MaskPlan::Output OutputOf(const policy::MaskPlan* plan, size_t column) {
  return plan == nullptr || plan->outputs.empty() ? policy::MaskPlan::Output()
                                                  : plan->outputs[column];
}

bool HasWidth(const policy::MaskPlan* plan, size_t width) {
  return plan == nullptr || plan->outputs.empty() || plan->outputs.size() == width;
}

std::vector<mask::ColumnPlan> ColumnsOf(const policy::MaskPlan* plan, size_t width) {
  std::vector<mask::ColumnPlan> columns(width);
  for (size_t i = 0; i < width; ++i) {
    const policy::MaskPlan::Output output = OutputOf(plan, i);
    columns[i].mask = output.mask == nullptr ? nullptr : &output.mask->with;
    columns[i].type_oid = output.type;
  }
  return columns;
}

char FirstOr(const std::string& text, char otherwise) {
  return text.empty() ? otherwise : text.front();
}

mask::CopyOptions OptionsOf(const lineage::CopyFormat& format) {
  using Style = mask::CopyOptions::Style;
  mask::CopyOptions options = mask::CopyOptions::For(format.binary ? Style::kBinary
                                                     : format.csv  ? Style::kCsv
                                                                   : Style::kText);
  options.delimiter = FirstOr(format.delimiter, options.delimiter);
  options.null_text = format.null.value_or(options.null_text);
  options.header = format.header;
  options.quote = FirstOr(format.quote, options.quote);
  options.escape = FirstOr(format.escape, options.quote);
  return options;
}

}  // namespace

MaskedRows* AnswerMasking::RowsOf(const Turn& front) {
  if (front.kind == TurnKind::kQuery) return query_rows_.get();
  return front.portal == nullptr ? nullptr : front.portal->rows.get();
}

bool AnswerMasking::Wants(char type, const Turn* front, size_t statement) {
  const bool masked = front != nullptr && front->masks != nullptr;
  if (masked && !hides_reports_) {
    hides_reports_ = std::any_of(front->plans.begin(), front->plans.end(), [](const auto& plan) {
      return plan != nullptr && plan->hides_reports;
    });
  }
  type_ = type;
  switch (type) {
    case wire::ErrorResponse::kTag:
    case wire::NoticeResponse::kTag:
      return hides_reports_;
    case wire::NotificationResponse::kTag:
      return true;
    case wire::DataRow::kTag:
      if (!masked) return false;
      row_target_ = RowsOf(*front);
      return row_target_ != nullptr || front->masks->MasksRows(front->PlanOf(statement).get());
    case wire::CopyData::kTag:
    case wire::CopyDone::kTag:
      return masked &&
             (copy_ != nullptr || front->masks->MasksRows(front->PlanOf(statement).get()));
    case wire::RowDescription::kTag:
    case wire::CopyOutResponse::kTag:
      if (!masked) return false;
      masks_ = front->masks;
      plan_ = front->PlanOf(statement);
      portal_ = front->kind == TurnKind::kQuery ? nullptr : front->portal;
      made_ = front->reads_made;
      swallowed_ = front->swallowed;
      return true;
    default:
      return false;
  }
}

absl::Status AnswerMasking::Rewrite(std::string_view body, std::string& out) {
  switch (type_) {
    case wire::ErrorResponse::kTag:
    case wire::NoticeResponse::kTag:
      out += mask::ScrubReport(type_, body);
      return absl::OkStatus();
    case wire::NotificationResponse::kTag: {
      // A trigger may put a whole row into it.
      ASSIGN_OR_RETURN(auto notification, wire::NotificationResponse::Decode(body));
      notification.payload = {};
      notification.Encode(out);
      return absl::OkStatus();
    }
    case wire::RowDescription::kTag:
      return OnDescription(body, out);
    case wire::CopyOutResponse::kTag:
      return OnCopyOut(body, out);
    case wire::DataRow::kTag:
      if (row_target_ == nullptr) return NotAsAnalysed();
      return row_target_->masker.MaskRow(body, out);
    case wire::CopyData::kTag:
      if (!copy_) return NotAsAnalysed();
      return copy_->masker.Feed(body, out);
    default:
      if (!copy_) return NotAsAnalysed();
      RETURN_IF_ERROR(copy_->masker.Finish());
      wire::CopyDone{}.Encode(out);
      return absl::OkStatus();
  }
}

absl::Status AnswerMasking::CheckField(const wire::FieldDescription& field,
                                       const policy::Mask* planned) const {
  if (planned != nullptr || field.table_oid == 0 || masks_->columns == nullptr) {
    return absl::OkStatus();
  }
  const auto found = masks_->columns->OfField(field.table_oid, field.attribute);
  if (found.mask != nullptr) return NotAsAnalysed();
  // A relation that the catalog does not have is the session's own, or it took the place of one
  // that was analysed.
  if (!found.known && !made_ && masks_->hides_columns()) return NotAsAnalysed();
  return absl::OkStatus();
}

absl::Status AnswerMasking::OnDescription(std::string_view body, std::string& out) {
  ASSIGN_OR_RETURN(const auto description, wire::RowDescription::Decode(body));
  const size_t width = description.fields.size();
  if (!HasWidth(plan_.get(), width)) return NotAsAnalysed();
  std::vector<mask::ColumnPlan> columns = ColumnsOf(plan_.get(), width);
  for (size_t i = 0; i < width; ++i) {
    const wire::FieldDescription& field = description.fields[i];
    RETURN_IF_ERROR(CheckField(field, OutputOf(plan_.get(), i).mask));
    columns[i].type_oid = field.type_oid;
    columns[i].format = mask::Format(field.format == wire::kBinaryFormat);
  }
  std::unique_ptr<MaskedRows>& rows = portal_ == nullptr ? query_rows_ : portal_->rows;
  rows.reset();
  if (masks_->MasksRows(plan_.get())) {
    rows = std::make_unique<MaskedRows>(
        MaskedRows{masks_,
                   plan_,
                   mask::RowMasker(std::move(columns), masks_->key, masks_->detectors.get()),
                   {}});
  }
  if (!swallowed_) description.Encode(out);
  return absl::OkStatus();
}

absl::Status AnswerMasking::OnCopyOut(std::string_view body, std::string& out) {
  ASSIGN_OR_RETURN(const auto formats, wire::CopyOutResponse::Decode(body));
  formats.Encode(out);
  copy_.reset();
  if (!masks_->MasksRows(plan_.get())) return absl::OkStatus();
  const size_t width = formats.columns.size();
  if (plan_ == nullptr || !plan_->copies_out || !HasWidth(plan_.get(), width) ||
      plan_->copies_out->binary != (formats.overall == wire::kBinaryFormat)) {
    return NotAsAnalysed();
  }
  copy_ = std::make_unique<MaskedCopy>(
      MaskedCopy{masks_,
                 plan_,
                 mask::CopyMasker(OptionsOf(*plan_->copies_out), ColumnsOf(plan_.get(), width),
                                  masks_->key, masks_->detectors.get()),
                 {}});
  return absl::OkStatus();
}

void AnswerMasking::OnReady(char status) {
  query_rows_.reset();
  copy_.reset();
  if (status == kIdle) hides_reports_ = false;
}

std::string AnswerMasking::Notice(const Turn& front, size_t statement) {
  const auto& plan = front.PlanOf(statement);
  if (front.masks == nullptr || plan == nullptr || !plan->masks) return {};
  if (told_.size() >= kMaxTold || !told_.insert(plan.get()).second) return {};
  std::string names;
  for (const policy::MaskPlan::Output& output : plan->outputs) {
    if (output.mask == nullptr || names.find(output.column) != std::string::npos) continue;
    names += (names.empty() ? "" : ", ") + output.column;
  }
  const base::Refusal notice{"00000", "masked: " + names, "", ""};
  return EncodeReport(wire::NoticeResponse::kTag, "NOTICE", notice, 0);
}

void AnswerMasking::Count(const mask::Counts& counts, mask::Counts& told,
                          const policy::MaskPlan* plan) {
  const auto add = [&](std::string_view name, uint64_t now, uint64_t before) {
    if (now == before) return;
    const auto found =
        std::find_if(counts_.begin(), counts_.end(),
                     [&](const audit::MaskedCount& each) { return each.name == name; });
    if (found == counts_.end()) {
      counts_.push_back({std::string(name), now - before});
    } else {
      found->values += now - before;
    }
  };
  for (size_t i = 0; i < counts.masked.size(); ++i) {
    const uint64_t before = i < told.masked.size() ? told.masked[i] : 0;
    add(OutputOf(plan, i).column, counts.masked[i], before);
  }
  for (size_t i = 0; i < mask::kDetectorCount; ++i) {
    add(mask::kDetectorNames[i], counts.findings[i], told.findings[i]);
  }
  told = counts;
}

std::vector<audit::MaskedCount> AnswerMasking::TakeCounts(const Turn& front) {
  if (MaskedRows* rows = RowsOf(front)) {
    Count(rows->masker.counts(), rows->told, rows->plan.get());
  }
  if (copy_) Count(copy_->masker.counts(), copy_->told, copy_->plan.get());
  if (front.kind == TurnKind::kQuery) query_rows_.reset();
  copy_.reset();
  return std::exchange(counts_, {});
}

}  // namespace portreeve::session
