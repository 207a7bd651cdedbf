// Everything that gateway.yaml points at, read and validated as one: policy, issuers' keys,
// certificates. Its one rule: all of it is usable, or none of it is used.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/gateway_config.h"
#include "front/front.h"
#include "oidc/discovered_issuer.h"

namespace portreeve {

struct Settings {
  gateway_config::GatewayConfig config;
  front::Rules rules;
  // Those that are asked for their keys. They do nothing before they are started.
  std::vector<std::shared_ptr<oidc::DiscoveredIssuer>> live_issuers;
  std::vector<std::string> warnings;  // What is no error, but worth a look.
};

// On failure `errors` holds a line for everything that is wrong.
std::optional<Settings> LoadSettings(const std::filesystem::path& file,
                                     const std::vector<std::pair<std::string, std::string>>& flags,
                                     std::string& errors);

}  // namespace portreeve
