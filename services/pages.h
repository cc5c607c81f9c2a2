// Pages of lists (AIP-158): sizes and tokens.
#pragma once

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

// Copies the page of `items`, which are all there are, that `request` asks for to `page`, a list of
// `response`, and says there where the next page begins. A page of no size said has `by_default`.
template <typename Request, typename Items, typename Page, typename Response>
absl::Status CutPage(const Request& request, const Items& items, int by_default, Page* page,
                     Response& response) {
  const absl::StatusOr<std::string> cursor = PageCursor(request);
  if (!cursor.ok()) return cursor.status();
  // How many came before.
  size_t first = 0;
  if (!cursor->empty() && !absl::SimpleAtoi(*cursor, &first)) first = 0;
  const size_t size = items.size();
  const size_t last =
      std::min(size, first + static_cast<size_t>(PageSize(request.page_size(), by_default)));
  for (size_t i = first; i < last; ++i) *page->Add() = items[i];
  if (last < size) response.set_next_page_token(PageToken(request, absl::StrCat(last)));
  return absl::OkStatus();
}

}  // namespace trellis::services
