#include "dev/signals.h"

#include <ctime>
#include <initializer_list>

namespace portreeve::dev {

Signals::Signals() {
  sigemptyset(&awaited_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&awaited_, signal);
  pthread_sigmask(SIG_BLOCK, &awaited_, &before_);
}

Signals::~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int Signals::Wait(int timeout_ms) {
  const timespec timeout{timeout_ms / 1000, long{timeout_ms % 1000} * 1'000'000};
  const int signal = sigtimedwait(&awaited_, nullptr, &timeout);
  return signal > 0 ? signal : 0;
}

}  // namespace portreeve::dev
