#include "upstream/login_request.h"

#include "wire/startup.h"

namespace portreeve::upstream {
namespace {

bool HasNul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

}  // namespace

absl::StatusOr<std::string> EncodeStartup(const LoginRequest& request) {
  wire::StartupMessage message;
  message.parameters = {{"user", request.user}, {"database", request.database}};
  if (request.user.empty() || request.database.empty()) {
    return base::InvalidArgument("start-up: neither user nor database may be empty");
  }
  for (const auto& [name, value] : request.parameters) {
    if (name.empty() || message.Find(name)) {
      return base::InvalidArgument("start-up: parameter without a name or named twice");
    }
    message.parameters.emplace_back(name, value);
  }
  for (const auto& [name, value] : message.parameters) {
    if (HasNul(name) || HasNul(value)) {
      return base::InvalidArgument("start-up: NUL in a parameter");
    }
  }
  std::string packet;
  message.Encode(packet);
  if (packet.size() > wire::kMaxStartupLength ||
      message.parameters.size() > wire::kMaxStartupParameters) {
    return base::InvalidArgument("start-up: too many or too long parameters");
  }
  return packet;
}

}  // namespace portreeve::upstream
