// A hostile server: it gets no more than the request allows, and cuts of its bytes change nothing.
#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "upstream/server_login.h"

namespace {

using namespace portreeve::upstream;

constexpr uint8_t kTlsVerified = 1;
constexpr uint8_t kAllowMd5 = 2;
constexpr uint8_t kCertificate = 4;
constexpr uint8_t kBinding = 8;
constexpr uint8_t kRequireBinding = 16;

LoginRequest Request(uint8_t flags) {
  LoginRequest request;
  request.user = "s";
  request.database = "postgres";
  request.password = "a password that is not in the corpus";
  request.scram_nonce = "rOprNGfwEbeRWgbNEkqO";
  request.tls_verified = (flags & kTlsVerified) != 0;
  request.allow_md5 = (flags & kAllowMd5) != 0;
  request.client_certificate = (flags & kCertificate) != 0;
  if ((flags & kBinding) != 0) request.binding_data = "certificate";
  request.require_channel_binding = (flags & kRequireBinding) != 0;
  return request;
}

struct Outcome {
  bool ok = false;
  Progress progress = Progress::kContinue;
  std::string replies;
  bool operator==(const Outcome&) const = default;
};

Outcome Play(uint8_t flags, std::string_view bytes, size_t piece_bytes) {
  ServerLogin login(Request(flags));
  PORTREEVE_CHECK(login.Start().ok());
  Outcome outcome{true, Progress::kContinue, {}};
  while (!bytes.empty() && outcome.ok && outcome.progress == Progress::kContinue) {
    const std::string piece(bytes.substr(0, piece_bytes));
    bytes.remove_prefix(piece.size());
    const auto progress = login.Feed(piece, outcome.replies);
    outcome.ok = progress.ok();
    if (progress.ok()) outcome.progress = *progress;
  }
  return outcome;
}

}  // namespace

// Byte 0 says what is allowed, byte 1 how to cut, the rest is what the server says.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome whole = Play(data[0], bytes, bytes.size());
  const Outcome cut = Play(data[0], bytes, std::max<size_t>(1, data[1]));
  PORTREEVE_CHECK(whole == cut);
  if ((data[0] & (kTlsVerified | kAllowMd5 | kCertificate)) == 0) {
    PORTREEVE_CHECK(whole.progress != Progress::kDone);
  }
  if ((data[0] & kTlsVerified) == 0) {
    PORTREEVE_CHECK(whole.replies.find("not in the corpus") == std::string::npos);
  }
  return 0;
}
