#include "introspect/catalog_read.h"

#include <optional>
#include <utility>

#include "base/random.h"
#include "introspect/catalog_query.h"
#include "wire/frontend.h"

namespace portreeve::introspect {

CatalogRead::CatalogRead(std::shared_ptr<net::EventLoop> loop,
                         std::shared_ptr<fleet::Tunnel> tunnel)
    : loop_(std::move(loop)), tunnel_(std::move(tunnel)), id_(base::SecureRandomUint64() | 1) {}

void CatalogRead::Begin(const std::string& connection, const std::string& database,
                        std::optional<Stamp> known, Record record, Done done) {
  known_ = std::move(known);
  stamp_first_ = known_.has_value();
  record_ = std::move(record);
  done_ = std::move(done);
  if (!tunnel_->Attach(id_, shared_from_this())) {
    over_ = true;
    return std::exchange(done_, {})(base::Unavailable("the agent has just gone"));
  }
  link::OpenSession open;
  open.set_connection(connection);
  open.set_database(database);
  const std::pair<const char*, const char*> parameters[] = {
      {"client_encoding", "UTF8"}, {"application_name", "portreeve catalog"}};
  for (const auto& [name, value] : parameters) {
    auto* parameter = open.add_parameters();
    parameter->set_name(name);
    parameter->set_value(value);
  }
  Send({id_, ++sequence_, link::FRAME_KIND_OPEN}, open.SerializeAsString());
}

void CatalogRead::Abort(std::string_view reason) {
  if (std::exchange(over_, true)) return;
  done_ = {};
  record_ = {};
  tunnel_->Detach(id_);
  Close(link::CloseSession::MANNER_ABORTED, reason);
}

void CatalogRead::AskFirst() {
  if (over_) return;
  if (absl::Status kept = record_(); !kept.ok()) {
    return End(std::move(kept), link::CloseSession::MANNER_ABORTED);
  }
  Ask(known_ ? StampQuery() : CatalogQuery());
}

void CatalogRead::Ask(const std::string& text) {
  std::string query;
  wire::Query{text}.Encode(query);
  Send({id_, ++sequence_, link::FRAME_KIND_DATA}, query);
}

void CatalogRead::OnStamp(std::string_view answer) {
  if (over_) return;
  auto stamp = DecodeStamp(answer);
  if (!stamp.ok()) return End(stamp.status(), link::CloseSession::MANNER_ABORTED);
  if (*stamp == *known_) {
    return End(Answer{Answer::Scope::kNothing, {}}, link::CloseSession::MANNER_FINISHED);
  }
  const bool has_built_in = stamp->built_in == known_->built_in;
  scope_ = has_built_in ? Answer::Scope::kOfUsers : Answer::Scope::kWhole;
  Ask(CatalogQuery(has_built_in ? catalog::kFirstUserOid : 0));
}

void CatalogRead::Send(const link::FrameHeader& header, std::string_view payload) {
  std::string frame;
  link::AppendFrame(frame, header, payload);
  tunnel_->Send(std::move(frame));
}

void CatalogRead::Close(link::CloseSession::Manner manner, std::string_view reason) {
  link::CloseSession close;
  close.set_manner(manner);
  close.set_reason(std::string(reason));
  const bool ordered = manner == link::CloseSession::MANNER_FINISHED;
  std::string frame;
  if (ordered) {
    std::string goodbye;
    wire::Terminate{}.Encode(goodbye);
    link::AppendFrame(frame, {id_, ++sequence_, link::FRAME_KIND_DATA}, goodbye);
  }
  link::AppendFrame(frame, {id_, ordered ? ++sequence_ : 0, link::FRAME_KIND_CLOSE},
                    close.SerializeAsString());
  tunnel_->Send(std::move(frame));
}

void CatalogRead::End(absl::StatusOr<Answer> answer, link::CloseSession::Manner manner) {
  if (std::exchange(over_, true)) return;
  tunnel_->Detach(id_);
  Close(manner, answer.ok() ? "the catalog has been read" : "the catalog could not be read");
  record_ = {};
  std::exchange(done_, {})(std::move(answer));
}

void CatalogRead::EndSoon(absl::Status status) {
  deaf_ = true;
  loop_->Post([self = shared_from_this(), status = std::move(status)] {
    self->End(status, link::CloseSession::MANNER_ABORTED);
  });
}

void CatalogRead::OnReady(link::SessionReady) {
  loop_->Post([self = shared_from_this()] { self->AskFirst(); });
}

void CatalogRead::OnFailed(link::SessionFailed failed) {
  EndSoon(base::Unavailable(failed.sqlstate() + " " + failed.message()));
}

absl::Status CatalogRead::OnAnswer(std::string_view piece) {
  if (!credit_.Arrived(piece.size())) {
    return base::DataLoss("an agent sent more than it was granted");
  }
  arrived_ += piece.size();
  if (deaf_) return absl::OkStatus();
  if (answer_.size() + piece.size() > kMaxAnswerBytes) {
    std::string().swap(answer_);
    EndSoon(base::ResourceExhausted("the catalog is larger than can be read"));
    return absl::OkStatus();
  }
  answer_.append(piece);
  return absl::OkStatus();
}

void CatalogRead::OnBatchEnd() {
  if (arrived_ == 0) return;
  const uint32_t grant = credit_.Consumed(std::exchange(arrived_, 0));
  if (grant > 0) {
    link::Credit credit;
    credit.set_bytes(grant);
    Send({id_, 0, link::FRAME_KIND_CREDIT}, credit.SerializeAsString());
  }
  if (deaf_) return;
  const auto end = end_.Find(answer_);
  if (!end.ok()) return EndSoon(end.status());
  if (!*end) return;
  answer_.resize(**end);
  std::string answer = std::exchange(answer_, {});
  if (std::exchange(stamp_first_, false)) {
    end_ = {};
    loop_->Post([self = shared_from_this(), answer = std::move(answer)] { self->OnStamp(answer); });
    return;
  }
  deaf_ = true;
  loop_->Post([self = shared_from_this(), answer = std::move(answer)]() mutable {
    self->End(Answer{self->scope_, std::move(answer)}, link::CloseSession::MANNER_FINISHED);
  });
}

void CatalogRead::OnCredit(uint32_t) {}

void CatalogRead::OnServerClosed(link::CloseSession closed) {
  EndSoon(base::Unavailable("the server closed: " + closed.reason()));
}

void CatalogRead::OnCancelled() {}

void CatalogRead::OnLinkLost(const absl::Status& status) {
  // An agent that leaves in order has not answered either.
  EndSoon(base::Annotate(status.ok() ? base::Unavailable("the agent closed it") : status,
                         "the link was lost"));
}

}  // namespace portreeve::introspect
