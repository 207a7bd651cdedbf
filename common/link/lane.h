// The transport seam: one bidirectional stream of frames between a gateway and an agent. Nothing
// outside this folder knows what carries it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "link/frame.h"

namespace portreeve::link {

// Who is at the other end, as its certificate says.
struct PeerIdentity {
  std::string common_name;      // Empty: no certificate was shown.
  std::string certificate_pem;  // The leaf.
  std::string address;
};

// Sending side. Thread-safe.
class Lane {
 public:
  // Credit windows hold a session back long before: so many bytes gather only behind a peer that
  // has stopped to read.
  static constexpr size_t kMaxPendingBytes = 256 * 1024 * 1024;

  virtual ~Lane() = default;
  // Takes whole frames and sends them as soon as the transport is free, together with what else has
  // gathered by then. Order is kept. After the lane has closed the frames are dropped. A lane whose
  // peer does not read closes by itself when more than kMaxPendingBytes have gathered.
  virtual void Send(std::string frames) = 0;
  // Bytes that were sent and that the transport has not taken yet.
  virtual size_t pending_bytes() const = 0;
  // Ends the lane; LaneHandler::OnClosed follows.
  virtual void Close(std::string_view reason) = 0;
};

// Receiving side. The calls come one at a time, from the lane's own polling thread or from a thread
// that is sending on the lane: whoever sends must not hold a lock that a call here takes.
class LaneHandler : public FrameSink {
 public:
  // Before any other call.
  virtual void OnOpened(std::shared_ptr<Lane> lane) = 0;
  // The pieces given to OnData since the last call become invalid when this returns.
  virtual void OnBatchEnd() = 0;
  // The last call.
  virtual void OnClosed(const absl::Status& status) = 0;
};

}  // namespace portreeve::link
