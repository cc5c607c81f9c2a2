#include "witness/http_sender.h"

#include <httplib.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "witness/collector.h"

namespace trellis::witness {
namespace {

constexpr char kRequestType[] = "application/octet-stream";

absl::Status Unreachable(const std::string& url, const std::string& why) {
  return Error(absl::StatusCode::kUnavailable, "WITNESS_UNAVAILABLE",
               absl::StrCat("no answer from ", url, ": ", why));
}

}  // namespace

absl::StatusOr<Reply> HttpSender::operator()(const std::string& url,
                                             const std::string& body) const {
  const bool known = absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://");
  const size_t path = known ? url.find('/', url.find("://") + 3) : std::string::npos;
  if (path == std::string::npos) return Unreachable(url, "want http:// or https:// and a path");
  httplib::Client client(url.substr(0, path));
  if (!client.is_valid()) return Unreachable(url, "want http:// or https:// and a host");
  const auto seconds = absl::ToChronoMicroseconds(timeout_);
  client.set_connection_timeout(seconds);
  client.set_read_timeout(seconds);
  client.set_write_timeout(seconds);

  httplib::Request request;
  request.method = "POST";
  request.path = url.substr(path);
  request.body = body;
  request.set_header("Content-Type", kRequestType);
  Reply reply;
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    if (size > kReplyBytesMax - reply.body.size()) return false;
    reply.body.append(data, size);
    return true;
  };
  const httplib::Result result = client.send(request);
  if (!result) return Unreachable(url, httplib::to_string(result.error()));
  reply.status = result->status;
  reply.content_type = result->get_header_value("Content-Type");
  return reply;
}

}  // namespace trellis::witness
