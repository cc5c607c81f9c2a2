// A decision in the making: the events so far, and the state as they leave it, so that a later part
// of one command sees what an earlier part did.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/decision.h"
#include "domain/school_calendar.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {

// What a draft has whatever its aggregate: who, when, and the warnings.
class DraftBase {
 public:
  // Says when it happened. Refused: the future (OCCURRED_IN_FUTURE); more than kLateAfterDays ago
  // without a reason (LATE_REASON_MISSING). Warns of a day that is no school day, or lies before
  // `starts_on`, the first day of the plan, unless that is empty.
  absl::Status Occurred(const std::string& occurred_on, const std::string& late_reason,
                        const std::string& starts_on);

  const Context& context() const { return context_; }
  // When it happened.
  absl::CivilDay occurred_on() const { return occurred_on_; }

  // The calendars of the school that it is about; none if it is about none, or that has given none.
  const SchoolYears& calendars();

  // Warnings go with the next event that is emitted.
  void Warn(const std::string& reason, const std::string& field, const std::string& message);
  // Warns if `date`, from `field`, is set and no school day.
  void WarnUnlessSchoolDay(const std::string& field, const std::string& date);

 protected:
  // Something that happened today. `context` must outlive the draft.
  explicit DraftBase(const Context& context) : context_(context), occurred_on_(context.today) {}

  std::string OccurredOnText() const;
  // What an event that is applied to a draft's state is known by.
  EventFacts Facts() const;

  const Context& context_;
  absl::CivilDay occurred_on_;
  std::string late_reason_;
  // Set once they were asked for.
  std::optional<SchoolYears> calendars_;
  google::protobuf::RepeatedPtrField<v1::Warning> warnings_;
};

template <typename State>
class DraftOn : public DraftBase {
 public:
  using Event = typename EventOf<State>::Type;

  // A draft on `state`, which must outlive it, of something that happened today.
  DraftOn(const State& state, const Context& context) : DraftBase(context), before_(state) {}

  // The state as the events so far leave it. Valid until the next event; it is copied only if this
  // is called after one.
  const State& state() {
    if (events_.empty()) return before_;
    if (!after_.has_value()) after_ = before_;
    for (; applied_ < events_.size(); ++applied_) {
      Evolve(*after_, before_.name(), events_[applied_], Facts());
    }
    return *after_;
  }

  // Appends `event`, completed with what every event holds.
  void Emit(Event event) {
    event.set_occurred_on(OccurredOnText());
    event.set_late_reason(late_reason_);
    event.set_actor_name(context_.actor.name());
    event.mutable_warnings()->Swap(&warnings_);
    warnings_.Clear();
    events_.push_back(std::move(event));
  }

  // The events. Warnings that came after the last of them go with it.
  std::vector<Event> TakeEvents() && {
    if (!events_.empty()) events_.back().mutable_warnings()->MergeFrom(warnings_);
    return std::move(events_);
  }
  DecisionOn<State> Finish() && {
    return {.events = std::move(*this).TakeEvents(), .successor_events = {}};
  }

 private:
  const State& before_;
  std::vector<Event> events_;
  // The state with the first `applied_` events; set once one was applied.
  std::optional<State> after_;
  size_t applied_ = 0;
};

// A draft for a request that says when it happened.
template <typename State, typename Request>
absl::StatusOr<DraftOn<State>> Begin(const State& state, const Request& request,
                                     const Context& context) {
  DraftOn<State> draft(state, context);
  std::string starts_on;
  if constexpr (requires { state.starts_on(); }) starts_on = state.starts_on();
  absl::Status status = draft.Occurred(request.occurred_on(), request.late_reason(), starts_on);
  if (!status.ok()) return status;
  return draft;
}

}  // namespace trellis::domain
