#include "dev/issuer_verbs.h"

#include <filesystem>

#include "cli/gateway_address.h"
#include "dev/issuer.h"

namespace portreeve::dev {
namespace {

using cli::Arguments;
using cli::Console;
using cli::ExitCode;
using cli::Kind;
namespace fs = std::filesystem;

constexpr int64_t kSecondUs = 1'000'000;

absl::StatusOr<fs::path> Folder(const Arguments& arguments, const cli::Environment& environment) {
  if (arguments.On("--dir")) return fs::path(arguments.Text("--dir"));
  ASSIGN_OR_RETURN(const fs::path world, cli::DefaultDevFolder(environment));
  return world / "issuer";
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size() && !text.empty();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    parts.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return parts;
}

absl::Status PrintToken(const Arguments& arguments, const cli::Environment& environment,
                        const base::Clock& clock, Console& console) {
  ASSIGN_OR_RETURN(const fs::path folder, Folder(arguments, environment));
  ASSIGN_OR_RETURN(const Issuer issuer, Issuer::Open(folder));
  TokenRequest request;
  request.subject = arguments.Text("--sub");
  request.groups = SplitAtCommas(arguments.Text("--groups"));
  request.audience = arguments.Text("--audience");
  request.lifetime_s = arguments.DurationUs("--expires") / kSecondUs;
  ASSIGN_OR_RETURN(const std::string token, issuer.Sign(request, clock.UnixMicros() / kSecondUs));
  console.out << token << "\n";
  return absl::OkStatus();
}

}  // namespace

std::vector<cli::Verb> IssuerVerbs(const cli::Environment& environment, const base::Clock& clock) {
  const cli::Flag folder = {"--dir", Kind::kText, "FOLDER",
                            "of the issuer; without it, that of `portreeve dev`"};
  cli::Verb issuer;
  issuer.words = "dev issuer";
  issuer.summary = "Make a demo issuer: a key, and the key set for gateway.yaml.";
  issuer.flags = {folder,
                  {"--issuer", Kind::kText, "URL", "what it calls itself in its tokens",
                   "https://issuer.dev.invalid"}};
  issuer.run = [environment](const Arguments& arguments, Console& console) {
    const auto dir = Folder(arguments, environment);
    if (!dir.ok()) return cli::Fail(dir.status(), console);
    const auto made = Issuer::Make(*dir, arguments.Text("--issuer"));
    if (!made.ok()) return cli::Fail(made.status(), console);
    console.out << "The issuer " << made->url() << " is in " << dir->string() << "; its key set is "
                << (*dir / "jwks.json").string() << "\n";
    return ExitCode::kOk;
  };
  cli::Verb token;
  token.words = "dev token";
  token.summary = "Print a token of the demo issuer, to be used as a password.";
  token.flags = {
      folder,
      {"--sub", Kind::kText, "NAME", "whom it speaks of", {}, {}, true},
      {"--groups", Kind::kText, "NAME[,NAME...]", "what the policy knows them by"},
      {"--expires", Kind::kDuration, "DURATION", "at most 24h", "1h"},
      {"--audience", Kind::kText, "NAME", "whom it is for", "portreeve"},
  };
  token.run = [environment, &clock](const Arguments& arguments, Console& console) {
    const absl::Status done = PrintToken(arguments, environment, clock, console);
    return done.ok() ? ExitCode::kOk : cli::Fail(done, console);
  };
  return {issuer, token};
}

}  // namespace portreeve::dev
