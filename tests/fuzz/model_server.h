// PostgreSQL as far as a session can tell: phases, transactions, names, COPY and settings of the
// real server (PostgreSQL 55.2), without any data. Its one rule: what it is given must have been
// allowed, recorded and, where that matters, durable, whatever the client has tried.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "portreeve/audit.pb.h"
#include "session/conversation.h"
#include "sql/parser.h"

namespace portreeve::session {

// The rules that a session can stand under here; model_server.cc says again what they allow.
inline constexpr const char* kRules[] = {
    "{ class: [any, unknown, function_call], action: allow }",
    "{ class: read, action: allow }",
    "{ class: [read, write], action: allow }",
    "{ class: delete, action: refuse }, { class: any, action: allow }",
};
inline constexpr size_t kRuleSets = std::size(kRules);
// Under these, what is asked waits for what runs.
inline constexpr size_t kTimedRules = 2;

// Begins the names and texts that stand in for what was refused.
inline constexpr std::string_view kSubstitute = "portreeve_refused";

// A message that was passed on, and what was so at that moment.
struct Passed {
  char type = 0;
  std::string body;
  size_t rules = 0;      // Index into kRules.
  bool durable = false;  // It waited for the journal's disk.
  // Of Query, Parse, Execute and FunctionCall; they are numbered from 1.
  uint64_t statement = 0;
  proto::audit::Statement record;
};

template <typename Message>
Message Decoded(const Passed& message) {
  const auto decoded = Message::Decode(message.body);
  PORTREEVE_CHECK(decoded.ok());
  return *decoded;
}

class ModelServer {
 public:
  // A message for the client. That of a rejected substitute becomes another one on its way.
  struct Said {
    std::string bytes;
    bool replaced = false;
  };

  void Take(const Passed& message);

  const std::vector<Said>& said() const { return said_; }
  // All of it, as bytes.
  std::string_view out() const { return out_; }
  bool copying() const { return copying_; }
  bool skipping() const { return skipping_; }
  char block() const { return block_; }
  // How statement `number` ended, or kLost while it has not.
  audit::Ending EndingOf(uint64_t number) const { return endings_[number - 1]; }
  size_t statements() const { return endings_.size(); }

  // ---- what the world does to it
  // The so manieth thing from now on that can fail does. 0: none.
  void FailAt(uint8_t steps) { fail_in_ = steps; }
  void SetRows(uint8_t rows) { rows_ = rows % 4; }
  void Notice();
  void Notify();

 private:
  // A text as the server reads it.
  struct Text {
    std::string sql;
    sql::Facts facts;
  };
  using TextPtr = std::shared_ptr<const Text>;
  struct Portal {
    TextPtr text;
    bool held = false;       // WITH HOLD.
    bool committed = false;  // Its transaction is over: what it gives is there already.
    bool done = false;
    uint32_t given = 0;  // Rows, before it was suspended.
  };
  struct Settings {
    bool conforming = true;
    bool unsafe_encoding = false;
    bool operator==(const Settings&) const = default;
  };
  enum class Step : uint8_t { kDone, kFailed, kCopies };

  // model_server.cc and model_extended.cc: the protocol.
  void TakeInCopy(const Passed& message);
  void TakeOutsideCopy(const Passed& message);
  void OnQuery(const Passed& message);
  void GoOn();
  void EndQuery();
  void OnParse(const Passed& message);
  void OnBind(const Passed& message);
  void OnDescribe(const Passed& message);
  void OnExecute(const Passed& message);
  void OnClose(const Passed& message);
  void OnFunctionCall(const Passed& message);
  void OnSync();
  void Ready();
  Step Fail(std::string_view sqlstate, bool replaced = false);
  void End(audit::Ending ending);
  bool FailsNow() { return fail_in_ > 0 && --fail_in_ == 0; }
  TextPtr Read(std::string_view sql, const Passed& message) const;
  template <typename Message>
  void Say(const Message& message, bool replaced = false) {
    Said said{{}, replaced};
    message.Encode(said.bytes);
    out_ += said.bytes;
    said_.push_back(std::move(said));
  }

  // model_statements.cc: what statements do.
  void CheckAllowed(const Text& text) const;
  void CheckDurable(const Text& text) const;
  Step Run(const Text& text, const sql::StatementFacts& facts, bool described);
  Step RunByName(const Text& text, const sql::StatementFacts& facts, bool described);
  Step RunPrepared(const sql::StatementFacts& facts, bool described);
  Step RunPlain(const Text& text, const sql::StatementFacts& facts, bool described);
  Step Fetch(const sql::StatementFacts& facts);
  Step Declare(const Text& text, const sql::StatementFacts& facts);
  Step Remove(const sql::StatementFacts& facts);
  Step Control(std::string_view sql);
  void Set(const sql::StatementFacts& facts);
  Step GiveRows(std::string_view tag, bool described);
  void Commit();
  void Abort();
  static bool ExitsBlock(const Text& text);
  static bool GivesRows(const Text& text);
  static TextPtr Part(const Text& text, const sql::StatementFacts& facts);

  std::map<std::string, TextPtr, std::less<>> statements_;
  std::map<std::string, Portal, std::less<>> portals_;
  char block_ = 'I';
  bool implicit_block_ = false;  // Of a Query with several statements.
  Settings settings_;
  Settings before_;  // As the transaction found them.
  Settings reported_;
  bool skipping_ = false;
  bool copying_ = false;
  bool over_ = false;
  // A text that the gateway had not understood, and was told to pass, has changed names or settings
  // behind its back.
  bool tainted_ = false;

  // The Query or Execute at hand.
  Passed at_hand_;
  TextPtr text_;
  size_t next_ = 0;  // Statement of a Query.
  bool extended_ = false;
  bool recorded_ = false;   // The message at hand has a record.
  uint32_t max_rows_ = 0;   // 0: all.
  uint32_t given_ = 0;      // Of the portal, before.
  bool suspended_ = false;  // There are more.

  uint8_t fail_in_ = 0;
  uint8_t rows_ = 2;
  std::vector<audit::Ending> endings_;
  std::vector<Said> said_;
  std::string out_;
};

}  // namespace portreeve::session
