// The names of PostgreSQL's own types, as people write them in files. Its one rule: a name that may
// be that of a user's type as well is read as PostgreSQL's own, and any other is not known. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace portreeve::mask {

// "integer", "int4", "varchar(30)", "text[]"; 0: not known.
uint32_t TypeNamed(std::string_view name);
// As the server writes it; empty: not known.
std::string_view TypeName(uint32_t type_oid);

}  // namespace portreeve::mask
