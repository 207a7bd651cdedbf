// The two ends that make GrpcLanes: LinkServer accepts lanes on a port, LinkDialer opens them.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "link/grpc_lane.h"
#include "link/lane.h"
#include "link/server_credentials.h"

namespace portreeve::link {

inline constexpr char kLaneMethod[] = "/portreeve.link.Link/Lane";

class LinkServer {
 public:
  struct Options {
    std::string address;     // host:port; port 0 asks the kernel.
    ServerTls tls;           // To begin with.
    TlsRenewal tls_renewal;  // May be empty; what it uses must outlive the server.
    size_t lanes = 1;
    std::vector<grpc::Service*> services;  // Served beside the lanes; must outlive the server.
  };
  // Runs on the polling thread `lane_index`. Returns who handles the new lane, or why it is
  // refused.
  using Acceptor = std::function<absl::StatusOr<std::shared_ptr<LaneHandler>>(
      size_t lane_index, const PeerIdentity& peer)>;

  static absl::StatusOr<std::unique_ptr<LinkServer>> Start(Options options, Acceptor acceptor);
  // Ends every lane, waits for their OnClosed, and joins the polling threads.
  ~LinkServer();

  int port() const { return port_; }

 private:
  class IncomingCall;

  LinkServer() = default;
  // A call counts while it may still begin something on its queue.
  void CallBegins();
  void CallEnds();

  Acceptor acceptor_;
  int port_ = 0;
  std::shared_ptr<grpc::ServerCredentials> credentials_;
  grpc::AsyncGenericService generic_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::unique_ptr<CompletionThread>> threads_;

  std::mutex mutex_;
  std::condition_variable no_calls_;
  size_t calls_ = 0;  // Guarded by mutex_.
};

struct ClientTls {
  std::string gateway_ca_pem;
  std::string certificate_chain_pem;  // Empty together with the key: no client certificate.
  std::string private_key_pem;
};

// A channel to one gateway with the link's settings (keep-alive, limits).
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target, const ClientTls& tls);

// One polling thread for the lanes that are dialled through it.
class LinkDialer {
 public:
  LinkDialer();
  // All lanes must have closed.
  ~LinkDialer();

  // Opens a lane; the handler hears OnOpened once the gateway has taken it, or only OnClosed.
  void Dial(const std::shared_ptr<grpc::Channel>& channel, std::shared_ptr<LaneHandler> handler);
  // Any thread. Gives up the lanes that are not open yet: their handlers hear OnClosed at once, not
  // when a gateway that does not answer has been waited for.
  void GiveUp();

 private:
  class OutgoingCall;

  std::mutex mutex_;
  std::set<OutgoingCall*> dialling_;  // mutex_

  grpc::CompletionQueue queue_;
  std::unique_ptr<CompletionThread> thread_;
};

}  // namespace portreeve::link
