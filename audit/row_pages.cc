#include "audit/row_pages.h"

#include "base/status_macros.h"

namespace trellis::audit {

// At 1 KiB a row, 1 MiB.
constexpr size_t kPageRows = 1024;

absl::StatusOr<const RowPages::Row*> RowPages::Next() {
  if (next_ < page_.size()) return &page_[next_++];
  // The first key after the last one.
  const std::string from = page_.empty() ? "" : page_.back().first + '\0';
  page_.clear();
  next_ = 0;
  RETURN_IF_ERROR(store_.Scan("", from, [&](absl::string_view key, absl::string_view value) {
    page_.emplace_back(std::string(key), std::string(value));
    return page_.size() < kPageRows;
  }));
  return page_.empty() ? nullptr : &page_[next_++];
}

}  // namespace trellis::audit
