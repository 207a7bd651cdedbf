#include "oidc/fetcher.h"

#include <curl/curl.h>
#include <openssl/pem.h>

#include <utility>

#include "base/encoding.h"
#include "base/file.h"
#include "base/openssl.h"

namespace portreeve::oidc {
namespace {

constexpr size_t kMaxCaFileBytes = 4 * 1024 * 1024;
constexpr long kOk = 200;
constexpr long kFirstRedirect = 300;
constexpr long kFirstError = 400;

struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Answer {
  const FetchLimits& limits;
  const std::atomic<bool>& aborted;
  std::string body;
  size_t header_bytes = 0;
  bool too_large = false;
};

// To take less than was offered ends the transfer.
size_t TakeBody(char* data, size_t, size_t bytes, void* into) {
  auto& answer = *static_cast<Answer*>(into);
  if (bytes > answer.limits.body_bytes - answer.body.size()) {
    answer.too_large = true;
    return 0;
  }
  answer.body.append(data, bytes);
  return bytes;
}

size_t TakeHeader(char*, size_t, size_t bytes, void* into) {
  auto& answer = *static_cast<Answer*>(into);
  answer.header_bytes += bytes;
  answer.too_large = answer.header_bytes > Fetcher::kMaxHeaderBytes;
  return answer.too_large ? 0 : bytes;
}

int IsAborted(void* from, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Answer*>(from)->aborted.load() ? 1 : 0;
}

absl::Status Transport(CURLcode code, const char* detail, const Answer& answer) {
  if (answer.too_large) return base::Unavailable("its answer is too large");
  if (code == CURLE_OPERATION_TIMEDOUT) return base::Unavailable("it did not answer in time");
  if (code == CURLE_OK) return absl::OkStatus();
  return base::Unavailable(*detail == '\0' ? curl_easy_strerror(code) : detail);
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string PercentEncoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded += c;
    } else {
      encoded += "%" + base::HexEncode({&c, 1});
    }
  }
  return encoded;
}

}  // namespace

absl::Status CheckCaFile(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const std::string text, base::ReadFile(file, kMaxCaFileBytes));
  const base::BioPtr reader = base::OpenSslReader(text);
  const base::X509Ptr first(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  if (first == nullptr) return base::OpenSslStatus(file.string() + " holds no certificate");
  return absl::OkStatus();
}

struct Fetcher::Handle {
  // Thread-safe in this libcurl, and counted.
  Handle() : made(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK), curl(curl_easy_init()) {}
  ~Handle() {
    curl_easy_cleanup(curl);
    if (made) curl_global_cleanup();
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  const bool made;
  CURL* const curl;
};

Fetcher::Fetcher(std::filesystem::path ca_file)
    : ca_file_(std::move(ca_file)), handle_(std::make_unique<Handle>()) {}

Fetcher::~Fetcher() = default;

absl::StatusOr<std::string> Fetcher::Get(const EndpointUrl& url, const FetchLimits& limits,
                                         const std::string& bearer) {
  ASSIGN_OR_RETURN(HttpAnswer answer, Ask(url, limits, bearer, nullptr));
  if (answer.status == kOk) return std::move(answer.body);
  return base::Unavailable("it answers with HTTP status " + std::to_string(answer.status));
}

absl::StatusOr<HttpAnswer> Fetcher::Post(const EndpointUrl& url, const Form& form,
                                         const FetchLimits& limits) {
  std::string body;
  for (const auto& [name, value] : form) {
    if (!body.empty()) body += "&";
    body += PercentEncoded(name) + "=" + PercentEncoded(value);
  }
  return Ask(url, limits, "", &body);
}

absl::StatusOr<HttpAnswer> Fetcher::Ask(const EndpointUrl& url, const FetchLimits& limits,
                                        const std::string& bearer, const std::string* body) {
  CURL* const curl = handle_->curl;
  if (!handle_->made || curl == nullptr) return base::Unavailable("libcurl could not be started");
  Answer answer{limits, aborted_, {}};
  // Keeps connections, forgets everything else of the call before.
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.text.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, url.https ? "https" : "http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file_.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file_.c_str());
    // Otherwise the system's folder would still be asked.
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  // A proxy of the environment is for what lies outside.
  if (!url.https) curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total_ms));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &TakeHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &IsAborted);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &answer);
  std::unique_ptr<curl_slist, ListFree> headers(
      curl_slist_append(nullptr, "Accept: application/json"));
  if (!bearer.empty()) {
    curl_slist_append(headers.get(), ("Authorization: Bearer " + bearer).c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (body != nullptr) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->c_str());
  }
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(curl);
  const absl::Status transport = Transport(code, detail, answer);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  // Nothing of this call may be looked at by the next.
  curl_easy_reset(curl);
  if (!transport.ok()) return transport;
  if (status >= kFirstRedirect && status < kFirstError) {
    return base::Unavailable("it redirects to elsewhere, which is not followed");
  }
  return HttpAnswer{status, std::move(answer.body)};
}

}  // namespace portreeve::oidc
