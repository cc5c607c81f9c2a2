// What an event changes in entries that stand already, field by field: before and after.
#pragma once

#include <string>
#include <vector>

#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/events.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::projections {

// Remembers, before an event is applied, the entries that it names; then says what changed. Made
// once and used for one event after another, so that it keeps its memory. Not thread-safe.
class FieldChanges {
 public:
  // Looks at `plan` before `event`. Costs little for an event that only adds an entry.
  void Before(const v1::SupportPlan& plan, const v1::SupportPlanEvent& event);

  // What is different in `plan`, the same plan after the event.
  std::vector<v1::FieldChange> After(const v1::SupportPlan& plan) const;

 private:
  struct Entry {
    std::string id;
    // What the fields that are compared held, as text.
    std::vector<std::string> values;
  };

  void Remember(const v1::SupportPlan& plan, const std::string& id);

  // Those after the first `size_` are of earlier events.
  std::vector<Entry> entries_;
  size_t size_ = 0;
  v1::SupportPlan::State state_ = v1::SupportPlan::STATE_UNSPECIFIED;
};

}  // namespace trellis::projections
