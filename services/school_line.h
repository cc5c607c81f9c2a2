// The schools that follow each other: after a conversion, a merger or a split.
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

}  // namespace trellis::services
