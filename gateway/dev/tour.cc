#include "dev/tour.h"

#include <unistd.h>

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "audit/print.h"
#include "audit/reader.h"

namespace portreeve::dev {
namespace {

namespace audit_proto = proto::audit;

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kJournalTimeoutUs = 5 * kSecondUs;
constexpr useconds_t kPollUs = 50'000;
constexpr char kSelect[] =
    "SELECT country, count(*) AS customers FROM customers GROUP BY country ORDER BY country";
constexpr char kDrop[] = "DROP TABLE customers";

std::string Indented(const std::string& text) {
  std::string indented;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    indented.append("   ").append(text, start, end - start).append("\n");
    start = end + 1;
  }
  return indented;
}

absl::StatusOr<Finished> RunPsql(const World& world, const std::string& token,
                                 const std::string& sql) {
  const std::string target = "host=127.0.0.1 port=" + std::to_string(world.ports().clients) +
                             " dbname=" + kConnection +
                             " user=ana sslmode=disable connect_timeout=20";
  return RunToEnd({{world.own_postgres()->bin() / "psql", "-X", "-d", target, "-c", sql},
                   {{"PGPASSWORD", token}},
                   "",
                   {}});
}

absl::Status Unexpected(const std::string& what) {
  return base::Internal("the tour did not go as promised: " + what);
}

absl::Status ShowAllowed(const World& world, const std::string& token, cli::Console& console) {
  console.out << "\n1. ana, who is in data-eu, asks for customers; the policy lets her read:\n\n   "
              << kSelect << "\n\n";
  ASSIGN_OR_RETURN(const Finished asked, RunPsql(world, token, kSelect));
  console.out << Indented(asked.output);
  ASSIGN_OR_RETURN(const std::string direct,
                   world.own_postgres()->Ask(kSelect, "--pset=format=aligned"));
  if (asked.exit_code != 0 || direct.empty() || asked.output.find(direct) == std::string::npos) {
    return Unexpected("the SELECT has another answer than the server itself gives");
  }
  return absl::OkStatus();
}

absl::Status ShowRefused(const World& world, const std::string& token, cli::Console& console) {
  console.out << "\n2. She tries to drop the table; the policy refuses it:\n\n   " << kDrop
              << "\n\n";
  ASSIGN_OR_RETURN(const Finished tried, RunPsql(world, token, kDrop));
  console.out << Indented(tried.output);
  for (const char* part : {"ERROR:", "DETAIL:", "HINT:"}) {
    if (tried.exit_code != 0 && tried.output.find(part) != std::string::npos) continue;
    return Unexpected("the DROP TABLE was not refused with " + std::string(part));
  }
  ASSIGN_OR_RETURN(const std::string count,
                   world.own_postgres()->Ask("SELECT count(*) FROM customers"));
  const long rows = std::strtol(count.c_str(), nullptr, 10);
  if (rows <= 0) return Unexpected("the table has no rows any more");
  console.out << "\n   The server itself says that the table is there, with " << rows << " rows.\n";
  return absl::OkStatus();
}

// What the journal has of the two statements.
struct Found {
  std::vector<audit_proto::Record> records;
  bool allowed = false;
  bool refused = false;
  size_t outcomes = 0;
};

// The sessions of this tour are those in which its statements were sent since it began.
absl::StatusOr<Found> ReadJournal(const World& world, int64_t since_unix_us) {
  ASSIGN_OR_RETURN(const auto reader,
                   audit::JournalReader::Open(world.paths().gateway_state / "journal"));
  std::vector<audit_proto::Record> records;
  std::set<std::string> sessions;
  for (;;) {
    ASSIGN_OR_RETURN(auto entry, reader->Next());
    if (!entry) break;
    audit_proto::Record& record = entry->record;
    if (record.time_unix_us() < since_unix_us) continue;
    if (record.has_statement() &&
        (record.statement().sql() == kSelect || record.statement().sql() == kDrop)) {
      sessions.insert(record.statement().session());
    }
    records.push_back(std::move(record));
  }
  Found found;
  for (audit_proto::Record& record : records) {
    if (record.has_session_opened()) {
      if (sessions.count(record.session_opened().session()) == 0) continue;
    } else if (record.has_statement()) {
      const audit_proto::Statement& statement = record.statement();
      if (sessions.count(statement.session()) == 0) continue;
      found.allowed |= statement.sql() == kSelect && statement.decision() == audit_proto::ALLOW;
      found.refused |= statement.sql() == kDrop && statement.decision() == audit_proto::REFUSE;
    } else if (record.has_statement_outcome()) {
      if (sessions.count(record.statement_outcome().session()) == 0) continue;
      ++found.outcomes;
    } else {
      continue;
    }
    found.records.push_back(std::move(record));
  }
  return found;
}

absl::Status ShowJournal(const World& world, const base::Clock& clock, int64_t since_unix_us,
                         cli::Console& console) {
  console.out << "\n3. What `portreeve audit tail` says of both:\n\n";
  const int64_t end_us = clock.MonotonicMicros() + kJournalTimeoutUs;
  for (;;) {
    ASSIGN_OR_RETURN(const Found found, ReadJournal(world, since_unix_us));
    const bool whole = found.allowed && found.refused && found.outcomes == 2;
    // An outcome is written a moment after its answer has gone out.
    if (!whole && clock.MonotonicMicros() < end_us) {
      usleep(kPollUs);
      continue;
    }
    for (const auto& record : found.records) {
      console.out << "   " << audit::ToLine(record) << "\n";
    }
    return whole ? absl::OkStatus()
                 : Unexpected("the journal has not both statements with their outcomes");
  }
}

}  // namespace

absl::Status RunTour(const World& world, const base::Clock& clock, cli::Console& console) {
  const int64_t since_unix_us = clock.UnixMicros();
  TokenRequest request;
  request.subject = "ana";
  request.groups = {"data-eu"};
  ASSIGN_OR_RETURN(const std::string token,
                   world.issuer().Sign(request, since_unix_us / kSecondUs));
  RETURN_IF_ERROR(ShowAllowed(world, token, console));
  RETURN_IF_ERROR(ShowRefused(world, token, console));
  RETURN_IF_ERROR(ShowJournal(world, clock, since_unix_us, console));
  console.out << "\nAll three went as promised.\n";
  return absl::OkStatus();
}

}  // namespace portreeve::dev
