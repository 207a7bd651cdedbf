#include "rehearsal/run_case.h"

#include <string_view>

#include "base/utf8.h"
#include "rehearsal/rehearsal.h"

namespace portreeve::rehearsal {
namespace {

constexpr size_t kMaxQuotedBytes = 60;

std::string Quoted(std::string_view text) {
  if (text.size() <= kMaxQuotedBytes) return "`" + std::string(text) + "`";
  const std::string_view kept = text.substr(0, kMaxQuotedBytes);
  return "`" + std::string(kept.substr(0, base::Utf8PrefixLength(kept))) + "...`";
}

// What the client heard beside what the case expects it to hear.
void CompareHeard(const Case& tried, const base::Refusal& heard, const std::string& where,
                  std::vector<std::string>& complaints) {
  if (!tried.sqlstate.empty() && tried.sqlstate != heard.sqlstate) {
    complaints.push_back(where + "SQLSTATE is " + heard.sqlstate + ", not " + tried.sqlstate);
  }
  if (heard.message.find(tried.message) == std::string::npos) {
    complaints.push_back(where + "the message is \"" + heard.message + "\", without \"" +
                         tried.message + "\"");
  }
}

void CompareDecision(const Case& tried, const policy::Decision& decision, const std::string& where,
                     std::vector<std::string>& complaints) {
  const std::string_view action = policy::Name(decision.action);
  if (action != Name(tried.expect)) {
    std::string complaint = where + std::string(Name(tried.expect)) + " is expected, and it is " +
                            std::string(action) + " by " + std::string(decision.rule);
    if (!decision.refusal.message.empty()) complaint += ": " + decision.refusal.message;
    complaints.push_back(std::move(complaint));
    return;
  }
  if (!tried.rule.empty() && tried.rule != decision.rule) {
    complaints.push_back(where + "it is by " + std::string(decision.rule) + ", not by " +
                         tried.rule);
  }
  if (decision.action != policy::Action::kAllow) {
    CompareHeard(tried, decision.refusal, where, complaints);
  }
}

}  // namespace

std::vector<std::string> RunCase(const policy::Policy& policy, const CaseFile& file,
                                 const Case& tried, Coverage& coverage) {
  std::vector<std::string> complaints;
  const Opening opening = OpenSession(policy, tried.caller);
  if (tried.expect == Expected::kNoGrant) {
    if (opening.grant != nullptr) {
      complaints.push_back("no grant is expected, and it is " + opening.grant->name_text);
    } else {
      CompareHeard(tried, opening.refusal, "", complaints);
    }
    return complaints;
  }
  if (opening.grant == nullptr) {
    complaints.push_back("the session does not open: " + opening.refusal.message);
    return complaints;
  }
  if (!tried.grant.empty() && tried.grant != opening.grant->name()) {
    complaints.push_back("the grant is " + opening.grant->name_text + ", not " + tried.grant);
  }
  const policy::ConnectionRef& connection = tried.caller.connection;
  if (tried.function_call) {
    const Rehearsed done = RehearseCall(policy, *opening.grant, connection);
    coverage.Note(done);
    CompareDecision(tried, done.decision, "", complaints);
  }
  const catalog::NameSpace names = NamesOf(file.catalog, *opening.grant, tried.search_path);
  for (const std::string& text : tried.texts) {
    const Rehearsed done = Rehearse(policy, *opening.grant, tried.caller, names, text);
    coverage.Note(done);
    const std::string where = tried.texts.size() > 1 ? Quoted(text) + ": " : "";
    CompareDecision(tried, done.decision, where, complaints);
  }
  return complaints;
}

}  // namespace portreeve::rehearsal
