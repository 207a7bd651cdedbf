// Functions of PostgreSQL and its common extensions that do more than compute: they reach files or
// servers, run text as SQL, act on other sessions, or write. Functions of users are the catalog's
// work.
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/raw_parse.h"

namespace portreeve::sql {

// What calling it does, kRawNothing for every other function. By name alone, whatever the schema:
// an extension may live in any. `name` is as the server knows it, so in lower case.
RawEffect EffectOfFunction(std::string_view name, uint32_t argument_count);

}  // namespace portreeve::sql
