#include "identity/http_get.h"

#include <condition_variable>
#include <httplib.h>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace trellis::identity {
namespace {

// What is between the scheme and the path.
absl::string_view Authority(absl::string_view address) {
  const size_t begin = address.find("://") + 3;
  return address.substr(begin, address.find('/', begin) - begin);
}

absl::Status NoDocument(const std::string& address, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat(address, ": ", why));
}

// Ends a request that takes too long in all, or that nobody wants any more: the client's own limits
// are of each read, and a provider that sends a byte now and then would never reach them.
class Deadline {
 public:
  Deadline(httplib::Client& client, std::stop_token stop)
      : thread_([this, &client, stop = std::move(stop)] {
          std::unique_lock lock(mutex_);
          const auto patience = absl::ToChronoMilliseconds(kFetchPatience);
          if (!changed_.wait_for(lock, stop, patience, [this] { return over_; })) client.stop();
        }) {}
  ~Deadline() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool over_ = false;
  // The last, so that it ends before what it uses does.
  std::jthread thread_;
};

}  // namespace

absl::Status CheckAddress(absl::string_view address) {
  const bool secure = absl::StartsWith(address, "https://");
  if (!secure && !absl::StartsWith(address, "http://")) {
    return absl::InvalidArgumentError(absl::StrCat(address, ": want https://"));
  }
  if (address.find_first_of("@?#\\ ") != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(address, ": want a host and a path alone"));
  }
  const absl::string_view authority = Authority(address);
  // In brackets an IPv6 address, whose colons are its own.
  const size_t colon =
      authority.find(':', absl::StartsWith(authority, "[") ? authority.find(']') : 0);
  const absl::string_view host = authority.substr(0, colon);
  int port = 0;
  if (host.empty() ||
      (colon != absl::string_view::npos &&
       (!absl::SimpleAtoi(authority.substr(colon + 1), &port) || port < 1 || port > 65535))) {
    return absl::InvalidArgumentError(absl::StrCat(address, ": want a host, with or without port"));
  }
  if (!secure && host != "127.0.0.1" && host != "[::1]" && host != "localhost") {
    return absl::InvalidArgumentError(
        absl::StrCat(address, ": want https://, or http:// and this machine"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Document> HttpGet(const std::string& address, std::stop_token stop) {
  RETURN_IF_ERROR(CheckAddress(address));
  const size_t path = address.find('/', address.find("://") + 3);
  httplib::Client client(address.substr(0, path));
  if (!client.is_valid()) return NoDocument(address, "want a host");
  const auto patience = absl::ToChronoMicroseconds(kFetchPatience);
  client.set_connection_timeout(patience);
  client.set_read_timeout(patience);
  client.set_write_timeout(patience);

  httplib::Request request;
  request.method = "GET";
  request.path = path == std::string::npos ? "/" : address.substr(path);
  request.set_header("Accept", "application/json");
  Document document;
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    if (size > kDocumentBytesMax - document.body.size()) return false;
    document.body.append(data, size);
    return true;
  };
  const httplib::Result result = [&] {
    const Deadline deadline(client, std::move(stop));
    return client.send(request);
  }();
  if (!result) return NoDocument(address, httplib::to_string(result.error()));
  if (result->status != 200) return NoDocument(address, absl::StrCat("status ", result->status));
  document.cache_control = result->get_header_value("Cache-Control");
  return document;
}

}  // namespace trellis::identity
