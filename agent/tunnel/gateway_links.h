// Keeps the configured number of lanes to every gateway: dials, notices losses, dials again with
// jittered back-off. One object for each gateway.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "link/grpc_endpoint.h"
#include "portreeve/link.pb.h"
#include "tunnel/agent_lane.h"

namespace portreeve::tunnel {

class GatewayLinks {
 public:
  // The loops (one a lane) and the logger must outlive it.
  GatewayLinks(std::string gateway, link::Hello hello, std::shared_ptr<const Servers> servers,
               std::vector<std::unique_ptr<UpstreamLoop>>& loops, link::ClientTls credentials,
               base::Logger& logger);
  // Ends the lanes and waits until they are closed.
  ~GatewayLinks();

  void Start();
  // Takes effect with the next dialling.
  void SetCredentials(link::ClientTls credentials);
  // Asks for no new sessions, on lanes to come as well.
  void Drain();
  size_t session_count() const;
  const std::string& gateway() const { return gateway_; }

 private:
  static constexpr int kFirstBackOffMs = 200;
  static constexpr int kMaxBackOffMs = 15'000;
  static constexpr int64_t kStableAfterUs = 10'000'000;

  // One lane's life, on a thread of its own.
  void Keep(size_t lane_index);
  void WaitBackOff(int& back_off_ms);

  const std::string gateway_;
  const link::Hello hello_;
  const std::shared_ptr<const Servers> servers_;
  std::vector<std::unique_ptr<UpstreamLoop>>& loops_;
  base::Logger& logger_;
  std::vector<std::unique_ptr<link::LinkDialer>> dialers_;
  std::vector<std::thread> threads_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  link::ClientTls credentials_;  // mutex_, as below.
  std::vector<std::shared_ptr<AgentLane>> lanes_;
  bool draining_ = false;
  bool stopping_ = false;
};

}  // namespace portreeve::tunnel
