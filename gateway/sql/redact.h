// A statement's text as it may be kept: without passwords and other secrets.
#pragma once

#include <string>
#include <string_view>

#include "sql/facts.h"

namespace portreeve::sql {

// `facts` are those of `text`. Where they say nothing, since the text did not parse or was not
// examined, everything after a word such as PASSWORD goes.
std::string Redacted(std::string_view text, const Facts& facts);

// Of a text that was not parsed at all.
std::string RedactedUnread(std::string_view text);

}  // namespace portreeve::sql
