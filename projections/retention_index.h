// What is known of how long each person's records are kept, gathered from all of their records: a
// row for each with ids and dates alone, so that nothing is folded, read or decrypted to find whose
// time is over.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "projections/view_store.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::projections {

// Records of one person that are joined into each other, at most: the rest is passed over.
inline constexpr size_t kJoinedMax = 100;

// Adds to `rows` what `state` says of it, if it is about somebody.
void AddRetentionRows(const google::protobuf::Message& state, Rows& rows);

// What is known (domain/retention.h) of the person of `record`, `people/{uuid}`, and of all records
// that are joined with it: `person` is the one that stands for them, `records` are all of them.
// Empty if there is nothing. DATA_LOSS (VIEWS_DAMAGED) if a row cannot be read.
absl::StatusOr<v1::Retention> FindRetentionRows(const ViewStore& store, const std::string& record);

// Some people, in the order of their names; those joined into another are not among them.
struct RetentionPage {
  std::vector<v1::Retention> people;
  // The last name that was looked at; empty: there are no more.
  std::string last;
};
// Looks at the `count` people of the directory after `after` (empty: from the first).
absl::StatusOr<RetentionPage> RetentionPageOf(const ViewStore& store, const std::string& after,
                                              size_t count);
// Likewise at those whom any of these schools (URNs) ever had.
absl::StatusOr<RetentionPage> RetentionPageOf(const ViewStore& store,
                                              const std::vector<std::string>& urns,
                                              const std::string& after, size_t count);

}  // namespace trellis::projections
