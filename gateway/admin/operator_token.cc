#include "admin/operator_token.h"

#include "base/random.h"
#include "base/secret_file.h"

namespace portreeve::admin {
namespace {

constexpr size_t kLeastBytes = 32;
constexpr char kTokenPrefix[] = "pot_";
constexpr char kScheme[] = "Bearer ";

}  // namespace

absl::StatusOr<std::string> LoadOrMakeOperatorToken(const std::filesystem::path& folder) {
  return base::LoadOrMakeSecret(folder / kOperatorTokenFile, kTokenPrefix, kLeastBytes);
}

bool IsOperator(const std::string& authorization, const std::string& token) {
  return base::ConstantTimeEqual(authorization, kScheme + token);
}

}  // namespace portreeve::admin
