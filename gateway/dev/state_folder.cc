#include "dev/state_folder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>

#include "base/file.h"

namespace portreeve::dev {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kLockFile[] = "lock";
constexpr char kPortsFile[] = "ports.json";
constexpr Ports kDocumented = {6432, 6433, 6434};
constexpr size_t kMaxFileBytes = 4096;

// A socket that holds the port, so that the next choice is another one. Port 0: any.
base::UniqueFd Hold(int port) {
  base::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 1) != 0) {
    fd.Reset();
  }
  return fd;
}

int PortOf(const base::UniqueFd& fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.sin_port);
}

int Remembered(const json& ports, const char* name) {
  if (!ports.is_object()) return 0;
  const auto found = ports.find(name);
  if (found == ports.end() || !found->is_number_integer()) return 0;
  const auto port = found->get<int64_t>();
  return port > 0 && port < 65536 ? static_cast<int>(port) : 0;
}

base::UniqueFd HoldFirstFree(int remembered, int documented) {
  if (remembered != 0) {
    if (base::UniqueFd fd = Hold(remembered); fd.valid()) return fd;
  }
  if (base::UniqueFd fd = Hold(documented); fd.valid()) return fd;
  return Hold(0);
}

}  // namespace

absl::StatusOr<StateFolder> StateFolder::Open(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (error) {
    return base::Unavailable("cannot make " + folder.parent_path().string() + ": " +
                             error.message());
  }
  // As root the server's own user must pass through to its folder; what is secret has its own mode.
  const mode_t mode = geteuid() == 0 ? 0711 : 0700;
  if (mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
    return base::ErrnoStatus("cannot make " + folder.string(), errno);
  }
  const fs::path file = folder / kLockFile;
  // Whatever a start finds unfinished it removes: that must be nobody else's.
  if (!fs::exists(file, error) && !fs::is_empty(folder, error)) {
    return absl::AlreadyExistsError(
        base::ToAbsl(folder.string() + " is not empty, and not the folder of a `portreeve dev`: "
                                       "choose another with --dir"));
  }
  base::UniqueFd lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return base::ErrnoStatus("cannot open " + file.string(), errno);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    const std::string pid = base::ReadFile(file, kMaxFileBytes).value_or("");
    return absl::AlreadyExistsError(
        base::ToAbsl("`portreeve dev` already runs in " + folder.string() + " (process " +
                     pid.substr(0, pid.find('\n')) +
                     "): use it, or stop it, or choose another folder with --dir"));
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(lock.get(), 0) != 0 ||
      pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return base::ErrnoStatus("cannot write " + file.string(), errno);
  }
  return StateFolder(fs::canonical(folder, error), std::move(lock));
}

absl::StatusOr<Ports> StateFolder::ChoosePorts() const {
  const std::string text = base::ReadFile(path_ / kPortsFile, kMaxFileBytes).value_or("");
  const json before = json::parse(text, nullptr, false);
  // All three are held until the last is chosen.
  const base::UniqueFd clients = HoldFirstFree(Remembered(before, "clients"), kDocumented.clients);
  const base::UniqueFd agents = HoldFirstFree(Remembered(before, "agents"), kDocumented.agents);
  const base::UniqueFd http = HoldFirstFree(Remembered(before, "http"), kDocumented.http);
  if (!clients.valid() || !agents.valid() || !http.valid()) {
    return base::ErrnoStatus("there is no free port on 127.0.0.1", errno);
  }
  const Ports ports{PortOf(clients), PortOf(agents), PortOf(http)};
  const json now = {{"clients", ports.clients}, {"agents", ports.agents}, {"http", ports.http}};
  RETURN_IF_ERROR(base::WriteFileAtomically(path_ / kPortsFile, now.dump() + "\n", 0600));
  return ports;
}

}  // namespace portreeve::dev
