#include "dev/state_folder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temp_folder.h"

namespace portreeve::dev {
namespace {

// Listens on the port; -1 if it cannot.
int Occupy(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      listen(fd, 1) == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

TEST_CASE("one process at a time has the folder, and its end is enough to give it back") {
  const TempFolder folder;
  const auto state = folder.path() / "new" / "state";
  {
    const auto first = StateFolder::Open(state);
    REQUIRE(first.ok());
    const auto second = StateFolder::Open(state);
    CHECK(second.status().code() == absl::StatusCode::kAlreadyExists);
    CHECK(std::string(second.status().message()).find("process " + std::to_string(getpid())) !=
          std::string::npos);
    struct stat facts {};
    REQUIRE(stat(state.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 066) == 0);
  }
  CHECK(StateFolder::Open(state).ok());
}

TEST_CASE("a folder with something else in it is left alone") {
  const TempFolder folder;
  std::ofstream(folder.path() / "thesis") << "words";
  CHECK(StateFolder::Open(folder.path()).status().code() == absl::StatusCode::kAlreadyExists);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "lock"));
}

TEST_CASE("ports are those of last time as far as they are free") {
  const TempFolder folder;
  Ports first;
  {
    const auto state = StateFolder::Open(folder.path());
    REQUIRE(state.ok());
    first = state->ChoosePorts().value();
    CHECK(first.clients != first.agents);
    CHECK(first.agents != first.http);
    CHECK(first.clients != first.http);
  }
  const auto state = StateFolder::Open(folder.path());
  REQUIRE(state.ok());
  const Ports again = state->ChoosePorts().value();
  CHECK(again.clients == first.clients);
  CHECK(again.agents == first.agents);
  CHECK(again.http == first.http);
  const int fd = Occupy(first.clients);
  REQUIRE(fd >= 0);
  const Ports moved = state->ChoosePorts().value();
  close(fd);
  CHECK(moved.clients != first.clients);
  CHECK(moved.agents == first.agents);
  CHECK(moved.http == first.http);
  // The port that was given away is not asked for again.
  CHECK(state->ChoosePorts().value().clients == moved.clients);
}

TEST_CASE("a remembered port that is no port is forgotten") {
  for (const char* content : {"nonsense", R"({"clients":-1,"agents":70000,"http":"x"})", "[]"}) {
    const TempFolder folder;
    REQUIRE(StateFolder::Open(folder.path()).ok());
    std::ofstream(folder.path() / "ports.json") << content;
    const auto state = StateFolder::Open(folder.path());
    REQUIRE(state.ok());
    const auto ports = state->ChoosePorts();
    REQUIRE(ports.ok());
    CHECK(ports->clients > 0);
  }
}

}  // namespace
}  // namespace portreeve::dev
