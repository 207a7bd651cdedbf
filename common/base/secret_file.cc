#include "base/secret_file.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/random.h"

namespace portreeve::base {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxFileBytes = 1024;

}  // namespace

absl::StatusOr<std::string> LoadOrMakeSecret(const std::filesystem::path& file,
                                             std::string_view prefix, size_t least_bytes) {
  struct stat facts {};
  if (stat(file.c_str(), &facts) != 0) {
    const std::string secret = std::string(prefix) + SecureRandomToken(kTokenBytes);
    RETURN_IF_ERROR(WriteFileAtomically(file, secret + "\n", 0600));
    return secret;
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return PermissionDenied(file.string() +
                            " may be read by others: remove it, and a new one is made");
  }
  ASSIGN_OR_RETURN(std::string secret, ReadFile(file, kMaxFileBytes));
  while (!secret.empty() && secret.back() == '\n') secret.pop_back();
  if (secret.size() < least_bytes) {
    return DataLoss(file.string() + " holds no secret: remove it, and a new one is made");
  }
  return secret;
}

}  // namespace portreeve::base
