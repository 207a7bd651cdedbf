#include "audit/journal.h"
#include "cli/audit_verbs.h"
#include "fixture.h"

namespace portreeve::cli {
namespace {

// A journal with `count` cancel records, whose client address is their number.
std::filesystem::path MakeJournal(const TempFolder& folder, int count) {
  const base::SystemClock clock;
  base::Logger silent(base::LogLevel::kError, -1);
  audit::Options options;
  options.dir = folder.path() / "journal";
  options.durability = audit::Durability::kRelaxed;
  options.clock = &clock;
  options.logger = &silent;
  const auto journal = audit::Journal::Open(options);
  REQUIRE(journal.ok());
  for (int i = 1; i <= count; ++i) {
    proto::audit::Record record;
    record.mutable_cancel_requested()->set_client_address("no." + std::to_string(i));
    REQUIRE((*journal)->control().Append(record).ok());
  }
  return options.dir;
}

Outcome Tail(std::vector<std::string> flags) {
  const Variables variables;
  flags.insert(flags.begin(), {"audit", "tail"});
  return RunVerb(AuditVerbs(variables.lookup()), flags, variables);
}

size_t LineCount(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_CASE("the newest records are printed, oldest first, twenty unless told") {
  const TempFolder folder;
  const std::string journal = MakeJournal(folder, 30);
  const Outcome twenty = Tail({"--dir", journal});
  CHECK(twenty.code == ExitCode::kOk);
  CHECK(LineCount(twenty.out) == 20);
  CHECK(twenty.out.find("\"no.10\"") == std::string::npos);
  CHECK(twenty.out.find("\"no.11\"") < twenty.out.find("\"no.30\""));
  CHECK(LineCount(Tail({"--dir", journal, "--limit", "1000000"}).out) == 30);
  CHECK(Tail({"--dir", journal, "--limit", "0"}).out.empty());
}

TEST_CASE("JSON is one object a line") {
  const TempFolder folder;
  const std::string journal = MakeJournal(folder, 2);
  const Outcome done = Tail({"--dir", journal, "--json"});
  CHECK(LineCount(done.out) == 2);
  CHECK(done.out.starts_with("{\"time\":"));
  CHECK(done.out.find("\"client_address\":\"no.1\"") != std::string::npos);
}

TEST_CASE("the journal is found by the gateway's configuration") {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() / "state");
  std::filesystem::rename(MakeJournal(folder, 1), folder.path() / "state/journal");
  const std::string config = folder.Write(
      "gateway.yaml",
      "tls: off\nstate_dir: state\npolicy_file: p\n"
      "issuers: [{ name: i, issuer: u, audience: [a], algorithms: [EdDSA], jwks_file: j }]\n");
  const Outcome done = Tail({"--config", config});
  CHECK(done.err.empty());
  CHECK(LineCount(done.out) == 1);
}

TEST_CASE("damage ends with 8, after what stands before it") {
  const TempFolder folder;
  const std::filesystem::path journal = MakeJournal(folder, 3);
  size_t damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator(journal)) {
    std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    const size_t at = content.find("no.2");
    if (at == std::string::npos) continue;
    stream.clear();
    stream.seekp(static_cast<std::streamoff>(at));
    stream << "NO";
    ++damaged;
  }
  REQUIRE(damaged == 1);
  const Outcome done = Tail({"--dir", journal});
  CHECK(done.code == ExitCode::kVerification);
  CHECK(LineCount(done.out) == 1);
  CHECK(done.out.find("\"no.1\"") != std::string::npos);
  CHECK(done.err.starts_with("portreeve: "));
}

TEST_CASE("a folder without a journal is not found") {
  const TempFolder folder;
  const Outcome done = Tail({"--dir", folder.path()});
  CHECK(done.code == ExitCode::kNotFound);
  CHECK(done.err.find("no journal in " + folder.path().string()) != std::string::npos);
}

}  // namespace
}  // namespace portreeve::cli
