#include "session/answer_hand.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::session {

void AnswerBytes::AddView(std::string_view bytes) {
  if (bytes.empty()) return;
  total_bytes_ += bytes.size();
  if (!pieces_.empty()) {
    iovec& last = pieces_.back();
    if (static_cast<const char*>(last.iov_base) + last.iov_len == bytes.data()) {
      last.iov_len += bytes.size();
      return;
    }
  }
  pieces_.push_back({const_cast<char*>(bytes.data()), bytes.size()});
}

void AnswerBytes::AddOwned(std::string bytes) {
  owned_.push_back(std::move(bytes));
  AddView(owned_.back());
}

void AnswerBytes::Clear() {
  pieces_.clear();
  if (!owned_.empty()) std::deque<std::string>().swap(owned_);
  total_bytes_ = 0;
}

std::string EncodeReport(char tag, std::string_view severity, const base::Refusal& refusal,
                         uint32_t position) {
  const std::string position_text = std::to_string(position);
  wire::Report report;
  report.fields = {{wire::field::kSeverity, severity},
                   {wire::field::kSeverityNotLocalized, severity},
                   {wire::field::kSqlstate, refusal.sqlstate},
                   {wire::field::kMessage, refusal.message}};
  if (!refusal.detail.empty()) report.fields.emplace_back(wire::field::kDetail, refusal.detail);
  if (!refusal.hint.empty()) report.fields.emplace_back(wire::field::kHint, refusal.hint);
  if (position > 0) report.fields.emplace_back(wire::field::kPosition, position_text);
  std::string out;
  if (tag == wire::NoticeResponse::kTag) {
    wire::NoticeResponse{report}.Encode(out);
  } else {
    wire::ErrorResponse{report}.Encode(out);
  }
  return out;
}

absl::Status AnswerHand::Feed(std::string_view piece, int64_t now_us, AnswerBytes& out) {
  RETURN_IF_ERROR(broken_);
  while (!piece.empty()) {
    if (body_left_ > 0) {
      const std::string_view part = piece.substr(0, body_left_);
      if (!dropping_) out.AddView(part);
      body_left_ -= static_cast<uint32_t>(part.size());
      piece.remove_prefix(part.size());
      continue;
    }
    std::string_view pass;
    const auto taken = TakeHead(piece, now_us, out, pass);
    if (!taken.ok()) return broken_ = taken.status();
    out.AddView(pass);
    piece.remove_prefix(*taken);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> AnswerHand::TakeHead(std::string_view rest, int64_t now_us, AnswerBytes& out,
                                            std::string_view& pass) {
  const bool kept = head_bytes_ > 0;
  const size_t before = head_bytes_;
  std::string_view view = rest;
  if (kept) {
    const size_t copied = std::min(rest.size(), kMaxHeadBytes - head_bytes_);
    std::memcpy(head_.data() + head_bytes_, rest.data(), copied);
    view = {head_.data(), head_bytes_ + copied};
  }
  const auto header = wire::ReadHeader(view);
  if (header) RETURN_IF_ERROR(wire::CheckBackend(*header));
  const uint32_t peek =
      header ? std::min(Conversation::PeekBytes(header->type), header->body_bytes()) : 0;
  if (!header || view.size() < wire::kHeaderBytes + peek) {
    // Cut in the head: it is kept until the rest is there.
    if (!kept) std::memcpy(head_.data(), rest.data(), rest.size());
    head_bytes_ = before + rest.size();
    return rest.size();
  }
  const size_t head_size = wire::kHeaderBytes + peek;
  bool passes = false;
  RETURN_IF_ERROR(Judge(header->type, view.substr(wire::kHeaderBytes, peek), header->body_bytes(),
                        now_us, out, passes));
  body_left_ = header->body_bytes() - peek;
  dropping_ = !passes;
  head_bytes_ = 0;
  if (passes && kept) out.AddOwned(std::string(view.substr(0, head_size)));
  if (passes && !kept) pass = rest.substr(0, head_size);
  return head_size - before;
}

void AnswerHand::AddPrefix(AnswerBytes& out) {
  Prefix prefix = conversation_.TakePrefix();
  if (!prefix.message.empty()) out.AddOwned(std::move(prefix.message));
  if (prefix.refused == nullptr) return;
  out.AddOwned(EncodeReport(wire::ErrorResponse::kTag, "ERROR", prefix.refused->refusal,
                            prefix.refused->position));
}

absl::Status AnswerHand::Judge(char type, std::string_view head, uint32_t body_bytes,
                               int64_t now_us, AnswerBytes& out, bool& pass) {
  switch (conversation_.OnAnswer(type, head, body_bytes, now_us)) {
    case Verdict::kDrop:
      return absl::OkStatus();
    case Verdict::kPass:
      pass = true;
      if (conversation_.has_prefix()) AddPrefix(out);
      if (type == wire::ParameterStatus::kTag && head.size() == body_bytes) {
        const auto status = wire::ParameterStatus::Decode(head);
        if (status.ok()) NoteParameter(status->name, status->value);
      }
      return absl::OkStatus();
    case Verdict::kReplace: {
      const auto refused = conversation_.TakeRefused();
      out.AddOwned(
          EncodeReport(wire::ErrorResponse::kTag, "ERROR", refused->refusal, refused->position));
      return absl::OkStatus();
    }
    case Verdict::kViolation:
      break;
  }
  std::string message = "the server sent ";
  message += wire::BackendName(type);
  message += " where it may not";
  return base::DataLoss(message);
}

}  // namespace portreeve::session
