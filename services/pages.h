// Pages of lists (AIP-158): sizes and tokens.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace trellis::services {

// The most items of a page.
inline constexpr int kPageSizeMax = 1000;
// The items of a page whose size is not said.
inline constexpr int kPageSizeByDefault = 100;

// The size to serve: `asked`, `by_default` for 0, at most kPageSizeMax. Negative sizes are refused
// when the request is validated.
int PageSize(int asked, int by_default);

// INVALID_ARGUMENT if `asked` is negative: for Pub/Sub's requests, which no rules validate.
absl::Status CheckPageSize(int asked);

// A token that goes on after `cursor`, for the same request only.
std::string PageToken(const google::protobuf::Message& request, const std::string& cursor);

// The cursor in the request's `page_token`; empty for the first page. INVALID_ARGUMENT
// (PAGE_TOKEN_INVALID) if it is no token of ours or is of a request with other conditions.
absl::StatusOr<std::string> PageCursor(const google::protobuf::Message& request);

}  // namespace trellis::services
