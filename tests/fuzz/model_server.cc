// The protocol's side of the model: phases, skipping, COPY, and what each message is answered with.

#include "model_server.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wire/backend.h"
#include "wire/frontend.h"

namespace portreeve::session {
namespace {

constexpr std::string_view kCancelled = "57014";

}  // namespace

void ModelServer::End(audit::Ending ending) {
  if (recorded_) endings_.back() = ending;
}

ModelServer::Step ModelServer::Fail(std::string_view sqlstate, bool replaced) {
  wire::ErrorResponse error;
  error.fields = {{'S', "ERROR"}, {'V', "ERROR"}, {'C', sqlstate}, {'M', "the server says no"}};
  Say(error, replaced);
  End(sqlstate == kCancelled ? audit::Ending::kCancelled : audit::Ending::kError);
  if (block_ == 'T') block_ = 'E';
  Abort();
  skipping_ = extended_;
  return Step::kFailed;
}

void ModelServer::Notice() {
  wire::NoticeResponse notice;
  notice.fields = {{'S', "NOTICE"}, {'V', "NOTICE"}, {'C', "00000"}, {'M', "by the way"}};
  Say(notice);
}

void ModelServer::Notify() { Say(wire::NotificationResponse{7, "channel", "payload"}); }

void ModelServer::Ready() {
  if (settings_.conforming != reported_.conforming) {
    Say(wire::ParameterStatus{"standard_conforming_strings", settings_.conforming ? "on" : "off"});
  }
  if (settings_.unsafe_encoding != reported_.unsafe_encoding) {
    Say(wire::ParameterStatus{"client_encoding", settings_.unsafe_encoding ? "SJIS" : "UTF8"});
  }
  reported_ = settings_;
  Say(wire::ReadyForQuery{static_cast<wire::TransactionStatus>(block_)});
}

void ModelServer::Take(const Passed& message) {
  PORTREEVE_CHECK(!over_);
  if (copying_) return TakeInCopy(message);
  recorded_ = message.statement != 0;
  if (recorded_) endings_.push_back(audit::Ending::kLost);
  PORTREEVE_CHECK(!recorded_ || endings_.size() == message.statement);
  if (message.type == wire::Terminate::kTag) {
    over_ = true;
  } else if (skipping_ && message.type != wire::Sync::kTag) {
    End(audit::Ending::kSkipped);
  } else {
    at_hand_ = message;
    TakeOutsideCopy(message);
  }
}

void ModelServer::TakeOutsideCopy(const Passed& message) {
  extended_ = false;
  switch (message.type) {
    case wire::Query::kTag:
      return OnQuery(message);
    case wire::FunctionCall::kTag:
      return OnFunctionCall(message);
    case wire::Sync::kTag:
      return OnSync();
    case wire::CopyData::kTag:
    case wire::CopyDone::kTag:
    case wire::CopyFail::kTag:
      return;  // Left over from a copy that has failed: ignored.
    default:
      break;
  }
  extended_ = true;
  switch (message.type) {
    case wire::Parse::kTag:
      return OnParse(message);
    case wire::Bind::kTag:
      return OnBind(message);
    case wire::Describe::kTag:
      return OnDescribe(message);
    case wire::Execute::kTag:
      return OnExecute(message);
    case wire::Close::kTag:
      return OnClose(message);
    case wire::Flush::kTag:
      return;
    default:
      PORTREEVE_CHECK(!"a message that may not be passed on");
  }
}

// The statement that copies is still the one at hand.
void ModelServer::TakeInCopy(const Passed& message) {
  switch (message.type) {
    case wire::Terminate::kTag:
      over_ = true;
      return;
    case wire::Flush::kTag:
    case wire::Sync::kTag:
      return;
    case wire::CopyData::kTag:
      if (!FailsNow()) return;
      Fail("22P02");
      break;
    case wire::CopyFail::kTag:
      Fail(kCancelled);
      break;
    case wire::CopyDone::kTag:
      copying_ = false;
      Say(wire::CommandComplete{"COPY 1"});
      if (extended_) return End(audit::Ending::kCompleted);
      ++next_;
      return GoOn();
    default:
      PORTREEVE_CHECK(!"a message that may not stand in a copy");
  }
  copying_ = false;
  if (!extended_) EndQuery();
}

ModelServer::TextPtr ModelServer::Read(std::string_view sql, const Passed& message) const {
  const bool ascii = std::none_of(sql.begin(), sql.end(), [](char c) { return c & '\x80'; });
  // A multi-byte character could end in a quote or a backslash: under a rule nobody can read it.
  PORTREEVE_CHECK(ascii || !settings_.unsafe_encoding || message.rules == 0 || tainted_);
  auto text = std::make_shared<Text>();
  text->sql = sql;
  text->facts = sql::Analyse(sql, {}, {.standard_conforming_strings = settings_.conforming});
  return text;
}

void ModelServer::OnQuery(const Passed& message) {
  statements_.erase("");
  portals_.erase("");
  max_rows_ = 0;
  given_ = 0;
  const auto query = Decoded<wire::Query>(message);
  const bool substitute = query.text.starts_with(kSubstitute);
  text_ = Read(query.text, message);
  if (!substitute) {
    CheckAllowed(*text_);
    CheckDurable(*text_);
  }
  implicit_block_ = text_->facts.statements.size() > 1;
  next_ = 0;
  if (text_->facts.syntax_error || text_->facts.not_examined) {
    Fail("42601", substitute);
    return EndQuery();
  }
  if (text_->facts.statements.empty()) Say(wire::EmptyQueryResponse{});
  GoOn();
}

void ModelServer::GoOn() {
  const TextPtr text = text_;
  for (; next_ < text->facts.statements.size(); ++next_) {
    const Step step = Run(*text, text->facts.statements[next_], true);
    if (step == Step::kCopies) return;
    if (step == Step::kFailed) break;
  }
  EndQuery();
}

void ModelServer::EndQuery() {
  implicit_block_ = false;
  if (block_ == 'I') Commit();
  Ready();
  if (endings_.back() == audit::Ending::kLost) End(audit::Ending::kCompleted);
}

void ModelServer::OnFunctionCall(const Passed& message) {
  const auto call = Decoded<wire::FunctionCall>(message);
  PORTREEVE_CHECK(call.function_oid == 0 || (message.rules == 0 && message.durable));
  if (call.function_oid == 0 || block_ == 'E' || FailsNow()) {
    Fail("42883", call.function_oid == 0);
  } else {
    Say(wire::FunctionCallResponse{"result"});
    if (block_ == 'I') Commit();
  }
  Ready();
  if (endings_.back() == audit::Ending::kLost) End(audit::Ending::kCompleted);
}

void ModelServer::OnSync() {
  skipping_ = false;
  if (block_ == 'I') Commit();
  Ready();
}

}  // namespace portreeve::session
