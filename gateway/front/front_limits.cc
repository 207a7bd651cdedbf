// The front's part in sign-ins that fail again and again.
#include <utility>

#include "front/front.h"

namespace portreeve::front {

void Front::CountFailure(const ClientHello& hello) {
  const int64_t now_us = world_.clock.MonotonicMicros();
  const std::string source = SourceOf(hello.client_address);
  if (failures_by_source_.Fail(source, now_us)) RecordBlock(source, "", kSourceFailures.block_us);
  // Names of grants are many people's: one of them must not shut out the others.
  if (lease::IsLeaseUser(hello.user) && failures_by_name_.Fail(hello.user, now_us)) {
    RecordBlock(source, hello.user, kNameFailures.block_us);
  }
}

bool Front::IsNameBlocked(const std::string& user) const {
  return failures_by_name_.IsBlocked(user, world_.clock.MonotonicMicros());
}

void Front::RecordBlock(const std::string& source, const std::string& user, int64_t block_us) {
  const std::string whose = user.empty() ? "from this source" : "by the name " + user;
  const std::string reason = "too many sign-ins fail " + whose + ": none is heard for " +
                             std::to_string(block_us / 1'000'000) + " s";
  world_.logger.Info("sign-ins are limited", {{"source", source}, {"reason", reason}});
  proto::audit::Record record;
  auto& sign_in = *record.mutable_sign_in();
  sign_in.set_reason(reason);
  sign_in.set_client_address(source);
  world_.journal.control().Queue(std::move(record));
}

}  // namespace portreeve::front
