#include "session/answer_hand.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "wire/backend.h"
#include "wire/framing.h"

namespace portreeve::session {

void AnswerBytes::AddView(std::string_view bytes) {
  if (bytes.empty()) return;
  TakeTail();
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
  TakeTail();
  owned_.push_back(std::move(bytes));
  AddView(owned_.back());
}

void AnswerBytes::TakeTail() {
  if (tail_.empty()) return;
  owned_.push_back(std::exchange(tail_, {}));
  const std::string& taken = owned_.back();
  pieces_.push_back({const_cast<char*>(taken.data()), taken.size()});
  total_bytes_ += taken.size();
}

void AnswerBytes::Clear() {
  pieces_.clear();
  tail_.clear();
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
      if (rewriting_) {
        collected_ += part;
      } else if (!dropping_) {
        out.AddView(part);
      }
      body_left_ -= static_cast<uint32_t>(part.size());
      piece.remove_prefix(part.size());
      if (rewriting_ && body_left_ == 0) RETURN_IF_ERROR(Rewrite(collected_, out));
      continue;
    }
    std::string_view pass;
    const auto taken = TakeHead(piece, now_us, out, pass);
    if (!taken.ok()) return broken_ = taken.status();
    out.AddView(pass);
    piece.remove_prefix(*taken);
  }
  out.TakeTail();
  return absl::OkStatus();
}

absl::Status AnswerHand::Rewrite(std::string_view body, AnswerBytes& out) {
  rewriting_ = false;
  const absl::Status status = masking_.Rewrite(body, out.Tail());
  if (collected_.capacity() > kMaxKeptBytes) {
    std::string().swap(collected_);
  } else {
    collected_.clear();
  }
  if (out.Tail().size() > kMaxTailBytes) out.TakeTail();
  return status.ok() ? status : broken_ = status;
}

// What is said of masked columns stands before the end of their result.
void AnswerHand::AddMasked(char type, AnswerBytes& out) {
  const Turn* front = conversation_.front();
  if (front == nullptr || front->masks == nullptr) return;
  if (type == wire::CommandComplete::kTag) {
    std::string notice = masking_.Notice(*front, conversation_.statement());
    if (!notice.empty()) out.AddOwned(std::move(notice));
  }
  if (type == wire::CommandComplete::kTag || type == wire::PortalSuspended::kTag ||
      type == wire::ErrorResponse::kTag) {
    conversation_.NoteMasked(masking_.TakeCounts(*front));
  }
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
  if (rewriting_) return TakeRewritten(*header, view, rest, head_size - before, out);
  if (passes && kept) out.AddOwned(std::string(view.substr(0, head_size)));
  if (passes && !kept) pass = rest.substr(0, head_size);
  return head_size - before;
}

// A message that is whole where it stands need not be collected.
absl::StatusOr<size_t> AnswerHand::TakeRewritten(wire::Header header, std::string_view view,
                                                 std::string_view rest, size_t taken,
                                                 AnswerBytes& out) {
  if (header.body_bytes() > AnswerMasking::kMaxBodyBytes) {
    return base::ResourceExhausted("a message is too large to be masked");
  }
  const bool whole = view.data() == rest.data() && rest.size() >= header.message_bytes();
  if (whole) {
    body_left_ = 0;
    RETURN_IF_ERROR(Rewrite(rest.substr(wire::kHeaderBytes, header.body_bytes()), out));
    return header.message_bytes();
  }
  collected_ = view.substr(wire::kHeaderBytes, header.body_bytes() - body_left_);
  if (body_left_ == 0) RETURN_IF_ERROR(Rewrite(collected_, out));
  return taken;
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
  const bool masked = conversation_.masked();
  bool swallowed = false;
  bool wants = false;
  if (masked) {
    const Turn* front = conversation_.front();
    wants = masking_.Wants(type, front, conversation_.statement());
    swallowed = front != nullptr && front->swallowed;
    AddMasked(type, out);
  }
  switch (conversation_.OnAnswer(type, head, body_bytes, now_us)) {
    case Verdict::kDrop:
      // A description that nobody asked for is read all the same.
      rewriting_ = wants && swallowed && type == wire::RowDescription::kTag;
      return absl::OkStatus();
    case Verdict::kPass:
      pass = true;
      rewriting_ = wants;
      if (masked && type == wire::ReadyForQuery::kTag && !head.empty()) {
        masking_.OnReady(head.front());
      }
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
