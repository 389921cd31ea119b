#include "judge/transfer.h"

#include <curl/curl.h>
#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <memory>

namespace ov {
namespace {

constexpr std::size_t kMaxHeadBytes = 64 << 10;  // status lines and headers

// A broken TLS connection must not end the program: OpenSSL writes without asking for silence.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec now{};
    while (sigismember(&before_, SIGPIPE) == 0 && sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
};

struct Receiving {
  Transfer& transfer;
  const PostRequest& request;
  std::size_t head_bytes = 0;
};

std::size_t receive_body(char* data, std::size_t, std::size_t size, void* receiving) {
  auto& [transfer, request, head] = *static_cast<Receiving*>(receiving);
  transfer.oversized = transfer.body.size() + size > request.limits.body_bytes;
  if (transfer.oversized) return CURL_WRITEFUNC_ERROR;
  transfer.body.append(data, size);
  return size;
}

std::size_t receive_head(char*, std::size_t, std::size_t size, void* receiving) {
  auto& [transfer, request, head] = *static_cast<Receiving*>(receiving);
  head += size;
  transfer.oversized = head > kMaxHeadBytes;
  return transfer.oversized ? CURL_WRITEFUNC_ERROR : size;
}

int check_cancelled(void* receiving, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& [transfer, request, head] = *static_cast<Receiving*>(receiving);
  transfer.interrupted = request.cancelled && request.cancelled();
  return transfer.interrupted ? 1 : 0;
}

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Headers headers_of(const PostRequest& request) {
  Headers headers(nullptr, &curl_slist_free_all);
  const auto add = [&](const std::string& line) { headers.reset(curl_slist_append(headers.release(), line.c_str())); };
  add("Content-Type: application/json");
  add("Accept: application/json");
  add("Expect:");  // without it libcurl waits a second before it sends a picture
  if (!request.key.empty()) add("Authorization: Bearer " + request.key);
  return headers;
}

void set_options(CURL* curl, const std::string& url, Receiving& receiving, const Headers& headers, char* problem) {
  const PostRequest& request = receiving.request;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.limits.connect.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.limits.total.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive_head);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_cancelled);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (request.direct) curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  if (const char* certificates = std::getenv("SSL_CERT_FILE")) curl_easy_setopt(curl, CURLOPT_CAINFO, certificates);
}

void read_result(CURL* curl, Transfer& transfer) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.status = static_cast<int>(status);
  curl_off_t wait = 0;
  if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) {
    transfer.wait = std::chrono::seconds(wait);
  }
  const char* location = nullptr;
  curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
  if (location != nullptr) transfer.location = location;
}

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error(ErrorKind::resource, "libcurl cannot start");
}

}  // namespace

Transfer post_json(const std::string& url, const PostRequest& request) {
  start_curl();
  const WithoutSigpipe quiet;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) throw Error(ErrorKind::resource, "libcurl cannot start a transfer");
  Transfer transfer;
  Receiving receiving{transfer, request};
  const Headers headers = headers_of(request);
  char problem[CURL_ERROR_SIZE] = "";
  set_options(curl.get(), url, receiving, headers, problem);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) {
    read_result(curl.get(), transfer);
  } else {
    transfer.problem = problem[0] != '\0' ? problem : curl_easy_strerror(code);
  }
  return transfer;
}

std::optional<UrlParts> parse_url(const std::string& url) {
  start_curl();
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parser(curl_url(), &curl_url_cleanup);
  if (!parser || curl_url_set(parser.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
  const auto part = [&](CURLUPart name) {
    char* text = nullptr;
    if (curl_url_get(parser.get(), name, &text, 0) != CURLUE_OK) return std::string();
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return std::string(text);
  };
  UrlParts parts{part(CURLUPART_SCHEME), part(CURLUPART_HOST), part(CURLUPART_PATH)};
  for (const CURLUPart name : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    if (!part(name).empty()) parts.plain = false;
  }
  return parts;
}

}  // namespace ov
