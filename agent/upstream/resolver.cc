#include "upstream/resolver.h"

#include <utility>

namespace portreeve::upstream {

Resolver::Resolver() : thread_([this] { Run(); }) {}

Resolver::~Resolver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Resolver::Resolve(std::string host, std::string port, net::EventLoop& loop, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() < kMaxWaiting) {
      jobs_.push_back({std::move(host), std::move(port), &loop, std::exchange(done, nullptr)});
    }
  }
  changed_.notify_one();
  if (done != nullptr) {
    loop.Post([done = std::move(done)] {
      done(base::ResourceExhausted("too many host names wait to be resolved"));
    });
  }
}

void Resolver::Run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    auto addresses = net::ResolveBlocking(job.host, job.port);
    job.loop->Post(
        [done = std::move(job.done), addresses = std::move(addresses)] { done(addresses); });
  }
}

}  // namespace portreeve::upstream
