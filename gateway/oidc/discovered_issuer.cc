#include "oidc/discovered_issuer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace portreeve::oidc {
namespace {

constexpr int64_t kMostDoublings = 16;

std::string Text(const absl::Status& status) {
  return std::string(base::FromAbsl(status.message()));
}

}  // namespace

DiscoveredIssuer::DiscoveredIssuer(IssuerOptions options, Timings timings)
    : options_(std::move(options)), timings_(timings), fetcher_(options_.ca_file) {}

DiscoveredIssuer::~DiscoveredIssuer() { Stop(); }

void DiscoveredIssuer::Start(const base::Clock& clock, base::Logger& logger,
                             const DiscoveredIssuer* before) {
  clock_ = &clock;
  logger_ = &logger;
  if (before != nullptr && before->options_.issuer.text == options_.issuer.text &&
      before->options_.ca_file == options_.ca_file &&
      before->options_.algorithms == options_.algorithms) {
    const std::scoped_lock lock(mutex_, before->mutex_);
    keys_ = before->keys_;
    good_at_us_ = before->good_at_us_;
    reachable_ = before->reachable_;
    userinfo_endpoint_ = before->userinfo_endpoint_;
    if (before->options_.groups_claim == options_.groups_claim) groups_ = before->groups_;
  }
  thread_ = std::thread([this] { Run(); });
}

void DiscoveredIssuer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  fetcher_.Abort();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const identity::KeySet> DiscoveredIssuer::Keys() const {
  const std::lock_guard lock(mutex_);
  if (keys_ == nullptr || clock_->MonotonicMicros() - good_at_us_ > timings_.keep_us) {
    return nullptr;
  }
  return keys_;
}

bool DiscoveredIssuer::Refresh(std::function<void()> done) {
  const std::lock_guard lock(mutex_);
  if (clock_ == nullptr || stopping_ || waiting_.size() >= kMaxWaiting) return false;
  // Those who come while it is being asked wait for the same answer.
  const bool is_due =
      !looked_ || !waiting_.empty() || clock_->MonotonicMicros() - looked_at_us_ >= timings_.gap_us;
  if (!is_due) return false;
  waiting_.push_back(std::move(done));
  changed_.notify_all();
  return true;
}

void DiscoveredIssuer::AskGroups(std::string token, std::string subject, int64_t expires_unix_s,
                                 std::function<void(absl::StatusOr<Groups>)> done) {
  absl::StatusOr<Groups> answer = base::Unavailable("too many wait for UserInfo");
  {
    const std::lock_guard lock(mutex_);
    const int64_t now_s = clock_ == nullptr ? 0 : clock_->UnixMicros() / 1'000'000;
    if (auto known = groups_.Find(token, now_s)) {
      answer = *std::move(known);
    } else if (clock_ != nullptr && !stopping_ && questions_.size() < kMaxWaiting) {
      questions_.push_back({std::move(token), std::move(subject), expires_unix_s, std::move(done)});
      changed_.notify_all();
      return;
    }
  }
  done(std::move(answer));
}

void DiscoveredIssuer::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const int64_t now = clock_->MonotonicMicros();
    if (!waiting_.empty() || now >= next_look_us_) {
      lock.unlock();
      Look();
      lock.lock();
    } else if (!questions_.empty()) {
      Question question = std::move(questions_.front());
      questions_.pop_front();
      lock.unlock();
      Answer(std::move(question));
      lock.lock();
    } else {
      changed_.wait_for(lock, std::chrono::microseconds(next_look_us_ - now));
    }
  }
  const auto waiting = std::exchange(waiting_, {});
  const auto questions = std::exchange(questions_, {});
  lock.unlock();
  for (const auto& done : waiting) done();
  for (const Question& question : questions) {
    question.done(base::Unavailable("the issuer is not asked any more"));
  }
}

void DiscoveredIssuer::Look() {
  auto fetched = FetchKeys();
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Note(std::move(fetched));
    waiting.swap(waiting_);
  }
  for (const auto& done : waiting) done();
}

absl::StatusOr<identity::KeySet> DiscoveredIssuer::FetchKeys() {
  FetchLimits limits = timings_.limits;
  limits.body_bytes = kMaxMetadataBytes;
  const std::string where = MetadataUrl(options_.issuer.text);
  auto document = fetcher_.Get({where, options_.issuer.https}, limits);
  if (!document.ok()) return base::Annotate(document.status(), where);
  auto metadata = ParseMetadata(*document, options_.issuer);
  if (!metadata.ok()) return base::Annotate(metadata.status(), where);
  {
    const std::lock_guard lock(mutex_);
    userinfo_endpoint_ = metadata->userinfo_endpoint;
  }
  ASSIGN_OR_RETURN(const EndpointUrl jwks, ParseEndpointUrl(metadata->jwks_uri));
  limits.body_bytes = identity::KeySet::kMaxBytes;
  auto text = fetcher_.Get(jwks, limits);
  if (!text.ok()) return base::Annotate(text.status(), metadata->jwks_uri);
  auto keys = identity::KeySet::Parse(*text, options_.algorithms);
  if (!keys.ok()) return base::Annotate(keys.status(), metadata->jwks_uri);
  return keys;
}

void DiscoveredIssuer::Note(absl::StatusOr<identity::KeySet> fetched) {
  if (stopping_) return;
  const int64_t now = clock_->MonotonicMicros();
  looked_ = true;
  looked_at_us_ = now;
  if (fetched.ok()) {
    keys_ = std::make_shared<const identity::KeySet>(*std::move(fetched));
    good_at_us_ = now;
    failures_ = 0;
    next_look_us_ = now + timings_.refresh_us;
    if (!std::exchange(reachable_, true)) {
      logger_->Info("an issuer gives its keys again", {{"issuer", options_.name}});
    }
    return;
  }
  // A readable set without a key that serves: the issuer has taken all of them back.
  if (absl::IsNotFound(fetched.status())) keys_ = nullptr;
  next_look_us_ = now + std::min(timings_.most_retry_us,
                                 timings_.retry_us << std::min(failures_, kMostDoublings));
  ++failures_;
  if (!std::exchange(reachable_, false)) return;
  logger_->Warn(keys_ == nullptr
                    ? "an issuer does not give its keys; its tokens are refused until it does"
                    : "an issuer does not give its keys; those that it gave before stay in force",
                {{"issuer", options_.name}, {"reason", Text(fetched.status())}});
}

void DiscoveredIssuer::Answer(Question question) {
  auto groups = FetchGroups(question);
  if (groups.ok()) {
    const std::lock_guard lock(mutex_);
    groups_.Keep(question.token, *groups, question.expires_unix_s,
                 clock_->UnixMicros() / 1'000'000);
  }
  question.done(std::move(groups));
}

absl::StatusOr<DiscoveredIssuer::Groups> DiscoveredIssuer::FetchGroups(const Question& question) {
  std::string endpoint;
  {
    const std::lock_guard lock(mutex_);
    endpoint = userinfo_endpoint_;
  }
  if (endpoint.empty())
    return base::Unavailable("UserInfo: the issuer's metadata names none that may be asked");
  ASSIGN_OR_RETURN(const EndpointUrl url, ParseEndpointUrl(endpoint));
  FetchLimits limits = timings_.limits;
  limits.body_bytes = kMaxUserInfoBytes;
  auto text = fetcher_.Get(url, limits, question.token);
  if (!text.ok()) return base::Annotate(text.status(), "UserInfo");
  auto groups = ParseUserInfo(*text, question.subject, options_.groups_claim);
  if (!groups.ok()) return base::Annotate(groups.status(), "UserInfo");
  return groups;
}

}  // namespace portreeve::oidc
