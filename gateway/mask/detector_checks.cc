#include "mask/detector_checks.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/digits.h"
#include "mask/ip_text.h"

namespace portreeve::mask {
namespace {

using base::IsDigit;
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWord(char c) { return IsDigit(c) || IsLetter(c); }

// Zero where there is nothing.
char At(std::string_view text, size_t index) { return index < text.size() ? text[index] : '\0'; }
char Before(std::string_view text, size_t begin, size_t steps = 1) {
  return begin >= steps ? text[begin - steps] : '\0';
}

// Whether a number goes on beyond the extent, perhaps behind a hyphen or point.
bool IsPartOfNumber(std::string_view text, Extent extent) {
  const char before = Before(text, extent.begin);
  const char after = At(text, extent.end);
  const auto joins = [](char c) { return c == '-' || c == '.'; };
  return IsDigit(before) || IsDigit(after) ||
         (joins(before) && IsDigit(Before(text, extent.begin, 2))) ||
         (joins(after) && IsDigit(At(text, extent.end + 1)));
}

// The digits of an extent, as many as there is room for.
template <size_t kMost>
size_t TakeDigits(std::string_view text, std::array<char, kMost>& digits) {
  size_t count = 0;
  for (const char c : text) {
    if (IsDigit(c) && count < kMost) digits[count++] = c;
  }
  return count;
}

int Number(const char* digits, size_t count) {
  int number = 0;
  for (size_t i = 0; i < count; ++i) number = number * 10 + (digits[i] - '0');
  return number;
}

bool PassesLuhn(const char* digits, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; ++i) {
    int digit = digits[count - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

// The first six digits of an issuer and the lengths of its numbers (ISO/IEC 7812).
struct IssuerRange {
  int first;
  int last;
  size_t least;
  size_t most;
};
constexpr auto kIssuers = std::to_array<IssuerRange>({
    {220000, 220499, 16, 19},  // Mir
    {222100, 272099, 16, 16},  // Mastercard
    {300000, 305999, 14, 19},  // Diners Club
    {309500, 309599, 14, 19},  // Diners Club
    {340000, 349999, 15, 15},  // American Express
    {352800, 358999, 16, 19},  // JCB
    {360000, 369999, 14, 19},  // Diners Club
    {370000, 379999, 15, 15},  // American Express
    {380000, 399999, 16, 19},  // Diners Club
    {400000, 499999, 16, 16},  // Visa
    {400000, 499999, 13, 13},  // Visa
    {400000, 499999, 19, 19},  // Visa
    {501800, 501899, 13, 19},  // Maestro
    {502000, 502099, 13, 19},  // Maestro
    {503800, 503899, 13, 19},  // Maestro
    {510000, 559999, 16, 16},  // Mastercard
    {589300, 589399, 13, 19},  // Maestro
    {601100, 601199, 16, 19},  // Discover
    {620000, 629999, 16, 19},  // UnionPay
    {630400, 630499, 13, 19},  // Maestro
    {644000, 649999, 16, 19},  // Discover
    {650000, 659999, 16, 19},  // Discover
    {675900, 675999, 13, 19},  // Maestro
    {676100, 676399, 13, 19},  // Maestro
    {810000, 817199, 16, 19},  // UnionPay
});
constexpr size_t kIssuerDigits = 6;
constexpr size_t kLeastCardDigits = 13;
constexpr size_t kMostCardDigits = 19;
constexpr size_t kLeastGroup = 3;

bool IsCard(const char* digits, size_t count) {
  if (count < kLeastCardDigits) return false;
  const int issuer = Number(digits, kIssuerDigits);
  const bool issued = std::any_of(kIssuers.begin(), kIssuers.end(), [&](const IssuerRange& range) {
    return issuer >= range.first && issuer <= range.last && count >= range.least &&
           count <= range.most;
  });
  return issued && PassesLuhn(digits, count);
}

// The longest card number that begins at `begin` and ends where a group of digits ends.
std::optional<Extent> CardFrom(std::string_view text, size_t begin, size_t end) {
  std::array<char, kMostCardDigits> digits;
  size_t count = 0;
  size_t group = 0;
  std::optional<Extent> found;
  for (size_t i = begin; i <= end; ++i) {
    if (i < end && IsDigit(text[i])) {
      if (count == digits.size()) break;
      digits[count++] = text[i];
      ++group;
      continue;
    }
    if (i > begin && IsDigit(text[i - 1])) {
      if (IsCard(digits.data(), count) && (group == count || group >= kLeastGroup)) {
        found = Extent{begin, i};
      }
      if (group < kLeastGroup) break;
      group = 0;
    }
  }
  return found;
}

// Country and length of its IBANs (SWIFT's IBAN registry).
struct IbanCountry {
  std::string_view code;
  size_t length;
};
constexpr auto kIbanCountries = std::to_array<IbanCountry>({
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27},
    {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20},
    {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20}, {"MR", 27},
    {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28},
    {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24}, {"SC", 31},
    {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28},
    {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VG", 24}, {"XK", 20},
});
constexpr size_t kMostIban = 34;

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool PassesMod97(const char* iban, size_t length) {
  int rest = 0;
  for (size_t i = 0; i < length; ++i) {
    const char c = iban[(i + 4) % length];
    rest = (IsDigit(c) ? rest * 10 + (c - '0') : rest * 100 + (c - 'A' + 10)) % 97;
  }
  return rest == 1;
}

// Country codes of E.164, whole or as the digits that all of their zone begin with.
constexpr auto kCallingCodes = std::to_array<std::string_view>(
    {"1",  "7",  "20", "21", "22", "23", "24", "25", "26", "27", "29", "30", "31", "32",
     "33", "34", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46",
     "47", "48", "49", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59", "60",
     "61", "62", "63", "64", "65", "66", "67", "68", "69", "80", "81", "82", "84", "85",
     "86", "87", "88", "90", "91", "92", "93", "94", "95", "96", "97", "98", "99"});
constexpr size_t kLeastPhoneDigits = 8;
constexpr size_t kMostPhoneDigits = 15;
constexpr size_t kNorthAmericanDigits = 11;

Verdict Yes(Extent extent) { return {true, extent, extent.end}; }
Verdict No(size_t resume) { return {false, {}, resume}; }

bool IsHostName(std::string_view host) {
  const size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || host.front() == '.' || host.front() == '-') return false;
  if (host.find("..") != std::string_view::npos) return false;
  const std::string_view top = host.substr(dot + 1);
  return top.size() >= 2 && std::none_of(top.begin(), top.end(), IsDigit);
}

}  // namespace

Verdict CheckSsn(std::string_view text, Extent match) {
  std::array<char, 9> digits;
  TakeDigits(text.substr(match.begin, match.end - match.begin), digits);
  const int area = Number(digits.data(), 3);
  const bool issued = area != 0 && area != 666 && area < 900 && Number(digits.data() + 3, 2) != 0 &&
                      Number(digits.data() + 5, 4) != 0;
  if (!issued || IsPartOfNumber(text, match)) return No(match.begin + 1);
  return Yes(match);
}

Verdict CheckCard(std::string_view text, Extent match) {
  for (size_t i = match.begin; i < match.end; ++i) {
    if (!IsDigit(text[i]) || (i > match.begin && IsDigit(text[i - 1]))) continue;
    if (const auto found = CardFrom(text, i, match.end)) return Yes(*found);
  }
  return No(match.end);
}

Verdict CheckIban(std::string_view text, Extent match) {
  if (IsWord(Before(text, match.begin))) return No(match.begin + 1);
  const std::array<char, 2> code = {Upper(text[match.begin]), Upper(text[match.begin + 1])};
  const auto* country =
      std::find_if(kIbanCountries.begin(), kIbanCountries.end(), [&](const IbanCountry& known) {
        return known.code == std::string_view(code.data(), code.size());
      });
  if (country == kIbanCountries.end()) return No(match.begin + 1);
  std::array<char, kMostIban> iban;
  size_t length = 0;
  size_t i = match.begin;
  for (; length < country->length; ++i) {
    const char c = At(text, i);
    if (IsWord(c)) {
      iban[length++] = Upper(c);
    } else if ((c != ' ' && c != '-') || !IsWord(Before(text, i))) {
      return No(match.begin + 1);
    }
  }
  if (IsWord(At(text, i)) || !PassesMod97(iban.data(), length)) return No(match.begin + 1);
  return Yes({match.begin, i});
}

Verdict CheckEmail(std::string_view text, Extent match) {
  const auto trimmed = [&] { return At(text, match.end - 1) == '.' || text[match.end - 1] == '-'; };
  while (match.end > match.begin && trimmed()) --match.end;
  const std::string_view address = text.substr(match.begin, match.end - match.begin);
  const size_t at = address.find('@');
  if (at == std::string_view::npos) return No(match.end);
  if (!IsHostName(address.substr(at + 1))) return No(match.begin + at + 1);
  return Yes(match);
}

Verdict CheckPhone(std::string_view text, Extent match) {
  if (IsWord(Before(text, match.begin)) || IsDigit(At(text, match.end))) return No(match.begin + 1);
  std::array<char, kMostPhoneDigits + 1> digits;
  const std::string_view matched = text.substr(match.begin, match.end - match.begin);
  const size_t count = TakeDigits(matched, digits);
  if (count < kLeastPhoneDigits || count > kMostPhoneDigits) return No(match.begin + 1);
  const std::string_view number(digits.data(), count);
  if (number.front() == '1' && count != kNorthAmericanDigits) return No(match.begin + 1);
  for (const std::string_view code : kCallingCodes) {
    if (number.substr(0, code.size()) == code) return Yes(match);
  }
  return No(match.begin + 1);
}

Verdict CheckIpAddress(std::string_view text, Extent match) {
  const Verdict no = No(match.end);
  const std::string_view matched = text.substr(match.begin, match.end - match.begin);
  const bool version6 = matched.find(':') != std::string_view::npos;
  if (!version6) return !IsPartOfNumber(text, match) && IsIpv4(matched) ? Yes(match) : no;
  // What surrounds an address in a sentence or list may look like a part of it.
  while (match.end > match.begin && text[match.end - 1] == '.') --match.end;
  if (text[match.end - 1] == ':' && Before(text, match.end, 2) != ':') --match.end;
  if (text[match.begin] == ':' && At(text, match.begin + 1) != ':') ++match.begin;
  if (match.begin >= match.end) return no;
  if (IsWord(Before(text, match.begin)) || IsWord(At(text, match.end))) return no;
  const std::string_view address = text.substr(match.begin, match.end - match.begin);
  // `a::b` is more often code than an address.
  const bool digits = std::any_of(address.begin(), address.end(), IsDigit);
  return digits && IsIpv6(address) ? Yes(match) : no;
}

Verdict CheckToken(std::string_view text, Extent match) {
  const auto separates = [&](char c) { return !IsWord(c) && c != '-'; };
  while (match.begin < match.end && separates(text[match.begin])) ++match.begin;
  return Yes(match);
}

std::string IbanCountries() {
  std::string pattern;
  for (const IbanCountry& country : kIbanCountries) {
    if (!pattern.empty()) pattern += '|';
    pattern += country.code;
  }
  return pattern;
}

}  // namespace portreeve::mask
