#include "yaml/secret.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "yaml/map_reader.h"

namespace portreeve::yaml {
namespace {

constexpr size_t kMaxSecretBytes = 64 * 1024;

// As PostgreSQL has it for its keys: what root owns, its group may read.
bool IsOpenToOthers(const struct stat& facts) {
  const mode_t allowed = facts.st_uid == 0 && geteuid() != 0 ? S_IRGRP : 0;
  return (facts.st_mode & (S_IRWXG | S_IRWXO) & ~allowed) != 0;
}

}  // namespace

absl::StatusOr<std::string> SecretRef::Resolve() const {
  if (file.empty()) {
    const char* value = std::getenv(environment.c_str());
    if (value == nullptr || *value == '\0') {
      return base::NotFound("the environment variable " + environment + " is not set");
    }
    return std::string(value);
  }
  struct stat status {};
  if (stat(file.c_str(), &status) == 0 && IsOpenToOthers(status)) {
    return base::PermissionDenied(file.string() +
                                  " holds a secret and may be read by others: chmod 600 it");
  }
  ASSIGN_OR_RETURN(std::string secret, base::ReadFile(file, kMaxSecretBytes));
  if (secret.ends_with('\n')) {
    secret.pop_back();
    if (secret.ends_with('\r')) secret.pop_back();
  }
  if (secret.empty()) return base::InvalidArgument(file.string() + " is empty");
  return secret;
}

std::optional<SecretRef> ReadSecret(const Node& node, const std::filesystem::path& folder,
                                    Diagnostics& diagnostics) {
  if (node.kind != Node::Kind::kMap) {
    diagnostics.Error(node.mark, "a secret does not stand here itself: use { from_file: path }");
    return std::nullopt;
  }
  MapReader reader(node, "secret", diagnostics);
  const auto file = reader.String("from_file");
  const auto environment = reader.String("from_env");
  const size_t errors = diagnostics.count();
  reader.Finish();
  const bool known = diagnostics.count() == errors;
  if (file.has_value() == environment.has_value()) {
    diagnostics.Error(node.mark, "a secret needs either `from_file` or `from_env`");
    return std::nullopt;
  }
  if ((file ? *file : *environment).empty()) {
    reader.Error(file ? "from_file" : "from_env", "must not be empty");
    return std::nullopt;
  }
  if (!known) return std::nullopt;
  SecretRef secret;
  if (file) secret.file = folder / *file;
  if (environment) secret.environment = *environment;
  return secret;
}

}  // namespace portreeve::yaml
