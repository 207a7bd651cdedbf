// A whole Portreeve on this machine: PostgreSQL, gateway, agent and a demo issuer. It lives as long
// as this object does.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/status.h"
#include "cli/api_client.h"
#include "cli/arguments.h"
#include "dev/child_process.h"
#include "dev/issuer.h"
#include "dev/private_postgres.h"
#include "dev/server.h"
#include "dev/signals.h"
#include "dev/state_folder.h"
#include "dev/world_files.h"

namespace portreeve::dev {

struct WorldOptions {
  std::filesystem::path folder;    // Absolute.
  std::filesystem::path programs;  // The folder with portreeve-gateway and portreeve-agent.
  std::optional<Server> server;    // Nothing: a private one.
};

class World {
 public:
  // Says on `console.out` how far it is. kCancelled: a signal came. `signals` must outlive the
  // world.
  static absl::StatusOr<std::unique_ptr<World>> Start(const WorldOptions& options, Signals& signals,
                                                      cli::Console& console);

  // An error if one of the programs has ended by itself, with the last lines of its log.
  absl::Status Check();
  // The gateway reads its policy again.
  void Reload() { gateway_->Signal(SIGHUP); }

  const WorldPaths& paths() const { return paths_; }
  const Ports& ports() const { return ports_; }
  const Issuer& issuer() const { return *issuer_; }
  // Null if the server is not the world's own.
  const PrivatePostgres* own_postgres() const { return postgres_ ? &*postgres_ : nullptr; }

 private:
  World(StateFolder state, Signals& signals)
      : state_(std::move(state)), signals_(signals), paths_(state_.path()) {}

  absl::Status StartServer(const WorldOptions& options);
  absl::Status StartGateway(const std::filesystem::path& program);
  absl::Status StartAgent(const std::filesystem::path& program);
  absl::StatusOr<cli::ApiClient> Api() const;
  template <typename Done>
  absl::Status WaitUntil(const std::string& what, Done done);

  StateFolder state_;
  Signals& signals_;
  const WorldPaths paths_;
  Ports ports_;
  Server server_;
  std::optional<Issuer> issuer_;
  // Ended in the opposite order.
  std::optional<PrivatePostgres> postgres_;
  std::optional<ChildProcess> agent_;
  std::optional<ChildProcess> gateway_;
};

}  // namespace portreeve::dev
