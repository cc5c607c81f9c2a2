// What may happen to a support plan, and what each thing that happened means.
//
// Everything here is pure: no clock, no I/O, no randomness, no logging. A decision depends only on
// its arguments, so it can be replayed from the log and tested without a server.
//
//   Decide(plan, request, context)  may refuse; says which events follow; changes nothing.
//   Evolve(plan, event, facts)      may not refuse: the event has happened.
//
// Requests have passed Validate. Every rule about capacity and state stands in a Decide; Evolve has
// none. Source of the rules: statutory guidance for induction, April 2024, sections 2 and 4, and
// the support plan's form.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "trellis/v1/events.pb.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/support_plan.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::domain {

using Events = std::vector<v1::SupportPlanEvent>;

// What a decision may know beside the plan and the request. The caller supplies it, so that time
// and identity are arguments like any other.
struct Context {
  absl::Time now;
  // The day that it is in London.
  absl::CivilDay today;
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // The name of the plan to open, for OpenSupportPlan and RenewPlan.
  std::string new_plan;
};

// What follows from a command, all or nothing. No events: it is already so.
struct Decision {
  Events events;
  // Only RenewPlan has some: what follows for the new plan, Context::new_plan.
  Events successor_events;
};

// What the log says of an event beside its message.
struct EventFacts {
  absl::Time recorded_at;
  std::string actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // SHA-256 of the event as stored.
  Digest payload_digest{};
};

// Applies `event` to `plan`. Total: every event ever written has a case, for ever. `name` is the
// plan's, set by its first event.
void Evolve(v1::SupportPlan& plan, const std::string& name, const v1::SupportPlanEvent& event,
            const EventFacts& facts);

// Days from the day the event happened to the day it was recorded, if it was recorded late; else 0.
int LateDays(const v1::SupportPlanEvent& event, absl::Time recorded_at);

// Each returns what follows, or a refusal: NOT_FOUND (no such plan or entry), PERMISSION_DENIED
// (not in this capacity), FAILED_PRECONDITION (a rule), ALREADY_EXISTS (OpenSupportPlan). `plan` is
// the present state; a plan that does not exist has revision 0.
using Plan = v1::SupportPlan;
using Decided = absl::StatusOr<Decision>;
Decided Decide(const Plan& plan, const v1::OpenSupportPlanRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::RaiseConcernRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::ResolveConcernRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::SetTargetRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::ReviseTargetRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::WithdrawTargetRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::AddActionRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::CompleteActionRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::ArrangeSupportRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::RecordSupportRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::LogObservationRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::ScheduleReviewRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::RescheduleReviewRequest& request,
               const Context& context);
Decided Decide(const Plan& plan, const v1::CompleteReviewRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::RecordMissedReviewRequest& request,
               const Context& context);
Decided Decide(const Plan& plan, const v1::RecordOutcomeRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::AddCommentRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::SignRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::DeclineToSignRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::MarkSignatureUnavailableRequest& request,
               const Context& context);
Decided Decide(const Plan& plan, const v1::ConfirmAsAppropriateBodyRequest& request,
               const Context& context);
Decided Decide(const Plan& plan, const v1::PausePlanRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::ResumePlanRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::CorrectEntryRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::ClosePlanRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::RenewPlanRequest& request, const Context& context);

}  // namespace trellis::domain
