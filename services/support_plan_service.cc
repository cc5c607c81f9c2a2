#include "services/support_plan_service.h"

#include "base/status_macros.h"
#include "domain/support_plan.h"
#include "rendering/form.h"
#include "services/caseload.h"
#include "services/seen.h"

namespace trellis::services {
namespace {

template <typename Request>
Handler PlanCommand(const Rooms& rooms) {
  return CommandHandler<v1::SupportPlan, Request>(rooms);
}

}  // namespace

absl::StatusOr<v1::SupportPlan> GetSupportPlan(const Rooms& rooms,
                                               const v1::GetSupportPlanRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(request));
  return StateAt<v1::SupportPlan>(rooms, request.name(), moment);
}

absl::StatusOr<v1::RenderSupportPlanResponse> RenderSupportPlan(
    const Rooms& rooms, const v1::RenderSupportPlanRequest& request) {
  ASSIGN_OR_RETURN(const int width, FormWidth(request.text_width()));
  v1::GetSupportPlanRequest get;
  get.set_name(request.name());
  get.set_revision(request.revision());
  ASSIGN_OR_RETURN(const v1::SupportPlan plan, GetSupportPlan(rooms, get));
  const absl::Time now = rooms.clock.Now();
  const rendering::FormContext context{.today = LondonDay(now), .rendered_at = now};
  v1::RenderSupportPlanResponse response;
  if (request.output_format() == v1::RenderSupportPlanRequest::HTML) {
    response.set_media_type("text/html; charset=utf-8");
    response.set_content(rendering::FormAsHtml(plan, context));
  } else {
    response.set_media_type("text/plain; charset=utf-8");
    response.set_content(rendering::FormAsText(plan, context, width));
  }
  return response;
}

std::map<std::string, Handler> SupportPlanHandlers(const Rooms& rooms) {
  return {
      {"OpenSupportPlan", PlanCommand<v1::OpenSupportPlanRequest>(rooms)},
      {"RaiseConcern", PlanCommand<v1::RaiseConcernRequest>(rooms)},
      {"ResolveConcern", PlanCommand<v1::ResolveConcernRequest>(rooms)},
      {"SetTarget", PlanCommand<v1::SetTargetRequest>(rooms)},
      {"ReviseTarget", PlanCommand<v1::ReviseTargetRequest>(rooms)},
      {"WithdrawTarget", PlanCommand<v1::WithdrawTargetRequest>(rooms)},
      {"AddAction", PlanCommand<v1::AddActionRequest>(rooms)},
      {"CompleteAction", PlanCommand<v1::CompleteActionRequest>(rooms)},
      {"ArrangeSupport", PlanCommand<v1::ArrangeSupportRequest>(rooms)},
      {"RecordSupport", PlanCommand<v1::RecordSupportRequest>(rooms)},
      {"LogObservation", PlanCommand<v1::LogObservationRequest>(rooms)},
      {"ScheduleReview", PlanCommand<v1::ScheduleReviewRequest>(rooms)},
      {"RescheduleReview", PlanCommand<v1::RescheduleReviewRequest>(rooms)},
      {"CompleteReview", PlanCommand<v1::CompleteReviewRequest>(rooms)},
      {"RecordMissedReview", PlanCommand<v1::RecordMissedReviewRequest>(rooms)},
      {"RecordOutcome", PlanCommand<v1::RecordOutcomeRequest>(rooms)},
      {"AddComment", PlanCommand<v1::AddCommentRequest>(rooms)},
      {"Sign", PlanCommand<v1::SignRequest>(rooms)},
      {"DeclineToSign", PlanCommand<v1::DeclineToSignRequest>(rooms)},
      {"MarkSignatureUnavailable", PlanCommand<v1::MarkSignatureUnavailableRequest>(rooms)},
      {"ConfirmAsAppropriateBody", PlanCommand<v1::ConfirmAsAppropriateBodyRequest>(rooms)},
      {"PausePlan", PlanCommand<v1::PausePlanRequest>(rooms)},
      {"ResumePlan", PlanCommand<v1::ResumePlanRequest>(rooms)},
      {"CorrectEntry", PlanCommand<v1::CorrectEntryRequest>(rooms)},
      {"ClosePlan", PlanCommand<v1::ClosePlanRequest>(rooms)},
      {"RenewPlan", PlanCommand<v1::RenewPlanRequest>(rooms)},
      {"ChangeParty", PlanCommand<v1::ChangePartyRequest>(rooms)},
      {"MoveSupportPlan", PlanCommand<v1::MoveSupportPlanRequest>(rooms)},
      {"GetSupportPlan", GetHandler<v1::GetSupportPlanRequest>(rooms)},
      {"ListSupportPlans",
       SeenHandler(rooms, ListSupportPlans, &v1::ListSupportPlansResponse::mutable_support_plans)},
      {"GetCaseload", ReadHandler(rooms, GetCaseload)},
      {"RenderSupportPlan", ReadHandler(rooms, RenderSupportPlan)},
  };
}

}  // namespace trellis::services
