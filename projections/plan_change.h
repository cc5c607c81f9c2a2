// One event of a support plan, as views see it. The plan is folded once for each event; every view
// gets the event with the plan before and after it, and writes its own rows.
#pragma once

#include <string>
#include <vector>

#include "eventstore/record.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/events.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::projections {

struct PlanChange {
  const eventstore::Header& header;
  const v1::SupportPlanEvent& event;
  // The plan as the event left it.
  const v1::SupportPlan& plan;
  // What the event changed in entries that stood already.
  std::vector<v1::FieldChange> changes;
};

}  // namespace trellis::projections
