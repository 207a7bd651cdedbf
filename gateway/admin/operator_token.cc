#include "admin/operator_token.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/random.h"

namespace portreeve::admin {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxFileBytes = 1024;
constexpr char kTokenPrefix[] = "pot_";
constexpr char kScheme[] = "Bearer ";

}  // namespace

absl::StatusOr<std::string> LoadOrMakeOperatorToken(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kOperatorTokenFile;
  struct stat facts {};
  if (stat(file.c_str(), &facts) != 0) {
    const std::string token = kTokenPrefix + base::SecureRandomToken(kTokenBytes);
    RETURN_IF_ERROR(base::WriteFileAtomically(file, token + "\n", 0600));
    return token;
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return base::PermissionDenied(file.string() +
                                  " may be read by others: remove it, and a new one is made");
  }
  ASSIGN_OR_RETURN(std::string token, base::ReadFile(file, kMaxFileBytes));
  while (!token.empty() && token.back() == '\n') token.pop_back();
  if (token.size() < kTokenBytes) {
    return base::DataLoss(file.string() + " holds no token: remove it, and a new one is made");
  }
  return token;
}

bool IsOperator(const std::string& authorization, const std::string& token) {
  return base::ConstantTimeEqual(authorization, kScheme + token);
}

}  // namespace portreeve::admin
