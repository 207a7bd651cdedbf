// ErrorResponse and NoticeResponse without a value of the data in them. Its one rule: only what
// cannot hold a value is taken over; all texts are our own, chosen by SQLSTATE.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mask {

// `tag`: 'E' or 'N'; `body`: what follows type and length. The whole message: severity, SQLSTATE,
// position, names of the constraint that is violated and its objects, and a message for the
// SQLSTATE. What is malformed gives an error or notice that says nothing else.
std::string ScrubReport(char tag, std::string_view body);

}  // namespace portreeve::mask
