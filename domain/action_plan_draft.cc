// Drafting an action plan: what begins its stream.
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/academic_year.h"
#include "domain/action_plan_content.h"
#include "domain/dates.h"
#include "domain/plan_format.h"
#include "domain/requires.h"
#include "domain/validate.h"

namespace trellis::domain {
namespace {

// An address of https with a host, and nothing in it that ends an address in a text.
bool IsSecureLink(const std::string& link) {
  constexpr absl::string_view kScheme = "https://";
  if (!absl::StartsWith(link, kScheme) || link.size() == kScheme.size()) return false;
  return link[kScheme.size()] != '/' && link.find_first_of(" \t\r\n\"<>\\") == std::string::npos;
}

v1::ActionPlan WithDefaults(const v1::ActionPlan& said, absl::CivilDay drafted_on) {
  v1::ActionPlan heading = said;
  heading.clear_targets();
  heading.clear_steps();
  heading.clear_reviews();
  ClearOutputOnly(heading);
  if (heading.starts_on().empty()) heading.set_starts_on(DateText(drafted_on));
  const std::optional<int64_t> year = ParseAcademicYear(heading.academic_year());
  // The summer holiday belongs to the year before it: there is time to finish.
  if (heading.ends_on().empty() && year.has_value()) {
    heading.set_ends_on(DateText(absl::CivilDay(*year + 1, 8, 31)));
  }
  if (!heading.has_format() && !heading.has_own_document()) {
    *heading.mutable_format() = StandardPlanFormat();
  }
  return heading;
}

// What is wrong with a heading that its fields alone cannot tell.
absl::Status CheckHeading(const v1::ActionPlan& heading) {
  std::vector<FieldViolation> violations;
  if (!ParseAcademicYear(heading.academic_year()).has_value()) {
    violations.push_back(
        {"action_plan.academic_year", absl::StrCat("got \"", heading.academic_year(),
                                                   "\", want a school year such as 2027/28")});
  } else if (heading.ends_on() < heading.starts_on()) {
    violations.push_back({"action_plan.ends_on",
                          absl::StrCat("got ", heading.ends_on(),
                                       ", want no day before starts_on, ", heading.starts_on())});
  }
  if (heading.has_format() && heading.has_own_document()) {
    violations.push_back(
        {"action_plan.own_document", "got format and own_document, want one of them"});
  }
  if (heading.has_format()) {
    for (FieldViolation& violation : WhyNoPlanFormat(heading.format(), "action_plan.format")) {
      violations.push_back(std::move(violation));
    }
  }
  for (int i = 0; i < heading.own_document().links_size(); ++i) {
    if (IsSecureLink(heading.own_document().links(i))) continue;
    violations.push_back({absl::StrCat("action_plan.own_document.links[", i, "]"),
                          "got another address, want one that begins with https:// and a host"});
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

absl::Status RequireSeparateRoles(const v1::ActionPlan& said) {
  if (said.mentor().person() != said.ect().person()) return absl::OkStatus();
  return Refusal("ECT_HAS_OTHER_ROLE", said.ect().person(),
                 absl::StrCat(said.ect().person(), " is the ECT and cannot be the mentor as well"));
}

absl::Status AddEntries(ActionPlanDraft& draft, const v1::ActionPlan& said) {
  for (int i = 0; i < said.targets_size(); ++i) {
    RETURN_IF_ERROR(
        AddTarget(draft, said.targets(i), absl::StrCat("action_plan.targets[", i, "]")));
  }
  for (int i = 0; i < said.steps_size(); ++i) {
    RETURN_IF_ERROR(AddStep(draft, said.steps(i), absl::StrCat("action_plan.steps[", i, "]")));
  }
  if (const std::string& day = said.own_document().review_on(); !day.empty()) {
    v1::ActionPlanReview review;
    review.set_scheduled_on(day);
    RETURN_IF_ERROR(AddReview(draft, std::move(review), "action_plan.own_document.review_on"));
  }
  for (int i = 0; i < said.reviews_size(); ++i) {
    RETURN_IF_ERROR(AddReview(draft, said.reviews(i),
                              absl::StrCat("action_plan.reviews[", i, "].scheduled_on")));
  }
  if (!IsReviewPlanned(draft.state(), "")) {
    draft.Warn("NO_REVIEW_PLANNED", "action_plan.reviews",
               "no review is planned: put its date into the diary now; without one the plan "
               "cannot be agreed");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ActionPlan> HeadingOf(const v1::ActionPlan& said, absl::CivilDay drafted_on) {
  RETURN_IF_ERROR(RequireSeparateRoles(said));
  v1::ActionPlan heading = WithDefaults(said, drafted_on);
  RETURN_IF_ERROR(CheckHeading(heading));
  return heading;
}

namespace {

// The plan as it was said, in the format of the school that the request names, if it names one.
absl::StatusOr<v1::ActionPlan> InSchoolFormat(const v1::DraftActionPlanRequest& request,
                                              const Context& context) {
  v1::ActionPlan said = request.action_plan();
  const std::string& id = request.school_format_id();
  if (id.empty()) return said;
  if (said.has_format() || said.has_own_document()) {
    return InvalidRequest({{"school_format_id", absl::StrCat("got ", id,
                                                             " beside a format or a document of "
                                                             "their own, want one of them")}});
  }
  const v1::SchoolRecord empty;
  const v1::SchoolRecord& school = context.school == nullptr ? empty : *context.school;
  ASSIGN_OR_RETURN(const v1::SchoolPlanFormat* const format,
                   RequireEntry<v1::SchoolPlanFormat>(school, id));
  if (!format->withdrawn_on().empty()) {
    return Refusal("PLAN_FORMAT_WITHDRAWN", id,
                   absl::StrCat(school.name(), " withdrew planning format ", id, " on ",
                                format->withdrawn_on(), "; want one that stands"));
  }
  *said.mutable_format() = format->plan_format();
  return said;
}

}  // namespace

ActionPlanDecided Decide(const v1::ActionPlan& plan, const v1::DraftActionPlanRequest& request,
                         const Context& context) {
  RETURN_IF_ERROR(RequireNew(plan));
  ASSIGN_OR_RETURN(const v1::ActionPlan said, InSchoolFormat(request, context));
  v1::ActionPlan named = said;
  ClearOutputOnly(named);
  named.set_name(context.new_name);
  RETURN_IF_ERROR(RequireWriter(named, context, "draft an action plan"));
  v1::ActionPlan empty;
  empty.set_name(context.new_name);
  ASSIGN_OR_RETURN(ActionPlanDraft draft, Begin(empty, request, context));
  ASSIGN_OR_RETURN(v1::ActionPlan heading, HeadingOf(said, draft.occurred_on()));
  v1::ActionPlanEvent event;
  *event.mutable_action_plan_drafted()->mutable_action_plan() = std::move(heading);
  draft.Emit(std::move(event));
  RETURN_IF_ERROR(AddEntries(draft, said));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
