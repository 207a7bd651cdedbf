// What decides whether something that a pattern has found is such a value: checksums, ranges and
// what stands beside it. Its one rule: it looks at a bounded number of bytes round a match.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portreeve::mask {

struct Extent {
  size_t begin = 0;
  size_t end = 0;
};

struct Verdict {
  bool found = false;
  Extent extent;      // Of the value, if there is one.
  size_t resume = 0;  // Where the search goes on: so far that it takes linear time.
};

// `match` is where the pattern of the detector lies in `text`.
using Check = Verdict (*)(std::string_view text, Extent match);

Verdict CheckSsn(std::string_view text, Extent match);
Verdict CheckCard(std::string_view text, Extent match);
Verdict CheckIban(std::string_view text, Extent match);
Verdict CheckEmail(std::string_view text, Extent match);
Verdict CheckPhone(std::string_view text, Extent match);
Verdict CheckIpAddress(std::string_view text, Extent match);
// A token or key, perhaps with what separates it from the text before it.
Verdict CheckToken(std::string_view text, Extent match);

// "AD|AE|...": the countries whose IBANs are known, as a pattern.
std::string IbanCountries();

}  // namespace portreeve::mask
