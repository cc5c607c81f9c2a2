#include "services/action_plan_service.h"

#include "base/error.h"
#include "base/status_macros.h"
#include "domain/action_plan.h"
#include "domain/action_plan_content.h"
#include "domain/entries.h"
#include "domain/smart.h"
#include "rendering/action_plan_form.h"
#include "services/pages.h"
#include "services/seen.h"

namespace trellis::services {
namespace {

constexpr int kPlansByDefault = 50;

template <typename Request>
Handler ActionPlanCommand(const Rooms& rooms) {
  return CommandHandler<v1::ActionPlan, Request>(rooms);
}

// A plan that is not stored, with the dates and ids that drafting it today would give.
absl::StatusOr<v1::ActionPlan> AsDrafted(const v1::ActionPlan& said, absl::CivilDay today) {
  ASSIGN_OR_RETURN(v1::ActionPlan plan, domain::HeadingOf(said, today));
  *plan.mutable_targets() = said.targets();
  *plan.mutable_steps() = said.steps();
  domain::ClearOutputOnly(plan);
  for (int i = 0; i < plan.targets_size(); ++i) {
    plan.mutable_targets(i)->set_target_id(domain::NextEntryId('t', i));
  }
  return plan;
}

}  // namespace

absl::StatusOr<v1::ActionPlan> PlanForReader(const Rooms& rooms, const Caller& caller,
                                             const std::string& name, const Moment& moment) {
  ASSIGN_OR_RETURN(v1::ActionPlan plan, StateAt<v1::ActionPlan>(rooms, name, moment));
  // Whom a grant or an account lets in, the gate has said.
  if (caller.capacity == v1::GRANTEE || caller.capacity == v1::SERVICE) return plan;
  domain::Context context;
  context.actor = caller.actor;
  context.capacity = caller.capacity;
  RETURN_IF_ERROR(domain::RequireReader(plan, context));
  return plan;
}

absl::StatusOr<v1::ActionPlan> GetActionPlan(const Rooms& rooms, const Caller& caller,
                                             const v1::GetActionPlanRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(request));
  return PlanForReader(rooms, caller, request.name(), moment);
}

absl::StatusOr<v1::ListActionPlansResponse> ListActionPlans(
    const Rooms& rooms, const v1::ListActionPlansRequest& request) {
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  ASSIGN_OR_RETURN(auto page, rooms.views.ActionPlans(
                                  request, after, PageSize(request.page_size(), kPlansByDefault),
                                  LondonDay(rooms.clock.Now())));
  v1::ListActionPlansResponse response;
  if (page.more) response.set_next_page_token(PageToken(request, page.items.back().name()));
  for (v1::ActionPlanSummary& plan : page.items) *response.add_action_plans() = std::move(plan);
  return response;
}

absl::StatusOr<v1::CheckSmartResponse> CheckSmart(const Rooms& rooms, const Caller& caller,
                                                  const v1::CheckSmartRequest& request) {
  if (request.name().empty() != request.has_action_plan()) {
    return InvalidRequest({{"name", "got name and action_plan, or neither, want one of them"}});
  }
  v1::ActionPlan plan;
  if (request.has_action_plan()) {
    ASSIGN_OR_RETURN(plan, AsDrafted(request.action_plan(), LondonDay(rooms.clock.Now())));
  } else {
    ASSIGN_OR_RETURN(plan, PlanForReader(rooms, caller, request.name(), Moment{}));
  }
  v1::CheckSmartResponse response;
  for (v1::TargetSmartness& smartness : domain::CheckSmart(plan)) {
    *response.add_targets() = std::move(smartness);
  }
  response.set_minutes_per_week(domain::MinutesPerWeek(plan));
  return response;
}

absl::StatusOr<v1::RenderActionPlanResponse> RenderActionPlan(
    const Rooms& rooms, const Caller& caller, const v1::RenderActionPlanRequest& request) {
  ASSIGN_OR_RETURN(const int width, FormWidth(request.text_width()));
  ASSIGN_OR_RETURN(const v1::ActionPlan plan,
                   PlanForReader(rooms, caller, request.name(), {.revision = request.revision()}));
  const absl::Time now = rooms.clock.Now();
  const rendering::FormContext context{.today = LondonDay(now), .rendered_at = now};
  v1::RenderActionPlanResponse response;
  if (request.output_format() == v1::RenderActionPlanRequest::HTML) {
    response.set_media_type("text/html; charset=utf-8");
    response.set_content(rendering::ActionPlanAsHtml(plan, context));
  } else {
    response.set_media_type("text/plain; charset=utf-8");
    response.set_content(rendering::ActionPlanAsText(plan, context, width));
  }
  return response;
}

std::map<std::string, Handler> ActionPlanHandlers(const Rooms& rooms) {
  return {
      {"DraftActionPlan", ActionPlanCommand<v1::DraftActionPlanRequest>(rooms)},
      {"SetActionPlanTarget", ActionPlanCommand<v1::SetActionPlanTargetRequest>(rooms)},
      {"ReviseActionPlanTarget", ActionPlanCommand<v1::ReviseActionPlanTargetRequest>(rooms)},
      {"WithdrawActionPlanTarget", ActionPlanCommand<v1::WithdrawActionPlanTargetRequest>(rooms)},
      {"AddActionStep", ActionPlanCommand<v1::AddActionStepRequest>(rooms)},
      {"ReviseActionStep", ActionPlanCommand<v1::ReviseActionStepRequest>(rooms)},
      {"CompleteActionStep", ActionPlanCommand<v1::CompleteActionStepRequest>(rooms)},
      {"WithdrawActionStep", ActionPlanCommand<v1::WithdrawActionStepRequest>(rooms)},
      {"AgreeActionPlan", ActionPlanCommand<v1::AgreeActionPlanRequest>(rooms)},
      {"ScheduleActionPlanReview", ActionPlanCommand<v1::ScheduleActionPlanReviewRequest>(rooms)},
      {"RescheduleActionPlanReview",
       ActionPlanCommand<v1::RescheduleActionPlanReviewRequest>(rooms)},
      {"CompleteActionPlanReview", ActionPlanCommand<v1::CompleteActionPlanReviewRequest>(rooms)},
      {"LinkSupportPlan", ActionPlanCommand<v1::LinkSupportPlanRequest>(rooms)},
      {"HandOverActionPlan", ActionPlanCommand<v1::HandOverActionPlanRequest>(rooms)},
      {"CloseActionPlan", ActionPlanCommand<v1::CloseActionPlanRequest>(rooms)},
      {"CorrectActionPlanEntry", ActionPlanCommand<v1::CorrectActionPlanEntryRequest>(rooms)},
      {"GetActionPlan", ReadHandler(rooms, GetActionPlan)},
      {"ListActionPlans",
       SeenHandler(rooms, ListActionPlans, &v1::ListActionPlansResponse::mutable_action_plans)},
      {"CheckSmart", ReadHandler(rooms, CheckSmart)},
      {"RenderActionPlan", ReadHandler(rooms, RenderActionPlan)},
  };
}

}  // namespace trellis::services
