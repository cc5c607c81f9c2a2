// What may happen to a support plan, and what each thing that happened means.
//
// Requests have passed Validate. Every rule about capacity and state stands in a Decide; Evolve has
// none. Source of the rules: statutory guidance for induction, April 2024, sections 2 and 4, and
// the support plan's form.
#pragma once

#include <string>
#include <vector>

#include "domain/decision.h"
#include "trellis/v1/events.pb.h"
#include "trellis/v1/support_plan.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::domain {

// What the streams of support plans are called before their id.
inline constexpr absl::string_view kSupportPlanStreams = "supportPlans/";

template <>
struct EventOf<v1::SupportPlan> {
  using Type = v1::SupportPlanEvent;
};
template <typename State>
class DraftOn;
using Plan = v1::SupportPlan;
using Draft = DraftOn<Plan>;
using Events = std::vector<v1::SupportPlanEvent>;
using Decision = DecisionOn<Plan>;
using Decided = DecidedOn<Plan>;

// Applies `event` to `plan`. Total: every event ever written has a case, for ever. `name` is the
// plan's, set by its first event.
void Evolve(v1::SupportPlan& plan, const std::string& name, const v1::SupportPlanEvent& event,
            const EventFacts& facts);

// Each returns what follows, or a refusal: NOT_FOUND (no such plan or entry), PERMISSION_DENIED
// (not in this capacity), FAILED_PRECONDITION (a rule), ALREADY_EXISTS (OpenSupportPlan). `plan` is
// the present state; a plan that does not exist has revision 0.
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
Decided Decide(const Plan& plan, const v1::ChangePartyRequest& request, const Context& context);
Decided Decide(const Plan& plan, const v1::MoveSupportPlanRequest& request, const Context& context);

}  // namespace trellis::domain
