// A decision in the making: the events so far, and the plan as they leave it, so that a later part
// of one command sees what an earlier part did.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/support_plan.h"

namespace trellis::domain {

class Draft {
 public:
  // A draft on `plan`, which must outlive it, of something that happened today.
  Draft(const Plan& plan, const Context& context);

  // Says when it happened. Refused: the future (OCCURRED_IN_FUTURE); more than kLateAfterDays ago
  // without a reason (LATE_REASON_MISSING). Warns of a day that is no school day or lies before the
  // plan's first.
  absl::Status Occurred(const std::string& occurred_on, const std::string& late_reason);

  // The plan as the events so far leave it. Valid until the next event; the plan is copied only if
  // this is called after one.
  const Plan& plan();
  const Context& context() const { return context_; }
  // When it happened.
  absl::CivilDay occurred_on() const { return occurred_on_; }

  // Warnings go with the next event that is emitted.
  void Warn(const std::string& reason, const std::string& field, const std::string& message);
  // Warns if `date`, from `field`, is set and no school day.
  void WarnUnlessSchoolDay(const std::string& field, const std::string& date);

  // Appends `event`, completed with what every event holds.
  void Emit(v1::SupportPlanEvent event);

  // The events. Warnings that came after the last of them go with it.
  Events TakeEvents() &&;
  Decision Finish() && { return {.events = std::move(*this).TakeEvents(), .successor_events = {}}; }

 private:
  const Plan& before_;
  const Context& context_;
  absl::CivilDay occurred_on_;
  std::string late_reason_;
  google::protobuf::RepeatedPtrField<v1::Warning> warnings_;
  Events events_;
  // The plan with the first `applied_` events; set once one was applied.
  std::optional<Plan> after_;
  size_t applied_ = 0;
};

// A draft for a request that says when it happened.
template <typename Request>
absl::StatusOr<Draft> Begin(const Plan& plan, const Request& request, const Context& context) {
  Draft draft(plan, context);
  if (absl::Status status = draft.Occurred(request.occurred_on(), request.late_reason());
      !status.ok()) {
    return status;
  }
  return draft;
}

}  // namespace trellis::domain
