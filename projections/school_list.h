// Schools in short, found by their trust and by the school that follows them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "projections/listing.h"
#include "projections/view_store.h"
#include "trellis/v1/school.pb.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::projections {

// Adds the row of `school` to `rows`, a key for each trust it was ever in, and one for each school
// that follows it.
void AddSchoolRows(const v1::SchoolRecord& school, Rows& rows);

// Those that `query` asks for, whose day is set (its page fields are not looked at), ordered by
// name, after the one named `after` (empty: from the start), at most `count` of them. Without a
// trust all schools are looked through.
absl::StatusOr<Listing<v1::SchoolSummary>> ListSchoolRows(const ViewStore& store,
                                                          const v1::ListSchoolsRequest& query,
                                                          const std::string& after, int count);

// The schools, `schools/{urn}`, that `school` follows immediately.
absl::StatusOr<std::vector<std::string>> SchoolsBefore(const ViewStore& store,
                                                       const std::string& school);

}  // namespace trellis::projections
