#include "link/grpc_endpoint.h"

#include <chrono>
#include <mutex>
#include <utility>

namespace portreeve::link {
namespace {

// Every lane and every join has a connection of its own; a few more do no harm.
constexpr int kMaxStreamsPerConnection = 16;
constexpr int kKeepAliveMs = 10'000;
constexpr int kKeepAliveTimeoutMs = 5'000;
constexpr int kMinPingIntervalMs = 5'000;

// How a gateway says that it has taken a lane: what it refuses ends without it.
constexpr char kAcceptedKey[] = "portreeve-lane";
constexpr char kAcceptedValue[] = "accepted";

std::string FirstProperty(const grpc::AuthContext& context, const std::string& name) {
  const auto values = context.FindPropertyValues(name);
  return values.empty() ? std::string() : std::string(values[0].data(), values[0].size());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(base::FromAbsl(status.message())));
}

}  // namespace

// Waits for one lane to be opened by an agent, becomes its RawStream, and puts the next one in
// line.
class LinkServer::IncomingCall final : public RawStream, public CompletionTag {
 public:
  static void Await(LinkServer& server, size_t lane_index) {
    server.CallBegins();
    auto call = std::make_unique<IncomingCall>(server, lane_index);
    IncomingCall* raw = call.release();  // Owned by the queue until Proceed.
    grpc::ServerCompletionQueue* queue = server.queues_[lane_index].get();
    server.generic_.RequestCall(&raw->context_, &raw->stream_, queue, queue,
                                static_cast<CompletionTag*>(raw));
  }

  IncomingCall(LinkServer& server, size_t lane_index) : server_(server), lane_index_(lane_index) {}

  void Proceed(bool ok) override {
    std::unique_ptr<IncomingCall> self(this);
    if (refused_) return;
    if (handler_ != nullptr) {
      // The agent has been told, or has gone; if so, the lane finds out.
      auto handler = std::move(handler_);
      std::make_shared<GrpcLane>(std::move(self), std::move(handler))->Start();
      return;
    }
    if (!ok) return server_.CallEnds();  // The server is going down.
    Await(server_, lane_index_);
    LinkServer& server = server_;
    auto handler = context_.method() == kLaneMethod
                       ? server.acceptor_(lane_index_, Peer())
                       : absl::StatusOr<std::shared_ptr<LaneHandler>>(
                             absl::UnimplementedError("no such method"));
    if (!handler.ok()) {
      refused_ = true;
      stream_.Finish(ToGrpc(handler.status()), static_cast<CompletionTag*>(self.release()));
      return server.CallEnds();
    }
    handler_ = *std::move(handler);
    context_.AddInitialMetadata(kAcceptedKey, kAcceptedValue);
    stream_.SendInitialMetadata(static_cast<CompletionTag*>(self.release()));
  }

  void Read(grpc::ByteBuffer* into, void* tag) override { stream_.Read(into, tag); }
  void Write(const grpc::ByteBuffer& message, void* tag) override { stream_.Write(message, tag); }
  void Finish(void* tag) override {
    LinkServer& server = server_;
    stream_.Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "lane closed"), tag);
    server.CallEnds();
  }
  void Cancel() override { context_.TryCancel(); }
  absl::Status final_status() const override { return base::Unavailable("the agent went away"); }

 private:
  PeerIdentity Peer() const {
    const auto auth = context_.auth_context();
    return {FirstProperty(*auth, "x509_common_name"), FirstProperty(*auth, "x509_pem_cert"),
            context_.peer()};
  }

  LinkServer& server_;
  const size_t lane_index_;
  bool refused_ = false;
  std::shared_ptr<LaneHandler> handler_;  // While the agent is told that it is let in.
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
};

absl::StatusOr<std::unique_ptr<LinkServer>> LinkServer::Start(Options options, Acceptor acceptor) {
  std::unique_ptr<LinkServer> server(new LinkServer);
  server->acceptor_ = std::move(acceptor);
  server->credentials_ =
      MakeServerCredentials(std::move(options.tls), std::move(options.tls_renewal));
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.address, server->credentials_, &server->port_);
  // gRPC knows one limit for all services of a server. It is looked at before anything is kept.
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  for (grpc::Service* service : options.services) builder.RegisterService(service);
  builder.RegisterAsyncGenericService(&server->generic_);
  for (size_t i = 0; i < options.lanes; ++i) {
    server->queues_.push_back(builder.AddCompletionQueue());
  }
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    for (auto& queue : server->queues_) {
      queue->Shutdown();
      CompletionThread(queue.get()).Join();
    }
    return base::Unavailable("cannot listen for agents on " + options.address);
  }
  for (size_t i = 0; i < options.lanes; ++i) {
    IncomingCall::Await(*server, i);
    server->threads_.push_back(std::make_unique<CompletionThread>(server->queues_[i].get()));
  }
  return server;
}

void LinkServer::CallBegins() {
  const std::lock_guard lock(mutex_);
  ++calls_;
}

void LinkServer::CallEnds() {
  const std::lock_guard lock(mutex_);
  if (--calls_ == 0) no_calls_.notify_all();
}

LinkServer::~LinkServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  {
    // gRPC ends the process if anything is begun on a queue that has been shut down.
    std::unique_lock lock(mutex_);
    no_calls_.wait(lock, [this] { return calls_ == 0; });
  }
  for (auto& queue : queues_) queue->Shutdown();
  for (auto& thread : threads_) thread->Join();
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target, const ClientTls& tls) {
  grpc::SslCredentialsOptions credentials;
  credentials.pem_root_certs = tls.gateway_ca_pem;
  credentials.pem_cert_chain = tls.certificate_chain_pem;
  credentials.pem_private_key = tls.private_key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Every dialler reconnects by its own back-off: a shared subchannel would hide a new certificate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(target, grpc::SslCredentials(credentials), arguments);
}

class LinkDialer::OutgoingCall final : public RawStream, public CompletionTag {
 public:
  OutgoingCall(LinkDialer& dialer, const std::shared_ptr<grpc::Channel>& channel,
               std::shared_ptr<LaneHandler> handler)
      : dialer_(dialer), stub_(channel), handler_(std::move(handler)) {}

  void Start(grpc::CompletionQueue* queue) {
    stream_ = stub_.PrepareCall(&context_, kLaneMethod, queue);
    auto* tag = static_cast<CompletionTag*>(this);
    ReleaseTag(tag);
    stream_->StartCall(tag);
  }

  void Proceed(bool ok) override {
    // Dial() holds this until the call has been begun whole.
    std::unique_lock lock(dialer_.mutex_);
    if (ok && step_ == Step::kCalling) {
      step_ = Step::kAwaitingAnswer;
      stream_->ReadInitialMetadata(static_cast<CompletionTag*>(this));
      return;
    }
    dialer_.dialling_.erase(this);
    lock.unlock();
    std::unique_ptr<OutgoingCall> self(this);
    if (step_ == Step::kFailed) {
      handler_->OnClosed(final_status());
      return;
    }
    if (!ok || !IsAccepted()) {
      step_ = Step::kFailed;
      stream_->Finish(&status_, static_cast<CompletionTag*>(self.release()));
      return;
    }
    auto handler = std::move(handler_);
    std::make_shared<GrpcLane>(std::move(self), std::move(handler))->Start();
  }

  void Read(grpc::ByteBuffer* into, void* tag) override { stream_->Read(into, tag); }
  void Write(const grpc::ByteBuffer& message, void* tag) override { stream_->Write(message, tag); }
  void Finish(void* tag) override { stream_->Finish(&status_, tag); }
  void Cancel() override { context_.TryCancel(); }
  absl::Status final_status() const override {
    return status_.ok() ? base::Unavailable("the gateway ended the lane") : FromGrpc(status_);
  }

 private:
  enum class Step { kCalling, kAwaitingAnswer, kFailed };

  bool IsAccepted() const {
    const auto& metadata = context_.GetServerInitialMetadata();
    const auto found = metadata.find(kAcceptedKey);
    return found != metadata.end() && found->second == kAcceptedValue;
  }

  LinkDialer& dialer_;
  grpc::GenericStub stub_;
  std::shared_ptr<LaneHandler> handler_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::Status status_;
  Step step_ = Step::kCalling;
};

LinkDialer::LinkDialer() : thread_(std::make_unique<CompletionThread>(&queue_)) {}

LinkDialer::~LinkDialer() {
  queue_.Shutdown();
  thread_->Join();
}

void LinkDialer::Dial(const std::shared_ptr<grpc::Channel>& channel,
                      std::shared_ptr<LaneHandler> handler) {
  auto call = std::make_unique<OutgoingCall>(*this, channel, std::move(handler));
  const std::lock_guard lock(mutex_);
  dialling_.insert(call.get());
  call.release()->Start(&queue_);  // Owned by the queue until Proceed.
}

void LinkDialer::GiveUp() {
  const std::lock_guard lock(mutex_);
  for (OutgoingCall* call : dialling_) call->Cancel();
}

}  // namespace portreeve::link
