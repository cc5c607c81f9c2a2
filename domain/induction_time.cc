// How long an induction lasts: working pattern, pauses, extensions, reductions, absences; and how
// it ends.
#include <utility>

#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/induction_rules.h"
#include "domain/limits.h"
#include "domain/term_clock.h"

namespace trellis::domain {
namespace {

std::string OccurredOn(const InductionDraft& draft) { return DateText(draft.occurred_on()); }

// Says what the ad-hoc absences of a year of the induction have come to.
void WarnOfAbsence(InductionDraft& draft, const v1::Absence& absence) {
  Induction after = draft.state();
  *after.add_absences() = absence;
  const TermClock clock(after);
  const int number = clock.YearOf(*ParseDate(absence.starts_on()));
  const v1::YearOfAbsence& year = clock.AbsenceYears()[static_cast<size_t>(number - 1)];
  if (year.days() >= kAbsenceThresholdDays) {
    return draft.Warn("ABSENCE_THRESHOLD", "absence.days",
                      absl::StrCat("ad-hoc absences in year ", number, " of the induction are ",
                                   year.days(), " days, threshold ", kAbsenceThresholdDays,
                                   ": it is extended automatically by ", year.days(), " days, ",
                                   year.added_hundredths(),
                                   " hundredths of a term; tell the appropriate body (guidance "
                                   "3.6)"));
  }
  if (year.days() >= kAbsenceAlertDays) {
    draft.Warn("ABSENCE_ALERT", "absence.days",
               absl::StrCat("ad-hoc absences in year ", number, " of the induction are ",
                            year.days(), " days; from ", kAbsenceThresholdDays,
                            " days it is extended by as many (guidance 3.6)"));
  }
}

v1::InductionEnding EndingOn(InductionDraft& draft, v1::InductionEnding::Outcome outcome,
                             const std::string& words) {
  v1::InductionEnding ending;
  ending.set_outcome(outcome);
  ending.set_ended_on(OccurredOn(draft));
  ending.set_words(words);
  ending.set_served_hundredths(TermClock(draft.state()).ServedBy(draft.occurred_on()));
  return ending;
}

// The last day is a day of the last school.
absl::Status RequireLastDay(const InductionDraft& draft, const Induction& induction) {
  const auto* const school = LastOf(induction.schools());
  if (school == nullptr || OccurredOn(draft) >= school->starts_on()) return absl::OkStatus();
  return Refusal(
      "ENDED_BEFORE_BEGUN", induction.name(),
      absl::StrCat("occurred_on is ", OccurredOn(draft), ", want no day before the ECT came to ",
                   school->school_id(), ", ", school->starts_on()));
}

}  // namespace

InductionDecided Decide(const Induction& induction, const v1::ChangeWorkingPatternRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(
      InductionDraft draft,
      BeginInduction(induction, request, context, kInductionWriters, "change the working pattern"));
  v1::WorkingPattern pattern = request.working_pattern();
  if (pattern.starts_on().empty()) pattern.set_starts_on(OccurredOn(draft));
  v1::InductionEvent event;
  v1::WorkingPatternChanged& changed = *event.mutable_working_pattern_changed();
  if (const auto* const before = InForce(induction.working_patterns()); before != nullptr) {
    if (before->fte_hundredths() == pattern.fte_hundredths()) return InductionDecision{};
    RETURN_IF_ERROR(
        RequireAfter(before->working_pattern_id(), before->starts_on(), pattern.starts_on()));
    changed.set_previous_ends_on(DayBefore(pattern.starts_on()));
  }
  pattern.set_working_pattern_id(NextEntryId('w', induction.working_patterns_size()));
  *changed.mutable_working_pattern() = std::move(pattern);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::PauseInductionRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, request, context, kInductionWriters, "pause it"));
  const auto* const other = Overlapping(induction.pauses(), OccurredOn(draft), "");
  if (other != nullptr) {
    return Refusal(
        "INDUCTION_PAUSED", other->pause_id(),
        absl::StrCat("pause ", other->pause_id(), " runs from ", other->starts_on(), " to ",
                     other->ends_on().empty() ? "now" : other->ends_on(), ", want a day after it"));
  }
  v1::InductionEvent event;
  v1::InductionPause& pause = *event.mutable_induction_paused()->mutable_pause();
  pause.set_pause_id(NextEntryId('h', induction.pauses_size()));
  pause.set_starts_on(OccurredOn(draft));
  pause.set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::ResumeInductionRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, request, context, kInductionWriters, "resume it"));
  const auto* const pause = InForce(induction.pauses());
  if (pause == nullptr) {
    return Refusal("INDUCTION_NOT_PAUSED", induction.name(),
                   absl::StrCat(induction.name(), " is not paused, so it cannot be resumed"));
  }
  if (OccurredOn(draft) <= pause->starts_on()) {
    return Refusal(
        "RESUMED_BEFORE_PAUSED", pause->pause_id(),
        absl::StrCat("occurred_on is ", OccurredOn(draft), ", want a day after the pause began, ",
                     pause->starts_on(), "; strike out ", pause->pause_id(), " if it never was"));
  }
  if (pause->reason() == v1::InductionPause::STATUTORY_LEAVE) {
    draft.Warn("EXTENSION_MAY_BE_ASKED", "occurred_on",
               "after statutory leave the ECT decides whether the induction is extended by the "
               "days absent; such a request must be granted (guidance 3.7)");
  }
  v1::InductionEvent event;
  event.mutable_induction_resumed()->set_pause_id(pause->pause_id());
  event.mutable_induction_resumed()->set_ends_on(DayBefore(OccurredOn(draft)));
  event.mutable_induction_resumed()->set_note(request.note());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::ExtendInductionRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, request, context, kInductionWriters, "extend it"));
  RETURN_IF_ERROR(
      RequireRoom(induction.name(), "extensions", induction.extensions_size(), kEntriesMax));
  v1::InductionEvent event;
  v1::InductionExtension& extension = *event.mutable_induction_extended()->mutable_extension();
  extension = request.extension();
  extension.set_extension_id(NextEntryId('x', induction.extensions_size()));
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::ReduceInductionRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, request, context, kInductionWriters, "reduce it"));
  RETURN_IF_ERROR(
      RequireRoom(induction.name(), "reductions", induction.reductions_size(), kEntriesMax));
  if (InForce(induction.appropriate_bodies()) == nullptr) {
    return Refusal("NO_APPROPRIATE_BODY", induction.name(),
                   absl::StrCat(induction.name(), " has no appropriate body that could consent"));
  }
  const int left = TermClock(induction).Required() - request.reduction().terms_hundredths();
  if (left < kTermHundredths) {
    return Refusal("REDUCED_BELOW_ONE_TERM", induction.name(),
                   absl::StrCat(left, " hundredths of a term would be left, want at least ",
                                kTermHundredths, " (guidance 3.2)"));
  }
  v1::InductionEvent event;
  v1::InductionReduction& reduction = *event.mutable_induction_reduced()->mutable_reduction();
  reduction = request.reduction();
  reduction.set_reduction_id(NextEntryId('r', induction.reductions_size()));
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::RecordAbsenceRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft, BeginInduction(induction, request, context,
                                                        kInductionWriters, "record an absence"));
  RETURN_IF_ERROR(RequireRoom(induction.name(), "absences", induction.absences_size(), kNotesMax));
  RETURN_IF_ERROR(RequireAbsencePossible(induction, request.absence(), context));
  v1::InductionEvent event;
  v1::Absence& absence = *event.mutable_absence_recorded()->mutable_absence();
  absence = request.absence();
  absence.set_absence_id(NextEntryId('a', induction.absences_size()));
  if (absence.category() == v1::Absence::AD_HOC) WarnOfAbsence(draft, absence);
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::CompleteInductionRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(InductionDraft draft,
                   BeginInduction(induction, request, context, kInductionWriters, "complete it"));
  RETURN_IF_ERROR(RequireLastDay(draft, induction));
  v1::InductionEvent event;
  v1::InductionEnding& ending = *event.mutable_induction_completed()->mutable_ending();
  ending = EndingOn(draft, v1::InductionEnding::COMPLETED, request.words());
  if (const int required = TermClock(induction).Required(); ending.served_hundredths() < required) {
    draft.Warn("INDUCTION_NOT_SERVED", "occurred_on",
               absl::StrCat(ending.served_hundredths(), " of ", required,
                            " hundredths of a term were served by ", ending.ended_on(),
                            ", by terms that end on 31 December, 31 March and 31 August"));
  }
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

InductionDecided Decide(const Induction& induction, const v1::LeaveInductionRequest& request,
                        const Context& context) {
  ASSIGN_OR_RETURN(
      InductionDraft draft,
      BeginInduction(induction, request, context, kInductionWriters, "record that the ECT left"));
  RETURN_IF_ERROR(RequireLastDay(draft, induction));
  v1::InductionEvent event;
  v1::InductionEnding& ending = *event.mutable_induction_left()->mutable_ending();
  ending = EndingOn(draft, v1::InductionEnding::NOT_COMPLETED, request.words());
  if (TermClock(induction).LastedTerm(draft.occurred_on())) {
    draft.Warn("INTERIM_ASSESSMENT_DUE", "occurred_on",
               absl::StrCat("a term or more was served by ", ending.ended_on(),
                            ": an interim assessment is owed, even after the ECT has gone "
                            "(guidance 2.63)"));
  }
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
