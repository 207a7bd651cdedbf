// The extended protocol's side of the model: what Parse, Bind, Describe, Execute and Close come to.

#include <utility>

#include "model_server.h"
#include "wire/backend.h"
#include "wire/frontend.h"

namespace portreeve::session {

void ModelServer::OnParse(const Passed& message) {
  const auto parse = Decoded<wire::Parse>(message);
  if (parse.name.empty()) statements_.erase("");
  const bool substitute = parse.text.starts_with(kSubstitute);
  const TextPtr text = Read(parse.text, message);
  if (!substitute) CheckAllowed(*text);
  const bool readable = !text->facts.syntax_error && !text->facts.not_examined;
  if (!readable || text->facts.statements.size() > 1) {
    Fail("42601", substitute);
    return;
  }
  if (FailsNow() || (block_ == 'E' && !ExitsBlock(*text))) {
    Fail("25P02");
    return;
  }
  const auto name = std::string(parse.name.substr(0, NameTable::kMaxNameBytes));
  if (!statements_.emplace(name, text).second) {
    Fail("42P05");
    return;
  }
  Say(wire::ParseComplete{});
  End(audit::Ending::kCompleted);
}

void ModelServer::OnBind(const Passed& message) {
  const auto bind = Decoded<wire::Bind>(message);
  const bool substitute = bind.statement.starts_with(kSubstitute);
  const auto found = statements_.find(bind.statement.substr(0, NameTable::kMaxNameBytes));
  if (found == statements_.end()) {
    Fail("26000", substitute);
    return;
  }
  if (FailsNow() || (block_ == 'E' && !ExitsBlock(*found->second))) {
    Fail("25P02", substitute);
    return;
  }
  const auto name = std::string(bind.portal.substr(0, NameTable::kMaxNameBytes));
  if (name.empty()) portals_.erase("");
  if (!portals_.emplace(name, Portal{.text = found->second}).second) {
    Fail("42P03", substitute);
    return;
  }
  Say(wire::BindComplete{});
}

void ModelServer::OnDescribe(const Passed& message) {
  const auto describe = Decoded<wire::Describe>(message);
  const auto name = describe.name.substr(0, NameTable::kMaxNameBytes);
  TextPtr text;
  if (describe.target == wire::Target::kStatement) {
    const auto found = statements_.find(name);
    if (found != statements_.end()) text = found->second;
  } else {
    const auto found = portals_.find(name);
    if (found != portals_.end()) text = found->second.text;
  }
  if (text == nullptr || FailsNow()) {
    Fail("34000");
    return;
  }
  if (describe.target == wire::Target::kStatement) Say(wire::ParameterDescription{});
  if (!GivesRows(*text)) return Say(wire::NoData{});
  wire::RowDescription row;
  row.fields.push_back({.name = "a"});
  Say(row);
}

void ModelServer::OnExecute(const Passed& message) {
  const auto execute = Decoded<wire::Execute>(message);
  const bool substitute = execute.portal.starts_with(kSubstitute);
  const auto found = portals_.find(execute.portal.substr(0, NameTable::kMaxNameBytes));
  if (found == portals_.end()) {
    Fail("34000", substitute);
    return;
  }
  Portal& portal = found->second;
  const TextPtr text = portal.text;
  // What a cursor WITH HOLD gives was computed when its transaction was committed.
  if (!portal.committed) {
    CheckAllowed(*text);
    CheckDurable(*text);
    PORTREEVE_CHECK(message.record.sql() + message.record.sql_not_utf8() == text->sql || tainted_);
  }
  if (portal.done && !GivesRows(*text)) {
    Fail("55000");
    return;
  }
  max_rows_ = execute.max_rows > 0 ? static_cast<uint32_t>(execute.max_rows) : 0;
  given_ = portal.done ? rows_ : portal.given;
  suspended_ = false;
  if (text->facts.statements.empty()) {
    Say(wire::EmptyQueryResponse{});
    return End(audit::Ending::kCompleted);
  }
  portal.done = true;
  const Step step = Run(*text, text->facts.statements.front(), false);
  if (step != Step::kDone) return;
  End(audit::Ending::kCompleted);
  // The statement may have removed its own portal.
  const auto still = portals_.find(execute.portal.substr(0, NameTable::kMaxNameBytes));
  if (!suspended_ || still == portals_.end()) return;
  still->second.done = false;
  still->second.given = given_;
}

void ModelServer::OnClose(const Passed& message) {
  const auto close = Decoded<wire::Close>(message);
  const auto name = std::string(close.name.substr(0, NameTable::kMaxNameBytes));
  if (close.target == wire::Target::kStatement) {
    statements_.erase(name);
  } else {
    portals_.erase(name);
  }
  Say(wire::CloseComplete{});
}

}  // namespace portreeve::session
