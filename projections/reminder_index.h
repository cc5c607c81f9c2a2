// On which days something of a plan or an induction can fall due: a row for each, so that the daily
// search for reminders reads some bytes of those that have nothing, and no state.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/message.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Adds to `rows` the days of `state`, if it is of a kind that has a diary.
void AddReminderRow(const google::protobuf::Message& state, Rows& rows);

// The names of at most `count` streams of which something may be due on `today`, in the order of
// their names, from the first after `after` on. Fewer than `count`: there are no more.
absl::StatusOr<std::vector<std::string>> StreamsToRemind(const ViewStore& store,
                                                         absl::CivilDay today,
                                                         const std::string& after, size_t count);

}  // namespace trellis::projections
