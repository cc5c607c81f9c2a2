#include "clients/trellis/http_get.h"

#include <httplib.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace trellis::cli {
namespace {

constexpr size_t kPageBytesMax = 1 << 20;

absl::Status Unreachable(const std::string& url, const std::string& why) {
  return Error(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE",
               absl::StrCat("no answer from ", url, ": ", why));
}

}  // namespace

absl::StatusOr<std::string> HttpGet(const std::string& url, absl::Duration timeout) {
  const size_t scheme = url.find("://");
  const size_t path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  if (path == std::string::npos) return Unreachable(url, "want http://HOST:PORT/PATH");
  httplib::Client client(url.substr(0, path));
  if (!client.is_valid()) return Unreachable(url, "want http:// or https:// and a host");
  client.set_connection_timeout(absl::ToChronoMicroseconds(timeout));
  client.set_read_timeout(absl::ToChronoMicroseconds(timeout));
  std::string body;
  const httplib::Result result = client.Get(url.substr(path), [&](const char* data, size_t size) {
    if (size > kPageBytesMax - body.size()) return false;
    body.append(data, size);
    return true;
  });
  if (!result) return Unreachable(url, httplib::to_string(result.error()));
  if (result->status == 404) {
    return Error(absl::StatusCode::kNotFound, "PAGE_NOT_FOUND", absl::StrCat(url, ": not found"));
  }
  if (result->status != 200) return Unreachable(url, absl::StrCat("status ", result->status));
  return body;
}

}  // namespace trellis::cli
