// Both hands of a session over a real journal and a real policy, with the two peers played by the
// test: it says what client and server send, and sees what each of them gets.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "audit/journal.h"
#include "session/answer_hand.h"
#include "session/request_hand.h"
#include "support/journal_records.h"
#include "support/temp_folder.h"
#include "wire/backend.h"
#include "wire/frontend.h"
#include "wire/trace.h"

namespace portreeve::session {

// `rules` as in a policy file, on one line; `more` are further lines of the grant.
inline std::shared_ptr<const policy::Policy> MakePolicy(const std::string& rules,
                                                        const std::string& more = "") {
  yaml::Diagnostics diagnostics("policy.yaml");
  auto policy = policy::Policy::Load(
      "version: 1\n"
      "groups: { all: { claim: sub, any_of: [\"*\"] } }\n"
      "grants:\n"
      "  - name: test\n"
      "    who: [all]\n"
      "    on: { connections: [\"*\"] }\n"
      "    rules: [" +
          rules + "]\n" + more,
      diagnostics);
  INFO(diagnostics.ToString());
  REQUIRE(policy != nullptr);
  return policy;
}

inline constexpr char kAnything[] = "{ class: any, action: allow }";
inline constexpr char kReadsOnly[] = "{ class: read, action: allow }";

template <typename Message>
std::string Bytes(const Message& message) {
  std::string out;
  message.Encode(out);
  return out;
}

// ---- what clients say
inline std::string Query(std::string_view text) { return Bytes(wire::Query{text}); }
inline std::string Parse(std::string_view name, std::string_view text) {
  wire::Parse parse;
  parse.name = name;
  parse.text = text;
  return Bytes(parse);
}
inline std::string Bind(std::string_view portal, std::string_view statement) {
  wire::Bind bind;
  bind.portal = portal;
  bind.statement = statement;
  return Bytes(bind);
}
inline std::string Execute(std::string_view portal) { return Bytes(wire::Execute{portal, 0}); }
inline std::string CloseStatement(std::string_view name) {
  return Bytes(wire::Close{wire::Target::kStatement, name});
}
inline std::string ClosePortal(std::string_view name) {
  return Bytes(wire::Close{wire::Target::kPortal, name});
}
inline std::string DescribePortal(std::string_view name) {
  return Bytes(wire::Describe{wire::Target::kPortal, name});
}
inline std::string Sync() { return Bytes(wire::Sync{}); }
inline std::string Data(std::string_view data) { return Bytes(wire::CopyData{data}); }
inline std::string CopyDone() { return Bytes(wire::CopyDone{}); }

// ---- what servers say
inline std::string Ready(char status = 'I') {
  return Bytes(wire::ReadyForQuery{static_cast<wire::TransactionStatus>(status)});
}
inline std::string Complete(std::string_view tag) { return Bytes(wire::CommandComplete{tag}); }
inline std::string Parsed() { return Bytes(wire::ParseComplete{}); }
inline std::string Bound() { return Bytes(wire::BindComplete{}); }
inline std::string Closed() { return Bytes(wire::CloseComplete{}); }
inline std::string Suspended() { return Bytes(wire::PortalSuspended{}); }
inline std::string NoRows() { return Bytes(wire::NoData{}); }
inline std::string CopyIn() { return Bytes(wire::CopyInResponse{}); }
inline std::string Row(std::string_view value) {
  const std::optional<std::string_view> values[] = {value};
  const std::string packed = wire::Values::Pack(values);
  return Bytes(wire::DataRow{wire::Values(1, packed)});
}
inline std::string Status(std::string_view name, std::string_view value) {
  return Bytes(wire::ParameterStatus{name, value});
}
inline std::string Error(std::string_view sqlstate, std::string_view message = "no",
                         std::string_view severity = "ERROR") {
  wire::ErrorResponse error;
  error.fields = {{'S', severity}, {'V', severity}, {'C', sqlstate}, {'M', message}};
  return Bytes(error);
}

// The names of the messages in `bytes`, one word each.
inline std::string Names(wire::Side side, std::string_view bytes) {
  std::string names;
  while (const auto header = wire::ReadHeader(bytes)) {
    REQUIRE(bytes.size() >= header->message_bytes());
    if (!names.empty()) names += ' ';
    names += side == wire::Side::kFrontend ? wire::FrontendName(header->type)
                                           : wire::BackendName(header->type);
    bytes.remove_prefix(header->message_bytes());
  }
  REQUIRE(bytes.empty());
  return names;
}

struct Ended {
  uint64_t statement;
  audit::Ending ending;
  std::string tags;
  std::string sqlstate;
  uint64_t rows;
};

class Hands : public RequestSink, public StatementEndListener {
 public:
  explicit Hands(const std::string& rules = kAnything, size_t statement_bytes = 1024 * 1024,
                 const policy::Limits& limits = {})
      : policy(MakePolicy(rules)),
        grant(GrantOf(*policy, limits)),
        gatekeeper("s-1",
                   Decider({policy, grant.get()}, {"orders", {}, "db"}, Limits(statement_bytes),
                           decisions, stock),
                   Lane()),
        requests(conversation, answers, gatekeeper, *this, statement_bytes) {
    Adopt(rules, limits);
    for (const char* name : {"client_encoding", "server_encoding"}) {
      answers.NoteParameter(name, "UTF8");
    }
  }

  void Adopt(const std::string& rules, const policy::Limits& limits = {}) {
    policy = MakePolicy(rules);
    grant = GrantOf(*policy, limits);
    gatekeeper.set_standing({policy, grant.get()}, meter);
    requests.NoteStanding();
  }
  // What the database's names mean makes a difference from now on.
  void NeedCatalog() {
    auto needing = std::make_unique<policy::Grant>(*grant);
    needing->needs_catalog = true;
    grant = std::move(needing);
    gatekeeper.set_standing({policy, grant.get()}, meter);
  }
  // As the policy has it, but for its limits; statements are taken for what the parser sees.
  static std::unique_ptr<const policy::Grant> GrantOf(const policy::Policy& policy,
                                                      const policy::Limits& limits) {
    auto grant = std::make_unique<policy::Grant>(policy.grants().front());
    grant->limits = limits;
    grant->needs_catalog = false;
    return grant;
  }

  // The client sends; what the hand does not take is kept, as the session does. Returns what the
  // server gets now.
  std::string Client(std::string_view bytes) {
    held += bytes;
    return Again();
  }
  // Looks at what is kept again.
  std::string Again() {
    to_server.clear();
    const std::string input = std::exchange(held, {});
    progress = requests.Process(input, now_us);
    held = input.substr(progress.taken);
    return to_server;
  }
  // The server sends; returns what the client gets.
  std::string Server(std::string_view bytes) {
    AnswerBytes out;
    {
      const std::lock_guard lock(conversation.mutex());
      status = answers.Feed(bytes, now_us, out);
    }
    std::string to_client;
    for (const iovec& piece : out.pieces()) {
      to_client.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    return to_client;
  }

  size_t turns() {
    const std::lock_guard lock(conversation.mutex());
    return conversation.turns();
  }

  // The statement records so far, in order.
  std::vector<proto::audit::Statement> Records() {
    REQUIRE(Lane().Commit().ok());
    std::vector<proto::audit::Statement> records;
    for (const auto& record : support::RecordsIn(folder.path() / "journal")) {
      if (record.has_statement()) records.push_back(record.statement());
    }
    return records;
  }
  proto::audit::Statement LastRecord() {
    const auto records = Records();
    REQUIRE_FALSE(records.empty());
    return records.back();
  }

  void ToServer(std::string_view bytes) override { to_server += bytes; }
  void HoldUntilDurable() override { ++holds; }
  void OnCatalogChanged() override { ++catalog_changes; }
  void OnStatementEnd(const StatementEnd& end) override {
    std::string tags;
    for (const std::string_view tag : end.tags)
      tags += (tags.empty() ? "" : ", ") + std::string(tag);
    ended.push_back({end.statement, end.ending, tags, std::string(end.sqlstate), end.rows});
  }

  static sql::Limits Limits(size_t statement_bytes) {
    sql::Limits limits;
    limits.max_text_bytes = statement_bytes;
    return limits;
  }
  audit::LaneWriter& Lane() {
    if (journal == nullptr) {
      auto opened = audit::Journal::Open({.dir = folder.path() / "journal",
                                          .lanes = 1,
                                          .durability = audit::Durability::kRelaxed,
                                          .clock = &clock,
                                          .logger = &silent});
      REQUIRE(opened.ok());
      journal = *std::move(opened);
    }
    return journal->lane(0);
  }

  support::TempFolder folder;
  base::SystemClock clock;
  base::Logger silent{base::LogLevel::kError, -1};
  std::unique_ptr<audit::Journal> journal;
  std::shared_ptr<const policy::Policy> policy;
  std::unique_ptr<const policy::Grant> grant;
  DecisionCache decisions;
  MaskStock stock{mask::HashKey::FromSecret("test")};
  std::shared_ptr<RateMeter> meter = std::make_shared<RateMeter>();
  Conversation conversation{*this};
  AnswerHand answers{conversation};
  Gatekeeper gatekeeper;
  RequestHand requests;

  std::string held;
  std::string to_server;
  RequestHand::Progress progress;
  absl::Status status;
  int holds = 0;
  int catalog_changes = 0;
  int64_t now_us = 1'000'000;
  std::vector<Ended> ended;
};

}  // namespace portreeve::session
