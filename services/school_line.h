// The schools of a trust, and those that follow each other: after a conversion, a merger or a
// split.
//
// Concurrency. Thread-safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "projections/views.h"

namespace trellis::services {

// `schools/{urn}`, in order.
using Schools = std::set<std::string>;

// Adds `school` and those that it follows, or those that follow it, directly or through others,
// unless they are in `known` already. Those that were added: `school`, then the nearest first.
absl::StatusOr<std::vector<std::string>> AddWithThoseBefore(projections::Views& views,
                                                            const std::string& school,
                                                            Schools& known);
absl::StatusOr<std::vector<std::string>> AddWithThoseAfter(projections::Views& views,
                                                           const std::string& school,
                                                           Schools& known);

// These, and those that they follow, whose records they keep.
absl::StatusOr<Schools> WithThoseBefore(projections::Views& views, const Schools& schools);

// The school with those before and after it: a role at one of them is a role at each.
absl::StatusOr<Schools> LineOf(projections::Views& views, const std::string& school);

// Those that are in the trust on `day`, YYYY-MM-DD.
absl::StatusOr<Schools> SchoolsOfTrust(projections::Views& views, const std::string& trust,
                                       const std::string& day);

// In their order.
std::vector<std::string> UrnsOf(const Schools& schools);

}  // namespace trellis::services
