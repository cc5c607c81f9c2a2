// Fetches a document from a provider.
#pragma once

#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace trellis::identity {

// Waits for a document no longer than this in all; the look-up of the host's name may add to it.
inline constexpr absl::Duration kFetchPatience = absl::Seconds(5);
// A larger one is not read to its end.
inline constexpr size_t kDocumentBytesMax = 1 << 20;

struct Document {
  std::string body;
  // Its Cache-Control; empty if there is none.
  std::string cache_control;
};

// INVALID_ARGUMENT unless `address` may be asked: https:// and a host; or http:// and this machine,
// since who is on the way could put in keys of theirs. No name or password, query or fragment.
absl::Status CheckAddress(absl::string_view address);

// GETs an address that may be asked, over a connection of its own. The certificate is checked
// against those that the machine trusts; redirects are not followed. UNAVAILABLE, with a text for
// the log, if there is no document, no status 200, or `stop` was requested. Thread-safe.
absl::StatusOr<Document> HttpGet(const std::string& address, std::stop_token stop);

}  // namespace trellis::identity
