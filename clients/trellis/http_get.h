// Pages over HTTP.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace trellis::cli {

// The body of the page at `url`, `http://` or `https://`, of 1 MiB at most; redirects are not
// followed. NOT_FOUND (PAGE_NOT_FOUND) where the server says so; UNAVAILABLE (SERVER_UNREACHABLE)
// if there is no answer, or another one than a page. Connecting and each read take at most
// `timeout`.
absl::StatusOr<std::string> HttpGet(const std::string& url, absl::Duration timeout);

}  // namespace trellis::cli
