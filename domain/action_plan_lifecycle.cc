// Linking, handing over, closing and correcting an action plan.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/action_plan_content.h"
#include "domain/corrections.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/requires.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// Nothing about an ECT goes from training towards assessment behind their back.
absl::Status RequireEctTold(const v1::SupportPlanLink& link, const Context& context) {
  if (context.capacity == v1::MENTOR && link.ect_told_on().empty()) {
    return Refusal("ECT_NOT_TOLD", "link.ect_told_on",
                   "link.ect_told_on is empty, want the day on which the ECT was told of the link");
  }
  if (link.ect_told_on() <= DateText(context.today)) return absl::OkStatus();
  return Refusal("ECT_TOLD_IN_FUTURE", "link.ect_told_on",
                 absl::StrCat("link.ect_told_on is ", link.ect_told_on(),
                              ", want no day after today, ", DateText(context.today)));
}

// What was refused when the entry was made is refused when it is put right.
absl::Status CheckCorrectedDates(ActionPlanDraft& draft, const pb::Message& corrected,
                                 const v1::CorrectActionPlanEntryRequest& request) {
  if (corrected.GetDescriptor() == v1::SupportPlanLink::descriptor()) {
    Context as_recorded = draft.context();
    as_recorded.capacity = EntryOf(corrected).capacity();
    return RequireEctTold(static_cast<const v1::SupportPlanLink&>(corrected), as_recorded);
  }
  for (int i = 0; i < request.corrections_size(); ++i) {
    const v1::FieldCorrection& correction = request.corrections(i);
    const std::optional<absl::CivilDay> day = ParseDate(correction.value());
    if (!day.has_value()) continue;
    const std::string path = absl::StrCat("corrections[", i, "].value");
    draft.WarnUnlessSchoolDay(path, correction.value());
    if (correction.field() == "scheduled_on" &&
        *day - draft.context().today > kReviewDaysAheadMax) {
      return InvalidRequest({{path, absl::StrCat("got ", correction.value(), ", want a day within ",
                                                 kReviewDaysAheadMax, " days")}});
    }
  }
  return absl::OkStatus();
}

}  // namespace

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::LinkSupportPlanRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft,
                   BeginWriting(plan, request, context, "link a support plan"));
  v1::SupportPlanLink link = request.link();
  RETURN_IF_ERROR(RequireEctTold(link, context));
  for (const v1::SupportPlanLink& other : plan.links()) {
    if (other.support_plan() == link.support_plan() && !IsStruckOut(other)) {
      return ActionPlanDecision{};
    }
  }
  RETURN_IF_ERROR(RequireRoom(plan.name(), "links", plan.links_size(), kEntriesMax));
  ClearOutputOnly(link);
  // Who makes the link knows of it.
  if (context.capacity == v1::ECT) link.clear_ect_told_on();
  link.set_link_id(NextEntryId('l', plan.links_size()));
  v1::ActionPlanEvent event;
  *event.mutable_support_plan_linked()->mutable_link() = std::move(link);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::HandOverActionPlanRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft,
                   BeginWriting(plan, request, context, "hand the plan over"));
  if (plan.owner() == v1::ActionPlan::ECT_ALONE) return ActionPlanDecision{};
  v1::ActionPlanEvent event;
  event.mutable_action_plan_handed_over()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

std::vector<v1::ActionPlanEvent> HandedOverByProgramme(const v1::ActionPlan& plan,
                                                       const v1::Induction& induction,
                                                       const v1::InductionEvent& ended) {
  if (!ended.programme_completed().action_plans_handed_over()) return {};
  if (!RequireNotClosed(plan, "hand the plan over").ok()) return {};
  if (plan.owner() == v1::ActionPlan::ECT_ALONE) return {};
  if (plan.ect().person() != induction.ect().person()) return {};
  if (!plan.induction().empty() && plan.induction() != induction.name()) return {};
  v1::ActionPlanEvent event;
  event.set_occurred_on(ended.occurred_on());
  event.set_late_reason(ended.late_reason());
  event.set_actor_name(ended.actor_name());
  event.mutable_action_plan_handed_over()->set_reason(
      "The programme is completed, and the mentor and the ECT do not both stay.");
  return {std::move(event)};
}

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::CloseActionPlanRequest& request,
                         const Context& context) {
  ASSIGN_OR_RETURN(ActionPlanDraft draft, BeginWriting(plan, request, context, "close the plan"));
  v1::ActionPlanEvent event;
  event.mutable_action_plan_closed()->set_reason(request.reason());
  event.mutable_action_plan_closed()->set_words(request.words());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

ActionPlanDecided Decide(const v1::ActionPlan& plan,
                         const v1::CorrectActionPlanEntryRequest& request, const Context& context) {
  // On a closed plan too: a mistake that is found later must not stand.
  RETURN_IF_ERROR(RequireExists(plan));
  RETURN_IF_ERROR(RequireWriter(plan, context, "correct an entry"));
  const pb::Message* const entry = FindEntry(plan, request.entry_id());
  if (entry == nullptr) return EntryNotFound(plan.name(), request.entry_id(), "entry");
  if (IsStruckOut(*entry)) {
    return Refusal(
        "ENTRY_STRUCK_OUT", request.entry_id(),
        absl::StrCat("entry ", request.entry_id(), " of ", plan.name(),
                     " was struck out at revision ", EntryOf(*entry).correction().revision()));
  }
  RETURN_IF_ERROR(CheckCorrections(*entry, request.corrections()));
  ASSIGN_OR_RETURN(ActionPlanDraft draft, Begin(plan, request, context));
  if (!request.corrections().empty()) {
    const std::unique_ptr<pb::Message> corrected = Corrected(*entry, request.corrections());
    if (corrected->SerializeAsString() == entry->SerializeAsString()) return ActionPlanDecision{};
    RETURN_IF_ERROR(CheckCorrectedDates(draft, *corrected, request));
  }
  v1::ActionPlanEvent event;
  v1::EntryCorrected& fact = *event.mutable_entry_corrected();
  fact.set_entry_id(request.entry_id());
  fact.set_reason(request.reason());
  *fact.mutable_corrections() = request.corrections();
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
