#include "admin/http_request.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

#include "base/digits.h"

namespace portreeve::admin {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kTokenSigns = "!#$%&'*+-.^_`|~";
constexpr size_t kMaxMethodBytes = 16;
constexpr size_t kMaxTargetBytes = 2 * 1024;
constexpr size_t kMaxLengthDigits = 9;

constexpr char kBad[] = "400 Bad Request";

RequestVerdict Refused(const char* status_line, const char* fault) {
  return {RequestVerdict::State::kRefused, 0, status_line, fault};
}

using base::IsDigit;
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsTokenByte(char c) {
  return IsDigit(c) || IsLetter(c) || kTokenSigns.find(c) != std::string_view::npos;
}
bool IsVisible(char c) { return c > 0x20 && c < 0x7f; }
// Text of a header; bytes beyond ASCII are opaque (RFC 9110 5.5).
bool IsValueByte(char c) {
  return c == '\t' || c == ' ' || IsVisible(c) || static_cast<unsigned char>(c) >= 0x80;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// An escape must not hide what could not stand there openly: NUL and line ends above all.
bool HasHarmlessEscapes(std::string_view target) {
  for (size_t at = target.find('%'); at != std::string_view::npos; at = target.find('%', at + 1)) {
    if (at + 2 >= target.size()) return false;
    const int high = HexValue(target[at + 1]);
    const int low = HexValue(target[at + 2]);
    if (high < 0 || low < 0) return false;
    const int byte = high * 16 + low;
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

bool IsTarget(std::string_view target) {
  return target.starts_with('/') && std::all_of(target.begin(), target.end(), IsVisible) &&
         target.find('#') == std::string_view::npos && HasHarmlessEscapes(target);
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// One head, line by line.
class Head {
 public:
  // The line that asks. True: it is one.
  bool TakeRequestLine(std::string_view line) {
    const size_t method_end = line.find(' ');
    const size_t target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || target_end <= method_end) {
      return Fail(kBad, "the first line asks for nothing");
    }
    const std::string_view method = line.substr(0, method_end);
    const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = line.substr(target_end + 1);
    if (method.empty() || method.size() > kMaxMethodBytes ||
        !std::all_of(method.begin(), method.end(), IsLetter)) {
      return Fail(kBad, "the method is no word");
    }
    if (target.size() > kMaxTargetBytes) return Fail("414 URI Too Long", "the path is too long");
    if (!IsTarget(target)) return Fail(kBad, "the path is none of plain text");
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
      return Fail("505 HTTP Version Not Supported", "only HTTP/1.1 is spoken here");
    }
    needs_host_ = version == "HTTP/1.1";
    return true;
  }

  bool TakeHeader(std::string_view line) {
    if (++lines_ > kMaxHeaderLines) {
      return Fail("431 Request Header Fields Too Large", "there are too many header lines");
    }
    const size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), IsTokenByte)) {
      return Fail(kBad, "a header line has no name");
    }
    const std::string_view value = line.substr(colon + 1);
    if (!std::all_of(value.begin(), value.end(), IsValueByte)) {
      return Fail(kBad, "a header line holds control characters");
    }
    return Judge(Lower(name), Trim(value));
  }

  bool IsComplete() {
    if (needs_host_ && hosts_ == 0) return Fail(kBad, "there is no Host header");
    return true;
  }

  size_t body_bytes() const { return body_bytes_; }
  const RequestVerdict& refusal() const { return refusal_; }

 private:
  bool Fail(const char* status_line, const char* fault) {
    refusal_ = Refused(status_line, fault);
    return false;
  }

  bool Judge(const std::string& name, std::string_view value) {
    if (name == "content-length") return TakeLength(value);
    if (name == "host" && ++hosts_ > 1) return Fail(kBad, "there are two Host headers");
    if (name == "authorization" && ++authorizations_ > 1) {
      return Fail(kBad, "there are two Authorization headers");
    }
    if (name == "transfer-encoding") {
      return Fail("501 Not Implemented", "a body must come whole, with its Content-Length");
    }
    if (name == "content-encoding") {
      return Fail("415 Unsupported Media Type", "a body may not be packed");
    }
    if (name == "content-type" && Lower(value).starts_with("multipart/")) {
      return Fail("415 Unsupported Media Type", "a body may not have several parts");
    }
    if (name == "expect") return Fail("417 Expectation Failed", "no Expect header is heeded");
    if (name == "range") return Fail(kBad, "an answer is given whole");
    return true;
  }

  bool TakeLength(std::string_view value) {
    if (++lengths_ > 1) return Fail(kBad, "the length of the body is told twice");
    if (value.empty() || !std::all_of(value.begin(), value.end(), IsDigit)) {
      return Fail(kBad, "the length of the body is no number");
    }
    if (value.size() <= kMaxLengthDigits) {
      std::from_chars(value.data(), value.data() + value.size(), body_bytes_);
      if (body_bytes_ <= kMaxBodyBytes) return true;
    }
    return Fail("413 Content Too Large", "the body is too large");
  }

  RequestVerdict refusal_;
  bool needs_host_ = false;
  size_t lines_ = 0;
  size_t hosts_ = 0;
  size_t authorizations_ = 0;
  size_t lengths_ = 0;
  size_t body_bytes_ = 0;
};

}  // namespace

RequestVerdict ExamineRequest(std::string_view bytes) {
  const size_t end = bytes.substr(0, kMaxHeadBytes).find(kHeadEnd);
  if (end == std::string_view::npos) {
    if (bytes.size() < kMaxHeadBytes) {
      return {RequestVerdict::State::kIncomplete, bytes.size() + 1, "", ""};
    }
    return Refused("431 Request Header Fields Too Large", "the head is too long");
  }
  Head head;
  std::string_view rest = bytes.substr(0, end + kLineEnd.size());
  for (bool first = true; !rest.empty(); first = false) {
    const size_t length = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, length);
    rest.remove_prefix(length + kLineEnd.size());
    if (!(first ? head.TakeRequestLine(line) : head.TakeHeader(line))) return head.refusal();
  }
  if (!head.IsComplete()) return head.refusal();
  const size_t whole = end + kHeadEnd.size() + head.body_bytes();
  if (bytes.size() < whole) return {RequestVerdict::State::kIncomplete, whole, "", ""};
  return {RequestVerdict::State::kWhole, whole, "", ""};
}

}  // namespace portreeve::admin
