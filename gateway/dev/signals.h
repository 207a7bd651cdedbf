// SIGINT, SIGTERM and SIGHUP as values to wait for. Its one rule: made before any other thread is,
// by the thread that waits.
#pragma once

#include <signal.h>

namespace portreeve::dev {

class Signals {
 public:
  Signals();
  // Puts back what was blocked before.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The signal that came within that time; 0: none.
  int Wait(int timeout_ms);

 private:
  sigset_t awaited_;
  sigset_t before_;
};

}  // namespace portreeve::dev
