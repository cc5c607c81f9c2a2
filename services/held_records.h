// All that is recorded of one person, and the events that say that it was erased.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/decision.h"
#include "projections/views.h"
#include "services/command_pipeline.h"

namespace trellis::services {

// Records that one commit says of that they were erased: far below what a commit holds. The Eraser
// sees to the rest.
inline constexpr size_t kErasedAtOnce = 400;

struct Held {
  // About them: with the keys of their records, and of what belongs to these. Their own comes
  // first.
  std::vector<projections::StateRowPointer> records;
  // Records of others that name them.
  int others = 0;
};

// As the views have it.
absl::StatusOr<Held> HeldOf(projections::Views& views, const projections::StateRowPointer& person);

// Adds what says that records of the person were erased, for at most kErasedAtOnce of those beside
// their own that were not yet. How many it was.
size_t AddErasures(const Held& held, const domain::Context& context, Outcome& outcome);

}  // namespace trellis::services
