// The rows of a store of views one after the other, so that two stores can be read side by side.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "projections/view_store.h"

namespace trellis::audit {

// Reads a page at a time. Not thread-safe.
class RowPages {
 public:
  using Row = std::pair<std::string, std::string>;

  // `store` must outlive it.
  explicit RowPages(const projections::ViewStore& store) : store_(store) {}

  // The next row in the order of the keys, valid until the next call; null after the last. The
  // errors of ViewStore::Scan.
  absl::StatusOr<const Row*> Next();

 private:
  const projections::ViewStore& store_;
  std::vector<Row> page_;
  size_t next_ = 0;
};

}  // namespace trellis::audit
