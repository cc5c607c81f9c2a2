// What is between the mentor and the ECT: session notes, programme reviews, and the end of the
// programme.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/academic_year.h"
#include "domain/dates.h"
#include "domain/induction_rules.h"
#include "domain/limits.h"
#include "domain/programmes.h"
#include "domain/session_notes.h"

namespace trellis::domain {
namespace {

// A proposal for the review in the autumn term: the first Wednesday after 1 October, when every
// school is open, or the next school day, within the first half of the school's autumn term.
absl::CivilDay ProposedAutumnReview(const SchoolYears& years, absl::CivilDay completed) {
  absl::CivilDay october(completed.year(), 10, 1);
  if (october <= completed) october = absl::CivilDay(completed.year() + 1, 10, 1);
  const absl::CivilDay day =
      SchoolDayFrom(years, absl::NextWeekday(october, absl::Weekday::wednesday));
  const std::optional<HalfTerm> half = AutumnHalfTerm(years, AcademicYearOf(day));
  if (!half.has_value() || day <= half->last) return day;
  return SchoolDayFrom(years, half->first);
}

// Warns of a day that is not in the first half of an autumn term.
void WarnUnlessAutumn(InductionDraft& draft, absl::CivilDay day) {
  const std::optional<HalfTerm> half = AutumnHalfTerm(draft.calendars(), AcademicYearOf(day));
  if (half.has_value() && half->first <= day && day <= half->last) return;
  draft.Warn("NOT_IN_AUTUMN_TERM", "completion.autumn_review_on",
             absl::StrCat(DateText(day), " is not in the first half of an autumn term",
                          half.has_value() ? absl::StrCat(", ", DateText(half->first), " to ",
                                                          DateText(half->last))
                                           : ""));
}

absl::Status SetAutumnReview(InductionDraft& draft, v1::ProgrammeCompletion& completion) {
  if (completion.staying() != v1::ProgrammeCompletion::BOTH_STAY) {
    if (completion.autumn_review_on().empty()) return absl::OkStatus();
    return InvalidRequest(
        {{"completion.autumn_review_on",
          absl::StrCat("got ", completion.autumn_review_on(), ", want none where not both stay")}});
  }
  if (completion.autumn_review_on().empty()) {
    const absl::CivilDay day = ProposedAutumnReview(draft.calendars(), draft.occurred_on());
    completion.set_autumn_review_on(DateText(day));
    completion.set_proposed(true);
    draft.Warn(
        "AUTUMN_REVIEW_PROPOSED", "completion.autumn_review_on",
        absl::StrCat("no day was given for the autumn review; ", DateText(day), " is a proposal"));
    return absl::OkStatus();
  }
  const absl::CivilDay day = *ParseDate(completion.autumn_review_on());
  const std::string completed_on = DateText(draft.occurred_on());
  if (day <= draft.occurred_on() || day - draft.occurred_on() > kReviewDaysAheadMax) {
    return Refusal("AUTUMN_REVIEW_DATE", "completion.autumn_review_on",
                   absl::StrCat("autumn_review_on is ", completion.autumn_review_on(),
                                ", want a day after the programme ended, ", completed_on,
                                ", and within ", kReviewDaysAheadMax, " days"));
  }
  draft.WarnUnlessSchoolDay("completion.autumn_review_on", completion.autumn_review_on());
  WarnUnlessAutumn(draft, day);
  return absl::OkStatus();
}

absl::Status RequireNotesStand(const Induction& induction, const v1::ProgrammeReview& review) {
  for (const v1::ModuleReview& module : review.modules()) {
    for (const std::string& id : module.note_ids()) {
      RETURN_IF_ERROR(RequireEntry<v1::SessionNote>(induction, id).status());
    }
  }
  return absl::OkStatus();
}

}  // namespace

InductionDecided Decide(const Induction& induction, const v1::RecordSessionNoteRequest& request,
                        const Context& context) {
  v1::SessionNote note = request.session_note();
  // The day of the session is the day it happened: what is late and what is to come follows.
  v1::RecordSessionNoteRequest dated = request;
  if (!note.held_on().empty()) dated.set_occurred_on(note.held_on());
  if (!request.occurred_on().empty() && request.occurred_on() != dated.occurred_on()) {
    return InvalidRequest(
        {{"session_note.held_on", absl::StrCat("got ", note.held_on(), ", want occurred_on, ",
                                               request.occurred_on(), ", or one of the two")}});
  }
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, dated, context, kSessionPartners, "note a session"));
  RETURN_IF_ERROR(
      RequireRoom(induction.name(), "session notes", induction.session_notes_size(), kNotesMax));
  note.set_held_on(DateText(draft.occurred_on()));
  if (note.title().empty()) note.set_title(SessionTitle(note));
  note.set_note_id(NextEntryId('n', induction.session_notes_size()));
  v1::InductionEvent event;
  *event.mutable_session_note_recorded()->mutable_session_note() = std::move(note);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::RecordProgrammeReviewRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft, BeginInduction(induction, request, context,
                                                        kSessionPartners, "review the programme"));
  RETURN_IF_ERROR(RequireRoom(induction.name(), "programme reviews",
                              induction.programme_reviews_size(), kEntriesMax));
  RETURN_IF_ERROR(RequireNotesStand(induction, request.programme_review()));
  v1::InductionEvent event;
  v1::ProgrammeReview& review =
      *event.mutable_programme_review_recorded()->mutable_programme_review();
  review = request.programme_review();
  review.set_programme_review_id(NextEntryId('p', induction.programme_reviews_size()));
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::CompleteProgrammeRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(
      InductionDraft draft,
      BeginInduction(induction, request, context, kSessionPartners, "complete the programme"));
  if (const auto* const before = LastOf(induction.programme_completions()); before != nullptr) {
    return Refusal("PROGRAMME_COMPLETED", before->completion_id(),
                   absl::StrCat("the programme was completed on ", before->entry().occurred_on(),
                                " (", before->completion_id(), "); correct that if it is wrong"));
  }
  v1::ProgrammeCompletion completion = request.completion();
  completion.set_completion_id(NextEntryId('c', induction.programme_completions_size()));
  RETURN_IF_ERROR(SetAutumnReview(draft, completion));
  v1::InductionEvent event;
  v1::ProgrammeCompleted& completed = *event.mutable_programme_completed();
  completed.set_action_plans_handed_over(completion.staying() ==
                                         v1::ProgrammeCompletion::NOT_BOTH_STAY);
  *completed.mutable_completion() = std::move(completion);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

absl::Status RequireMayReadNotes(const Induction& induction, const Context& context) {
  RETURN_IF_ERROR(RequireExists(induction));
  return RequireHolder(induction, context, kSessionPartners, "read session notes");
}

std::vector<v1::SessionNote> ForDrafting(std::vector<v1::SessionNote> notes,
                                         absl::string_view module) {
  notes.erase(std::remove_if(notes.begin(), notes.end(),
                             [](const v1::SessionNote& note) { return IsStruckOut(note); }),
              notes.end());
  const auto others = std::stable_partition(
      notes.begin(), notes.end(),
      [&](const v1::SessionNote& note) { return absl::EqualsIgnoreCase(note.module(), module); });
  // Dates are written so that they sort as text does.
  std::stable_sort(notes.begin(), others, [](const v1::SessionNote& a, const v1::SessionNote& b) {
    return a.held_on() < b.held_on();
  });
  std::reverse(others, notes.end());
  std::stable_sort(others, notes.end(), [](const v1::SessionNote& a, const v1::SessionNote& b) {
    return a.held_on() > b.held_on();
  });
  return notes;
}

void SessionTexts::Add(const v1::InductionEvent& event) {
  if (event.has_session_note_recorded()) {
    const v1::SessionNote& note = event.session_note_recorded().session_note();
    notes_[note.note_id()] = note.text();
  } else if (event.has_programme_review_recorded()) {
    const v1::ProgrammeReview& review = event.programme_review_recorded().programme_review();
    reviews_[review.programme_review_id()] = review;
  }
}

v1::SessionNote SessionTexts::WithText(v1::SessionNote note) const {
  const auto text = notes_.find(note.note_id());
  if (text != notes_.end()) note.set_text(text->second);
  return note;
}

v1::ProgrammeReview SessionTexts::WithTexts(v1::ProgrammeReview review) const {
  const auto said = reviews_.find(review.programme_review_id());
  if (said == reviews_.end()) return review;
  *review.mutable_modules() = said->second.modules();
  return review;
}

}  // namespace trellis::domain
