// What an event changes in entries that stand already, field by field: before and after.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/events.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::projections {

// Remembers, before the event is applied, the entries that it names; then says what changed.
class FieldChanges {
 public:
  // Looks at `plan` before `event`. Costs nothing for an event that only adds an entry.
  FieldChanges(const v1::SupportPlan& plan, const v1::SupportPlanEvent& event);

  // What is different in `plan`, the same plan after the event.
  std::vector<v1::FieldChange> After(const v1::SupportPlan& plan) const;

 private:
  struct Before {
    std::string id;
    std::unique_ptr<google::protobuf::Message> entry;
  };
  std::vector<Before> entries_;
  v1::SupportPlan::State state_;
};

}  // namespace trellis::projections
