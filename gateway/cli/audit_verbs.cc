#include "cli/audit_verbs.h"

#include <unistd.h>

#include <deque>

#include "audit/print.h"
#include "audit/reader.h"
#include "cli/gateway_address.h"

namespace portreeve::cli {
namespace {

using audit::JournalReader;
using Records = std::deque<proto::audit::Record>;

constexpr useconds_t kFollowPauseUs = 200'000;

void Print(const proto::audit::Record& record, bool as_json, Console& console) {
  console.out << (as_json ? audit::ToJsonLine(record) : audit::ToLine(record)) << "\n";
}

// Reads to the present end and keeps the last `limit`. What was read before damage is kept as well.
absl::Status ReadLast(JournalReader& reader, uint64_t limit, Records& last) {
  for (;;) {
    ASSIGN_OR_RETURN(auto entry, reader.Next());
    if (!entry) return absl::OkStatus();
    last.push_back(std::move(entry->record));
    if (last.size() > limit) last.pop_front();
  }
}

// Ends only by an error, or when nobody reads the output any more.
absl::Status Follow(JournalReader& reader, bool as_json, Console& console) {
  while (console.out.good()) {
    ASSIGN_OR_RETURN(const auto entry, reader.Next());
    if (entry) {
      Print(entry->record, as_json, console);
    } else {
      console.out.flush();
      usleep(kFollowPauseUs);
    }
  }
  return absl::OkStatus();
}

absl::Status Tail(const Arguments& arguments, const Environment& environment, Console& console) {
  ASSIGN_OR_RETURN(const auto folder, FindJournal(arguments, environment));
  const auto opened = JournalReader::Open(folder);
  if (!opened.ok()) return base::Annotate(opened.status(), "no journal in " + folder.string());
  JournalReader& reader = **opened;
  const bool as_json = arguments.On("--json");
  Records last;
  const absl::Status read = ReadLast(reader, arguments.Count("--limit"), last);
  for (const auto& record : last) Print(record, as_json, console);
  RETURN_IF_ERROR(read);
  if (arguments.On("--follow")) return Follow(reader, as_json, console);
  if (const uint64_t bytes = reader.incomplete_bytes(); bytes > 0) {
    console.err << "portreeve: the last " << bytes << " bytes are no whole record yet: the gateway "
                << "is writing them, or was ended while it did\n";
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Verb> AuditVerbs(const Environment& environment) {
  Verb tail;
  tail.words = "audit tail";
  tail.summary = "Print the journal's newest records, from its folder.";
  tail.flags = {
      {"--dir", Kind::kText, "JOURNAL", "the journal's folder"},
      {"--config", Kind::kText, "FILE", "gateway.yaml, whose state_dir holds the journal"},
      {"--limit", Kind::kCount, "N", "how many records", "20"},
      {"--follow", Kind::kSwitch, "", "go on with what is written from now on"},
      {"--json", Kind::kSwitch, "", "print one JSON object a line, for programs"},
  };
  tail.run = [environment](const Arguments& arguments, Console& console) {
    const absl::Status done = Tail(arguments, environment, console);
    return done.ok() ? ExitCode::kOk : Fail(done, console);
  };
  return {tail};
}

}  // namespace portreeve::cli
