// Sends requests to witnesses over HTTP.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "witness/witness.h"

namespace trellis::witness {

// A Sender (collector.h) over HTTP or HTTPS, by the scheme of the URL, each request on a connection
// of its own; the certificate is checked against those that the machine trusts, and redirects are
// not followed. UNAVAILABLE (WITNESS_UNAVAILABLE) if there is no answer: connecting, sending and
// each read wait for at most `timeout`, and what is beyond kReplyBytesMax is not read. Thread-safe.
class HttpSender {
 public:
  explicit HttpSender(absl::Duration timeout) : timeout_(timeout) {}
  absl::StatusOr<Reply> operator()(const std::string& url, const std::string& body) const;

 private:
  const absl::Duration timeout_;
};

}  // namespace trellis::witness
