#include "dev/dev_verbs.h"

#include <sstream>

#include "base/clock.h"
#include "dev/world.h"
#include "temp_folder.h"

namespace portreeve::dev {
namespace {

std::pair<cli::ExitCode, std::string> RunDev(const std::vector<std::string>& words) {
  const base::SystemClock clock;
  const cli::Environment environment = [](const char*) -> const char* { return nullptr; };
  std::ostringstream out;
  cli::Console console{out, out};
  const auto code = cli::Run(DevVerbs(environment, clock), words, environment, "", console);
  return {code, out.str()};
}

TEST_CASE("the tour does not go through a server that was named") {
  const auto [code, said] = RunDev({"dev", "--tour", "--postgres", "postgres://u@h/d"});
  CHECK(code == cli::ExitCode::kUsage);
  CHECK(said.find("private server only") != std::string::npos);
}

TEST_CASE("a wrong server is a usage error before anything is started") {
  const TempFolder folder;
  const auto [code, said] =
      RunDev({"dev", "--dir", folder.path() / "dev", "--postgres", "nonsense"});
  CHECK(code == cli::ExitCode::kUsage);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "dev"));
}

TEST_CASE("a folder without the other programs cannot be started from, and nothing is") {
  const TempFolder folder;
  Signals signals;
  std::ostringstream out;
  cli::Console console{out, out};
  const WorldOptions options{folder.path() / "dev", folder.path(), std::nullopt};
  const auto world = World::Start(options, signals, console);
  CHECK(world.status().code() == absl::StatusCode::kNotFound);
  CHECK(std::string(world.status().message()).find("portreeve-gateway is not in") == 0);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "dev"));
}

}  // namespace
}  // namespace portreeve::dev
