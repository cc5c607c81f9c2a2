// Who takes part in an induction: registering the ECT, schools and their headteachers, mentors,
// tutors and appropriate bodies.
#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/induction_rules.h"
#include "domain/term_clock.h"

namespace trellis::domain {
namespace {

// The first day of a period: what was said, or else `otherwise`.
std::string StartOf(const std::string& said, const std::string& otherwise) {
  return said.empty() ? otherwise : said;
}

std::string OccurredOn(const InductionDraft& draft) { return DateText(draft.occurred_on()); }

// Whoever the appropriate body named stands outside (guidance 2.28).
absl::Status RequireNotContact(const Induction& induction, const std::string& person) {
  const auto* const body = InForce(induction.appropriate_bodies());
  if (body == nullptr || body->contact().person() != person) return absl::OkStatus();
  return Refusal("APPROPRIATE_BODY_NOT_INDEPENDENT", person,
                 absl::StrCat(person,
                              " is the appropriate body's contact and cannot be headteacher, "
                              "induction tutor or mentor too"));
}

// `person` may hold a role in the school.
absl::Status RequireFree(const Induction& induction, const std::string& person) {
  RETURN_IF_ERROR(RequireNotEct(induction.ect().person(), person));
  return RequireNotContact(induction, person);
}

absl::Status AddTutor(InductionDraft& draft, v1::Tutorship tutorship, const std::string& day) {
  const Induction& induction = draft.state();
  RETURN_IF_ERROR(RequireFree(induction, tutorship.tutor().person()));
  tutorship.set_starts_on(StartOf(tutorship.starts_on(), day));
  v1::InductionEvent event;
  v1::TutorAssigned& assigned = *event.mutable_tutor_assigned();
  if (const auto* const before = InForce(induction.tutorships()); before != nullptr) {
    RETURN_IF_ERROR(
        RequireAfter(before->tutorship_id(), before->starts_on(), tutorship.starts_on()));
    assigned.set_previous_ends_on(DayBefore(tutorship.starts_on()));
  }
  tutorship.set_tutorship_id(NextEntryId('i', induction.tutorships_size()));
  *assigned.mutable_tutorship() = std::move(tutorship);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddBody(InductionDraft& draft, v1::AppropriateBodyPeriod body,
                     const std::string& day) {
  const Induction& induction = draft.state();
  RETURN_IF_ERROR(RequireIndependent(induction, body));
  body.set_starts_on(StartOf(body.starts_on(), day));
  v1::InductionEvent event;
  v1::AppropriateBodyChanged& changed = *event.mutable_appropriate_body_changed();
  if (const auto* const before = InForce(induction.appropriate_bodies()); before != nullptr) {
    RETURN_IF_ERROR(
        RequireAfter(before->appropriate_body_id(), before->starts_on(), body.starts_on()));
    changed.set_previous_ends_on(DayBefore(body.starts_on()));
  }
  body.set_appropriate_body_id(NextEntryId('b', induction.appropriate_bodies_size()));
  *changed.mutable_appropriate_body() = std::move(body);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status AddSchool(InductionDraft& draft, v1::InductionSchool school) {
  const Induction& induction = draft.state();
  RETURN_IF_ERROR(RequireNotEct(induction.ect().person(), school.headteacher().person()));
  school.set_starts_on(StartOf(school.starts_on(), OccurredOn(draft)));
  v1::InductionEvent event;
  v1::SchoolJoined& joined = *event.mutable_school_joined();
  if (const auto* const before = InForce(induction.schools()); before != nullptr) {
    RETURN_IF_ERROR(RequireAfter(before->school_id(), before->starts_on(), school.starts_on()));
    joined.set_previous_ends_on(DayBefore(school.starts_on()));
  }
  school.set_school_id(NextEntryId('s', induction.schools_size()));
  *joined.mutable_school() = std::move(school);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

// One person in two roles that are to be apart (guidance 2.45): only for a reason, and said.
absl::Status RequireReasonForBoth(InductionDraft& draft, const std::string& person, bool both,
                                  const std::string& reason, const std::string& field) {
  if (!both) return absl::OkStatus();
  if (reason.empty()) {
    return Refusal("MENTOR_IS_TUTOR", person,
                   absl::StrCat(person, " would be mentor and induction tutor at once; want ",
                                field, " (guidance 2.45)"));
  }
  draft.Warn("MENTOR_IS_TUTOR", field,
             "mentor and induction tutor are one person; keep mentoring apart from assessment");
  return absl::OkStatus();
}

absl::Status EndMentorshipOn(InductionDraft& draft, const v1::Mentorship& mentorship,
                             const std::string& ends_on, const std::string& reason) {
  if (ends_on < mentorship.starts_on()) {
    return Refusal("PERIODS_OVERLAP", mentorship.mentorship_id(),
                   absl::StrCat("mentorship ", mentorship.mentorship_id(), " would end on ",
                                ends_on, ", before it begins on ", mentorship.starts_on()));
  }
  v1::InductionEvent event;
  event.mutable_mentorship_ended()->set_mentorship_id(mentorship.mentorship_id());
  event.mutable_mentorship_ended()->set_ends_on(ends_on);
  event.mutable_mentorship_ended()->set_reason(reason);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

// An induction as `schools` and `tutorships` leave it, to ask who may.
Induction With(Induction induction, const v1::InductionSchool& school,
               const v1::Tutorship& tutorship) {
  *induction.add_schools() = school;
  *induction.add_tutorships() = tutorship;
  return induction;
}

}  // namespace

InductionDecided Decide(const Induction& induction, const v1::RegisterEctRequest& request,
                        const Context& context) {
  RETURN_IF_ERROR(RequireNew(induction));
  Induction empty;
  empty.set_name(context.new_name);
  const Induction named = With(empty, request.school(), request.tutorship());
  RETURN_IF_ERROR(RequireHolder(named, context, kInductionWriters, "register an ECT"));
  ASSIGN_OR_RETURN(InductionDraft draft, Begin(empty, request, context));
  v1::InductionEvent event;
  v1::EctRegistered& registered = *event.mutable_ect_registered();
  *registered.mutable_ect() = request.ect();
  registered.set_trn(request.trn());
  registered.set_brought_hundredths(request.brought_hundredths());
  draft.Emit(std::move(event));
  RETURN_IF_ERROR(AddSchool(draft, request.school()));
  const std::string day = draft.state().schools(0).starts_on();
  RETURN_IF_ERROR(AddTutor(draft, request.tutorship(), day));
  v1::InductionEvent pattern;
  v1::WorkingPattern& first = *pattern.mutable_working_pattern_changed()->mutable_working_pattern();
  first.set_working_pattern_id("w1");
  first.set_fte_hundredths(100);
  first.set_starts_on(day);
  if (request.has_working_pattern()) {
    first.set_fte_hundredths(request.working_pattern().fte_hundredths());
    first.set_starts_on(StartOf(request.working_pattern().starts_on(), day));
  }
  draft.Emit(std::move(pattern));
  if (request.has_appropriate_body()) {
    RETURN_IF_ERROR(AddBody(draft, request.appropriate_body(), day));
  }
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::SetTrnRequest& request,
                        const Context& context) {
  // After the end too: the number may come late.
  RETURN_IF_ERROR(RequireExists(induction));
  RETURN_IF_ERROR(RequireHolder(induction, context, kInductionWriters, "set the TRN"));
  if (induction.trn() == request.trn()) return InductionDecision{};
  ASSIGN_OR_RETURN(InductionDraft draft, Begin(induction, request, context));
  v1::InductionEvent event;
  event.mutable_trn_set()->set_trn(request.trn());
  event.mutable_trn_set()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::AssignMentorRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft, BeginInduction(induction, request, context,
                                                        kInductionWriters, "assign a mentor"));
  v1::Mentorship mentorship = request.mentorship();
  const std::string& person = mentorship.mentor().person();
  RETURN_IF_ERROR(RequireFree(induction, person));
  mentorship.set_starts_on(StartOf(mentorship.starts_on(), OccurredOn(draft)));
  const auto* const school = InForce(induction.schools());
  if (school == nullptr || mentorship.school_urn() != school->school().urn()) {
    return Refusal("MENTOR_OF_ANOTHER_SCHOOL", person,
                   absl::StrCat(person, " works at ", mentorship.school_urn(),
                                ", want a mentor at the ECT's school, ",
                                school == nullptr ? "none" : school->school().urn()));
  }
  const auto* const other = Overlapping(induction.mentorships(), mentorship.starts_on(), "");
  if (other != nullptr) {
    return Refusal(
        "PERIODS_OVERLAP", other->mentorship_id(),
        absl::StrCat("mentorship ", other->mentorship_id(), " runs from ", other->starts_on(),
                     " to ", other->ends_on().empty() ? "now" : other->ends_on(),
                     ", want one at a time: end it before ", mentorship.starts_on()));
  }
  const auto* const tutor = InForce(induction.tutorships());
  RETURN_IF_ERROR(
      RequireReasonForBoth(draft, person, tutor != nullptr && tutor->tutor().person() == person,
                           mentorship.exceptional_reason(), "mentorship.exceptional_reason"));
  mentorship.set_mentorship_id(NextEntryId('m', induction.mentorships_size()));
  v1::InductionEvent event;
  *event.mutable_mentor_assigned()->mutable_mentorship() = std::move(mentorship);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::EndMentorshipRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft, BeginInduction(induction, request, context,
                                                        kInductionWriters, "end a mentorship"));
  const auto* const mentorship = InForce(induction.mentorships());
  if (mentorship == nullptr) {
    return Refusal("NO_MENTORSHIP", induction.name(),
                   absl::StrCat(induction.name(), " has no mentorship that could end"));
  }
  RETURN_IF_ERROR(EndMentorshipOn(draft, *mentorship, OccurredOn(draft), request.reason()));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::AssignTutorRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft, BeginInduction(induction, request, context,
                                                        kInductionWriters, "assign a tutor"));
  const std::string& person = request.tutorship().tutor().person();
  const auto* const present = InForce(induction.tutorships());
  if (present != nullptr && present->tutor().person() == person) return InductionDecision{};
  const auto* const mentor = InForce(induction.mentorships());
  RETURN_IF_ERROR(RequireReasonForBoth(
      draft, person, mentor != nullptr && mentor->mentor().person() == person,
      request.tutorship().exceptional_reason(), "tutorship.exceptional_reason"));
  RETURN_IF_ERROR(AddTutor(draft, request.tutorship(), OccurredOn(draft)));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::ChangeAppropriateBodyRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, request, context, {v1::HEADTEACHER},
                                  "change the appropriate body"));
  RETURN_IF_ERROR(AddBody(draft, request.appropriate_body(), OccurredOn(draft)));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::ChangeHeadteacherRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft, BeginInduction(induction, request, context,
                                                        kInductionWriters, "change the head"));
  RETURN_IF_ERROR(RequireFree(induction, request.headteacher().person()));
  const auto* const before = InForce(induction.schools());
  if (before == nullptr) {
    return Refusal("NO_SCHOOL", induction.name(),
                   absl::StrCat(induction.name(), " has no school in force"));
  }
  if (before->headteacher().person() == request.headteacher().person()) return InductionDecision{};
  v1::InductionEvent event;
  v1::HeadteacherChanged& changed = *event.mutable_headteacher_changed();
  v1::InductionSchool& school = *changed.mutable_school();
  *school.mutable_school() = before->school();
  school.set_employer_group_uid(before->employer_group_uid());
  *school.mutable_headteacher() = request.headteacher();
  school.set_starts_on(StartOf(request.starts_on(), OccurredOn(draft)));
  school.set_school_id(NextEntryId('s', induction.schools_size()));
  RETURN_IF_ERROR(RequireAfter(before->school_id(), before->starts_on(), school.starts_on()));
  changed.set_previous_ends_on(DayBefore(school.starts_on()));
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::MoveSchoolRequest& request,
                        const Context& context) {
  RETURN_IF_ERROR(RequireNotEnded(induction, "move school"));
  const Induction named = With(induction, request.school(), request.tutorship());
  RETURN_IF_ERROR(RequireHolder(named, context, kInductionWriters, "move the ECT"));
  ASSIGN_OR_RETURN(InductionDraft draft, Begin(induction, request, context));
  const auto* const before = InForce(induction.schools());
  if (before != nullptr && before->school().urn() == request.school().school().urn()) {
    return Refusal("SAME_SCHOOL", request.school().school().urn(),
                   absl::StrCat("the ECT is at ", before->school().urn(),
                                " already; want another school, or ChangeHeadteacher"));
  }
  const std::string day = StartOf(request.school().starts_on(), OccurredOn(draft));
  if (TermClock(induction).LastedTerm(*ParseDate(day) - 1)) {
    draft.Warn("INTERIM_ASSESSMENT_DUE", "school.starts_on",
               absl::StrCat("a term or more was served by ", DayBefore(day),
                            ": an interim assessment is due (guidance 2.62)"));
  }
  RETURN_IF_ERROR(AddSchool(draft, request.school()));
  if (const auto* const mentorship = InForce(induction.mentorships()); mentorship != nullptr) {
    RETURN_IF_ERROR(
        EndMentorshipOn(draft, *mentorship, DayBefore(day), "The ECT moved to another school."));
  }
  RETURN_IF_ERROR(AddTutor(draft, request.tutorship(), day));
  if (request.has_appropriate_body()) {
    RETURN_IF_ERROR(AddBody(draft, request.appropriate_body(), day));
  } else if (const auto* const body = InForce(induction.appropriate_bodies()); body != nullptr) {
    RETURN_IF_ERROR(RequireIndependent(draft.state(), *body));
  }
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
