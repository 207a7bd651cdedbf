// The session parameters that a client may set, and to what. One list for SET, RESET, set_config
// and the start-up packet (PostgreSQL 20.1.3, 55.2.1): what is not on it is refused by name.
#pragma once

#include <cstdint>
#include <string_view>

namespace portreeve::sql {

enum class ParameterVerdict : uint8_t { kAllowed, kNotListed, kForbiddenValue };

// Names are compared as PostgreSQL does, whatever their case. Values are as the server reads them,
// not quoted. Whether an allowed parameter's value is valid is left to the server.
ParameterVerdict CheckParameter(std::string_view name, std::string_view value);

// May be set to something, and so also be reset.
bool IsListedParameter(std::string_view name);

// What goes to the server for a value of the start-up packet. A client without a locale asks for
// client_encoding SQL_ASCII, bytes as they are; it gets UTF8, in which every text is read here.
std::string_view StartupValue(std::string_view name, std::string_view value);

// role and session_authorization: they change who the session is.
bool ChangesRole(std::string_view name);

}  // namespace portreeve::sql
