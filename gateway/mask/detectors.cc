#include "mask/detectors.h"

#include <algorithm>
#include <optional>

#include "mask/array_text.h"
#include "mask/detector_checks.h"
#include "mask/json_text.h"
#include "mask/kinds.h"
#include "re2/re2.h"
#include "re2/set.h"

namespace portreeve::mask {
namespace {

// A detector in three steps: is there anything like it in a text, where, and is it one.
struct Pattern {
  std::string sieve;  // Fits whatever `exact` fits, and is cheap.
  std::string exact;
  Check check;
};

// Between the digits of a number: blank, hyphen, no-break space, the hyphens and dashes of Unicode.
constexpr const char* kJoint = "[- \\x{A0}\\x{2010}-\\x{2013}]";

// The well known prefixes of keys, which begin a word, and private keys in PEM.
constexpr const char* kKeyHeads =
    "(?:^|[^0-9A-Za-z])(?:(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}\\b"
    "|gh[pousr]_[0-9A-Za-z]{36}"
    "|github_pat_[0-9A-Za-z_]{22}"
    "|glpat-[0-9A-Za-z_-]{20}"
    "|(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{10}"
    "|whsec_[0-9A-Za-z+/]{24}"
    "|xox[abeoprs]-[0-9A-Za-z-]{10}"
    "|AIza[0-9A-Za-z_-]{35}"
    "|sk-(?:proj-|ant-)?[0-9A-Za-z_-]{20}"
    "|npm_[0-9A-Za-z]{36}"
    "|SG\\.[0-9A-Za-z_-]{16}[0-9A-Za-z_-]*\\.[0-9A-Za-z_-]{16})";
constexpr const char* kPemHead = "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----";
constexpr const char* kPemTail =
    "(?s:.*?)(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\\z)";

Pattern PatternOf(Detector detector) {
  const std::string joint = kJoint;
  const std::string mail_local = "[^\\x00-\\x20\"(),:;<>@\\[\\]\\\\{}\\x7f]";
  const std::string mail_host = "[-.0-9A-Za-z\\x{80}-\\x{10FFFF}]";
  switch (detector) {
    case Detector::kUsSsn: {
      const std::string ssn = "[0-9]{3}" + joint + "[0-9]{2}" + joint + "[0-9]{4}";
      return {ssn, ssn, CheckSsn};
    }
    case Detector::kCardNumber: {
      const std::string digits = "[0-9](?:" + joint + "?[0-9])";
      return {digits + "{12}", digits + "{12,}", CheckCard};
    }
    case Detector::kIban: {
      const std::string head = "(?i:" + IbanCountries() + ")[0-9]{2}(?:[ -]?[0-9A-Za-z]){11}";
      return {head, head, CheckIban};
    }
    case Detector::kEmail:
      return {mail_local + "@" + mail_host + "+\\.[A-Za-z\\x{80}-\\x{10FFFF}]",
              mail_local + "+@" + mail_host + "+", CheckEmail};
    case Detector::kPhone: {
      const std::string digits = "\\+[1-9](?:[ ().-]{0,2}[0-9])";
      return {digits + "{7}", digits + "{7,14}", CheckPhone};
    }
    case Detector::kIpAddress:
      return {"[0-9]\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]|::|(?:[0-9A-Fa-f]{1,4}:){6}",
              "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*",
              CheckIpAddress};
    case Detector::kJwt:
      return {"eyJ[0-9A-Za-z_-]{10}", "eyJ[0-9A-Za-z_-]{10,}(?:\\.[0-9A-Za-z_-]*){2,4}",
              CheckToken};
    case Detector::kApiKey:
      return {std::string(kKeyHeads) + "|" + kPemHead,
              std::string("(?:") + kKeyHeads + ")[0-9A-Za-z_-]*|" + kPemHead + kPemTail,
              CheckToken};
  }
  return {};
}

re2::RE2::Options Quietly() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

bool HasEscapes(std::string_view text) { return text.find('\\') != std::string_view::npos; }

// The shortest token or key has no fewer bytes; everything else has a digit or an @.
constexpr size_t kLeastTokenBytes = 13;

bool IsTooPlain(std::string_view text) {
  return text.size() < kLeastTokenBytes && std::none_of(text.begin(), text.end(), [](char c) {
           return c == '@' || (c >= '0' && c <= '9');
         });
}

struct Wanted {
  Detector detector;
  bool redacted;
  Check check;
  std::unique_ptr<const re2::RE2> exact;
};

}  // namespace

struct Detectors::Engine {
  explicit Engine() : sieve(Quietly(), re2::RE2::UNANCHORED) {}

  bool MayHold(std::string_view text) const;
  void FindSpans(const Wanted& one, std::string_view text, Findings& findings,
                 std::vector<Span>& spans) const;
  bool SearchFlat(std::string_view text, Scratch& scratch, Findings& findings,
                  std::string& out) const;
  // `only_escaped`: what is not behind escapes has passed the sieve.
  bool SearchJson(std::string_view text, bool only_escaped, size_t depth, Scratch& scratch,
                  Findings& findings, std::string& out) const;
  bool SearchArray(Shape elements, std::string_view text, bool only_escaped, size_t depth,
                   Scratch& scratch, Findings& findings, std::string& out) const;
  bool Search(Shape shape, std::string_view text, size_t depth, Scratch& scratch,
              Findings& findings, std::string& out) const;

  re2::RE2::Set sieve;
  std::vector<Wanted> wanted;
};

absl::StatusOr<Detectors> Detectors::Make(std::span<const std::string> redacted,
                                          std::span<const std::string> reported) {
  std::array<std::optional<bool>, kDetectorCount> wanted;
  const auto add = [&](std::span<const std::string> names, bool redact) -> absl::Status {
    for (const std::string& name : names) {
      const auto* found = std::find(kDetectorNames.begin(), kDetectorNames.end(), name);
      if (found == kDetectorNames.end()) {
        return base::InvalidArgument("there is no detector `" + name + "`");
      }
      wanted[static_cast<size_t>(found - kDetectorNames.begin())] = redact;
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(add(reported, false));
  RETURN_IF_ERROR(add(redacted, true));
  auto engine = std::make_unique<Engine>();
  for (size_t i = 0; i < kDetectorCount; ++i) {
    if (!wanted[i]) continue;
    const auto detector = static_cast<Detector>(i);
    const Pattern pattern = PatternOf(detector);
    std::string error;
    auto exact = std::make_unique<const re2::RE2>(pattern.exact, Quietly());
    if (engine->sieve.Add(pattern.sieve, &error) < 0 || !exact->ok()) {
      return base::Internal("the pattern of a detector: " + error + exact->error());
    }
    engine->wanted.push_back({detector, *wanted[i], pattern.check, std::move(exact)});
  }
  if (!engine->sieve.Compile()) return base::Internal("the patterns of detectors are too large");
  return Detectors(std::move(engine));
}

Detectors::Detectors(std::unique_ptr<const Engine> engine) : engine_(std::move(engine)) {}
Detectors::Detectors(Detectors&&) noexcept = default;
Detectors& Detectors::operator=(Detectors&&) noexcept = default;
Detectors::~Detectors() = default;

bool Detectors::Search(Shape shape, std::string_view text, Scratch& scratch, Findings& findings,
                       std::string& out) const {
  return engine_->Search(shape, text, 0, scratch, findings, out);
}

// The set says no also when its automaton has run out of memory, and then that there is an error.
bool Detectors::Engine::MayHold(std::string_view text) const {
  if (IsTooPlain(text)) return false;
  re2::RE2::Set::ErrorInfo error{};
  return sieve.Match(Piece(text), nullptr, &error) || error.kind != re2::RE2::Set::kNoError;
}

void Detectors::Engine::FindSpans(const Wanted& one, std::string_view text, Findings& findings,
                                  std::vector<Span>& spans) const {
  size_t from = 0;
  re2::StringPiece match;
  while (from < text.size() &&
         one.exact->Match(Piece(text), from, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
    const auto begin = static_cast<size_t>(match.data() - text.data());
    const Verdict verdict = one.check(text, {begin, begin + match.size()});
    if (verdict.found) ++findings[static_cast<size_t>(one.detector)];
    if (verdict.found && one.redacted) {
      const bool last = spans.size() + 1 >= kMaxSpans;
      spans.push_back({verdict.extent.begin, last ? text.size() : verdict.extent.end});
      if (last) return;
    }
    from = verdict.resume;
  }
}

bool Detectors::Engine::SearchFlat(std::string_view text, Scratch& scratch, Findings& findings,
                                   std::string& out) const {
  auto& spans = scratch.spans;
  spans.clear();
  for (const Wanted& one : wanted) FindSpans(one, text, findings, spans);
  if (spans.empty()) return false;
  std::sort(spans.begin(), spans.end(),
            [](const Span& left, const Span& right) { return left.begin < right.begin; });
  size_t from = 0;
  for (const Span& span : spans) {
    if (span.begin >= from) {
      out += text.substr(from, span.begin - from);
      out += kRedacted;
    }
    from = std::max(from, span.end);
  }
  out += text.substr(from);
  return true;
}

bool Detectors::Engine::SearchJson(std::string_view text, bool only_escaped, size_t depth,
                                   Scratch& scratch, Findings& findings, std::string& out) const {
  const size_t start = out.size();
  bool changed = false;
  std::string_view rest = text;
  while (!rest.empty()) {
    const JsonToken token = TakeJsonToken(rest);
    std::string& searched = scratch.searched[depth];
    searched.clear();
    if (only_escaped && !HasEscapes(token.text)) {
      out += token.text;
      continue;
    }
    if (token.kind == JsonToken::Kind::kString) {
      std::string& decoded = scratch.decoded[depth];
      decoded.clear();
      DecodeJsonString(token.text, decoded);
      if (Search(Shape::kPlain, decoded, depth + 1, scratch, findings, searched)) {
        changed = true;
        AppendJsonString(searched, out);
        continue;
      }
    } else if (token.kind == JsonToken::Kind::kNumber && MayHold(token.text) &&
               SearchFlat(token.text, scratch, findings, searched)) {
      changed = true;
      AppendJsonString(kRedacted, out);
      continue;
    }
    out += token.text;
  }
  if (!changed) out.resize(start);
  return changed;
}

bool Detectors::Engine::SearchArray(Shape elements, std::string_view text, bool only_escaped,
                                    size_t depth, Scratch& scratch, Findings& findings,
                                    std::string& out) const {
  const size_t start = out.size();
  bool changed = false;
  std::string_view rest = text;
  if (rest.front() == '[') {
    out += rest.substr(0, rest.find('{'));
    rest.remove_prefix(rest.find('{'));
  }
  while (!rest.empty()) {
    const ArrayToken token = TakeArrayToken(rest);
    if (token.kind == ArrayToken::Kind::kElement && (!only_escaped || HasEscapes(token.text))) {
      std::string& decoded = scratch.decoded[depth];
      std::string& searched = scratch.searched[depth];
      decoded.clear();
      searched.clear();
      DecodeArrayElement(token.text, decoded);
      if (Search(elements, decoded, depth + 1, scratch, findings, searched)) {
        changed = true;
        AppendArrayElement(searched, out);
        continue;
      }
    }
    out += token.text;
  }
  if (!changed) out.resize(start);
  return changed;
}

// What hides nothing behind escapes is dismissed whole. Deeper than the scratch reaches, a text is
// taken as it is.
bool Detectors::Engine::Search(Shape shape, std::string_view text, size_t depth, Scratch& scratch,
                               Findings& findings, std::string& out) const {
  if (text.empty()) return false;
  const bool clean = !MayHold(text);
  if (clean && !HasEscapes(text)) return false;
  if (depth < kMaxDepth) {
    const bool array = shape == Shape::kArray || shape == Shape::kJsonArray;
    if (array && IsArrayLiteral(text)) {
      const Shape elements = shape == Shape::kArray ? Shape::kPlain : Shape::kJson;
      return SearchArray(elements, text, clean, depth, scratch, findings, out);
    }
    if (!array && (shape == Shape::kJson ? IsJson(text) : LooksLikeJson(text))) {
      return SearchJson(text, clean, depth, scratch, findings, out);
    }
  }
  return !clean && SearchFlat(text, scratch, findings, out);
}

}  // namespace portreeve::mask
