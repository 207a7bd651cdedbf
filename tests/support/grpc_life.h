// gRPC cleans up behind its last object on a thread of its own, and the check for leaks at the end
// of a test binary must not come before that: call KeepGrpc() where the binary first uses gRPC.
#pragma once

#include <grpc/grpc.h>

namespace portreeve {

// Until the process ends, which then waits for the cleaning up.
inline void KeepGrpc() {
  struct Life {
    Life() { grpc_init(); }
    ~Life() { grpc_shutdown_blocking(); }
  };
  static const Life life;
}

}  // namespace portreeve
