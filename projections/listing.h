// Lists of rows in short: a row for each thing by its name, and keys that find it by what it has to
// do with. A key that is no longer true may stay: every row that it finds is looked at.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Ends a part of a key; sorts before every character.
inline constexpr absl::string_view kKeyEnd("\0", 1);

template <typename Summary>
struct Listing {
  std::vector<Summary> items;
  // True if there are more after the last of `items`.
  bool more = false;
};

// The error of a row in a list that is missing or cannot be read.
inline absl::Status DamagedRow(absl::string_view key) {
  return Error(absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
               absl::StrCat("views: the row of ", key,
                            " in a list is damaged; delete the directory of the views"));
}

// The rows whose names follow `prefix` in a key, ordered by name, after the one named `after`
// (empty: from the start), at most `count` that `meets` takes. Their rows stand at `rows` and the
// name, and are read only where `may_meet` takes the value of the key. DATA_LOSS (VIEWS_DAMAGED) if
// a row is missing or no such message.
template <typename Summary, typename Meets, typename MayMeet>
absl::StatusOr<Listing<Summary>> ListRows(const ViewStore& store, const std::string& rows,
                                          const std::string& prefix, const std::string& after,
                                          int count, const Meets& meets, const MayMeet& may_meet) {
  Listing<Summary> listing;
  absl::Status damage;
  // One past `after`: nothing sorts between a name and the name with a NUL behind it.
  const std::string from = after.empty() ? "" : absl::StrCat(prefix, after, kKeyEnd);
  const auto visit = [&](absl::string_view key, absl::string_view value) {
    if (!may_meet(value)) return true;
    key.remove_prefix(prefix.size());
    const absl::StatusOr<std::optional<std::string>> row = store.Find(absl::StrCat(rows, key));
    Summary summary;
    if (!row.ok() || !row->has_value() || !summary.ParseFromString(**row)) {
      damage = row.ok() ? DamagedRow(key) : row.status();
      return false;
    }
    if (!meets(summary)) return true;
    listing.more = static_cast<int>(listing.items.size()) == count;
    if (!listing.more) listing.items.push_back(std::move(summary));
    return !listing.more;
  };
  if (absl::Status status = store.Scan(prefix, from, visit); !status.ok()) return status;
  if (!damage.ok()) return damage;
  return listing;
}

// Likewise, where the keys say nothing.
template <typename Summary, typename Meets>
absl::StatusOr<Listing<Summary>> ListRows(const ViewStore& store, const std::string& rows,
                                          const std::string& prefix, const std::string& after,
                                          int count, const Meets& meets) {
  return ListRows<Summary>(store, rows, prefix, after, count, meets,
                           [](absl::string_view) { return true; });
}

}  // namespace trellis::projections
