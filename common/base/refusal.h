// What a client is allowed to hear. A Refusal is an outcome of the business, never a fault of ours:
// it is the only shape in which "no" leaves the gateway.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::base {

// SQLSTATE values the gateway uses (PostgreSQL Appendix A).
namespace sqlstate {
inline constexpr std::string_view kProtocolViolation = "08P01";
inline constexpr std::string_view kConnectionFailure = "08006";
inline constexpr std::string_view kFeatureNotSupported = "0A000";
inline constexpr std::string_view kInvalidAuthorization = "28000";
inline constexpr std::string_view kInvalidPassword = "28P01";
inline constexpr std::string_view kInsufficientPrivilege = "42501";
inline constexpr std::string_view kSyntaxError = "42601";
inline constexpr std::string_view kTooManyConnections = "53300";
inline constexpr std::string_view kDiskFull = "53100";
inline constexpr std::string_view kConfigurationLimitExceeded = "53400";
inline constexpr std::string_view kProgramLimitExceeded = "54000";
inline constexpr std::string_view kQueryCanceled = "57014";
inline constexpr std::string_view kAdminShutdown = "57P01";
inline constexpr std::string_view kCannotConnectNow = "57P03";
inline constexpr std::string_view kInternalError = "XX000";
}  // namespace sqlstate

struct Refusal {
  std::string sqlstate;
  std::string message;
  std::string detail;  // Empty: not sent.
  std::string hint;    // Empty: not sent.
};

}  // namespace portreeve::base
