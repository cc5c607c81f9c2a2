#include "services/support_plan_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "rendering/form.h"
#include "services/pages.h"
#include "services/plan_history.h"

namespace trellis::services {
namespace {

constexpr int kPlansByDefault = 50;
constexpr int kTextWidthByDefault = 160;
constexpr int kTextWidthMin = 80;

template <typename Request>
Handler CommandHandler(const Rooms& rooms) {
  return Unary<Request>([&pipeline = rooms.pipeline](Call call, const Request& request) {
    const absl::StatusOr<Caller> caller = IdentifyCaller(call);
    if (!caller.ok()) return call.Fail(caller.status());
    pipeline.Execute(*caller, request, [call](const absl::StatusOr<std::string>& reply) {
      if (!reply.ok()) return call.Fail(reply.status());
      call.ReplyBytes(*reply);
    });
  });
}

// A read: validated, then answered by `read`.
template <typename Request, typename Response>
Handler ReadHandler(const Rooms& rooms,
                    absl::StatusOr<Response> (*read)(const Rooms&, const Request&)) {
  return Unary<Request>([rooms, read](Call call, const Request& request) {
    if (absl::Status status = domain::Validate(request); !status.ok()) return call.Fail(status);
    call.Answer(read(rooms, request));
  });
}

absl::Status PlanNotFound(const std::string& name, absl::string_view when) {
  return Error(absl::StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND",
               absl::StrCat(name, " does not exist", when), {{"name", name}});
}

absl::StatusOr<projections::PlanRowPointer> PresentRow(const Rooms& rooms,
                                                       const std::string& name) {
  ASSIGN_OR_RETURN(projections::PlanRowPointer row, rooms.views.FindRow(name));
  if (row == nullptr) return PlanNotFound(name, "");
  return row;
}

absl::StatusOr<v1::SupportPlan> PlanAtRevision(const Rooms& rooms, const std::string& name,
                                               int64_t revision) {
  ASSIGN_OR_RETURN(v1::SupportPlan plan,
                   FoldHistory(rooms.log, name, {.revision = static_cast<uint64_t>(revision)}));
  if (plan.revision() == revision) return plan;
  return PlanNotFound(name,
                      absl::StrCat(" at revision ", revision, "; its last is ", plan.revision()));
}

// The present plan as its row holds it, byte for byte: what most readers ask for.
Handler GetHandler(const Rooms& rooms) {
  return Unary<v1::GetSupportPlanRequest>(
      [rooms](Call call, const v1::GetSupportPlanRequest& request) {
        if (absl::Status status = domain::Validate(request); !status.ok()) {
          return call.Fail(status);
        }
        if (request.revision() != 0 || request.has_as_of_time()) {
          return call.Answer(GetSupportPlan(rooms, request));
        }
        const absl::StatusOr<projections::PlanRowPointer> row = PresentRow(rooms, request.name());
        if (!row.ok()) return call.Fail(row.status());
        call.ReplyBytes((*row)->bytes);
      });
}

}  // namespace

absl::StatusOr<v1::SupportPlan> GetSupportPlan(const Rooms& rooms,
                                               const v1::GetSupportPlanRequest& request) {
  if (request.revision() != 0 && request.has_as_of_time()) {
    return InvalidRequest({{"as_of_time", "got it together with revision, want one or the other"}});
  }
  if (request.revision() != 0) return PlanAtRevision(rooms, request.name(), request.revision());
  if (!request.has_as_of_time()) {
    ASSIGN_OR_RETURN(const projections::PlanRowPointer row, PresentRow(rooms, request.name()));
    return row->plan;
  }
  const absl::Time time = FromTimestamp(request.as_of_time());
  ASSIGN_OR_RETURN(v1::SupportPlan plan,
                   FoldHistory(rooms.log, request.name(), {.recorded_at = time}));
  if (plan.revision() > 0) return plan;
  return PlanNotFound(request.name(), absl::StrCat(" as of ", absl::FormatTime(time)));
}

absl::StatusOr<v1::ListSupportPlansResponse> ListSupportPlans(
    const Rooms& rooms, const v1::ListSupportPlansRequest& request) {
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  ASSIGN_OR_RETURN(
      projections::CaseloadPage page,
      rooms.views.Caseload(request, after, PageSize(request.page_size(), kPlansByDefault),
                           LondonDay(rooms.clock.Now())));
  v1::ListSupportPlansResponse response;
  if (page.more) {
    response.set_next_page_token(PageToken(request, page.plans.back().name()));
  }
  for (v1::SupportPlanSummary& plan : page.plans) *response.add_support_plans() = std::move(plan);
  return response;
}

absl::StatusOr<v1::RenderSupportPlanResponse> RenderSupportPlan(
    const Rooms& rooms, const v1::RenderSupportPlanRequest& request) {
  const int width = request.text_width() == 0 ? kTextWidthByDefault : request.text_width();
  if (width < kTextWidthMin) {
    return InvalidRequest(
        {{"text_width", absl::StrCat("got ", width, ", want at least ", kTextWidthMin)}});
  }
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
      {"OpenSupportPlan", CommandHandler<v1::OpenSupportPlanRequest>(rooms)},
      {"RaiseConcern", CommandHandler<v1::RaiseConcernRequest>(rooms)},
      {"ResolveConcern", CommandHandler<v1::ResolveConcernRequest>(rooms)},
      {"SetTarget", CommandHandler<v1::SetTargetRequest>(rooms)},
      {"ReviseTarget", CommandHandler<v1::ReviseTargetRequest>(rooms)},
      {"WithdrawTarget", CommandHandler<v1::WithdrawTargetRequest>(rooms)},
      {"AddAction", CommandHandler<v1::AddActionRequest>(rooms)},
      {"CompleteAction", CommandHandler<v1::CompleteActionRequest>(rooms)},
      {"ArrangeSupport", CommandHandler<v1::ArrangeSupportRequest>(rooms)},
      {"RecordSupport", CommandHandler<v1::RecordSupportRequest>(rooms)},
      {"LogObservation", CommandHandler<v1::LogObservationRequest>(rooms)},
      {"ScheduleReview", CommandHandler<v1::ScheduleReviewRequest>(rooms)},
      {"RescheduleReview", CommandHandler<v1::RescheduleReviewRequest>(rooms)},
      {"CompleteReview", CommandHandler<v1::CompleteReviewRequest>(rooms)},
      {"RecordMissedReview", CommandHandler<v1::RecordMissedReviewRequest>(rooms)},
      {"RecordOutcome", CommandHandler<v1::RecordOutcomeRequest>(rooms)},
      {"AddComment", CommandHandler<v1::AddCommentRequest>(rooms)},
      {"Sign", CommandHandler<v1::SignRequest>(rooms)},
      {"DeclineToSign", CommandHandler<v1::DeclineToSignRequest>(rooms)},
      {"MarkSignatureUnavailable", CommandHandler<v1::MarkSignatureUnavailableRequest>(rooms)},
      {"ConfirmAsAppropriateBody", CommandHandler<v1::ConfirmAsAppropriateBodyRequest>(rooms)},
      {"PausePlan", CommandHandler<v1::PausePlanRequest>(rooms)},
      {"ResumePlan", CommandHandler<v1::ResumePlanRequest>(rooms)},
      {"CorrectEntry", CommandHandler<v1::CorrectEntryRequest>(rooms)},
      {"ClosePlan", CommandHandler<v1::ClosePlanRequest>(rooms)},
      {"RenewPlan", CommandHandler<v1::RenewPlanRequest>(rooms)},
      {"GetSupportPlan", GetHandler(rooms)},
      {"ListSupportPlans", ReadHandler(rooms, ListSupportPlans)},
      {"RenderSupportPlan", ReadHandler(rooms, RenderSupportPlan)},
  };
}

}  // namespace trellis::services
