#include "base/check.h"
#include "domain/corrections.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "domain/evolution.h"
#include "domain/induction_rules.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// The one that applies events: holds what every case needs.
class Evolution {
 public:
  Evolution(Induction& induction, const v1::InductionEvent& event, const EventFacts& facts)
      : induction_(induction), event_(event), facts_(facts) {}

  void Apply() {
    Advance(induction_, facts_);
    ApplyKind();
  }

 private:
  // No default: the compiler lists the events we forgot.
  void ApplyKind() {
    using Event = v1::InductionEvent;
    switch (event_.kind_case()) {
      case Event::kEctRegistered:
        return Registered(event_.ect_registered());
      case Event::kTrnSet:
        if (!induction_.trn().empty()) induction_.add_former_trns(induction_.trn());
        return induction_.set_trn(event_.trn_set().trn());
      case Event::kSchoolJoined:
        return Begun(event_.school_joined().school(), event_.school_joined().previous_ends_on(),
                     *induction_.mutable_schools());
      case Event::kHeadteacherChanged:
        return Begun(event_.headteacher_changed().school(),
                     event_.headteacher_changed().previous_ends_on(),
                     *induction_.mutable_schools());
      case Event::kTutorAssigned:
        return Begun(event_.tutor_assigned().tutorship(),
                     event_.tutor_assigned().previous_ends_on(), *induction_.mutable_tutorships());
      case Event::kMentorAssigned:
        return Added(event_.mentor_assigned().mentorship(), *induction_.add_mentorships());
      case Event::kMentorshipEnded: {
        auto& mentorship = Entry<v1::Mentorship>(event_.mentorship_ended().mentorship_id());
        mentorship.set_ends_on(event_.mentorship_ended().ends_on());
        return mentorship.set_end_reason(event_.mentorship_ended().reason());
      }
      case Event::kAppropriateBodyChanged:
        return Begun(event_.appropriate_body_changed().appropriate_body(),
                     event_.appropriate_body_changed().previous_ends_on(),
                     *induction_.mutable_appropriate_bodies());
      case Event::kWorkingPatternChanged:
        return Begun(event_.working_pattern_changed().working_pattern(),
                     event_.working_pattern_changed().previous_ends_on(),
                     *induction_.mutable_working_patterns());
      case Event::kInductionPaused:
        Added(event_.induction_paused().pause(), *induction_.add_pauses());
        return SetState();
      case Event::kInductionResumed:
        Entry<v1::InductionPause>(event_.induction_resumed().pause_id())
            .set_ends_on(event_.induction_resumed().ends_on());
        return SetState();
      case Event::kInductionExtended:
        return Added(event_.induction_extended().extension(), *induction_.add_extensions());
      case Event::kInductionReduced:
        return Added(event_.induction_reduced().reduction(), *induction_.add_reductions());
      case Event::kAbsenceRecorded:
        return Added(event_.absence_recorded().absence(), *induction_.add_absences());
      case Event::kSessionNoteRecorded:
        return Noted(event_.session_note_recorded().session_note());
      case Event::kProgrammeReviewRecorded:
        return Reviewed(event_.programme_review_recorded().programme_review());
      case Event::kProgrammeCompleted:
        return Added(event_.programme_completed().completion(),
                     *induction_.add_programme_completions());
      case Event::kEntryCorrected:
        return Corrected(event_.entry_corrected());
      case Event::kInductionCompleted:
        return Ended(event_.induction_completed().ending());
      case Event::kInductionLeft:
        return Ended(event_.induction_left().ending());
      case Event::kSubjectErased:
        return EraseRecord(induction_, event_.subject_erased());
      case Event::KIND_NOT_SET:
        break;
    }
    Crash("Evolve: event without a kind; decoding refuses these");
  }

  // The entry that the event names. Decide made sure that there is one.
  template <typename T>
  T& Entry(const std::string& id) {
    pb::Message* const entry = FindEntry(induction_, id);
    CHECK(entry != nullptr && entry->GetDescriptor() == T::descriptor());
    return static_cast<T&>(*entry);
  }

  template <typename T>
  void Added(const T& said, T& entry) {
    entry = said;
    SetEntry(induction_, event_, facts_, *entry.mutable_entry());
  }

  void Registered(const v1::EctRegistered& registered) {
    *induction_.mutable_create_time() = induction_.update_time();
    *induction_.mutable_ect() = registered.ect();
    induction_.set_trn(registered.trn());
    induction_.set_brought_hundredths(registered.brought_hundredths());
    SetState();
  }

  // The texts stay in the events: they are between the mentor and the ECT.
  void Noted(const v1::SessionNote& said) {
    v1::SessionNote& note = *induction_.add_session_notes();
    Added(said, note);
    note.clear_text();
  }

  void Reviewed(const v1::ProgrammeReview& said) {
    v1::ProgrammeReview& review = *induction_.add_programme_reviews();
    Added(said, review);
    for (v1::ModuleReview& module : *review.mutable_modules()) {
      module.clear_participation();
      module.clear_learning();
    }
  }

  // A period that begins, and ends the one in force if the event says so.
  template <typename Period>
  void Begun(const Period& period, const std::string& previous_ends_on,
             pb::RepeatedPtrField<Period>& periods) {
    if (!previous_ends_on.empty()) EndPeriod(periods, previous_ends_on);
    Added(period, *periods.Add());
  }

  // Ends the period in force, if there is one; one that had not begun yet lasts no day.
  template <typename Period>
  static void EndPeriod(pb::RepeatedPtrField<Period>& periods, const std::string& ends_on) {
    for (Period& period : periods) {
      if (!IsStruckOut(period) && period.ends_on().empty()) period.set_ends_on(ends_on);
    }
  }

  void Ended(const v1::InductionEnding& ending) {
    *induction_.mutable_ending() = ending;
    EndPeriod(*induction_.mutable_schools(), ending.ended_on());
    EndPeriod(*induction_.mutable_mentorships(), ending.ended_on());
    EndPeriod(*induction_.mutable_tutorships(), ending.ended_on());
    EndPeriod(*induction_.mutable_appropriate_bodies(), ending.ended_on());
    EndPeriod(*induction_.mutable_working_patterns(), ending.ended_on());
    EndPeriod(*induction_.mutable_pauses(), ending.ended_on());
    SetState();
  }

  void SetState() {
    if (induction_.has_ending()) {
      const bool completed = induction_.ending().outcome() == v1::InductionEnding::COMPLETED;
      return induction_.set_state(completed ? Induction::COMPLETED : Induction::LEFT);
    }
    const bool held = InForce(induction_.pauses()) != nullptr;
    induction_.set_state(held ? Induction::PAUSED : Induction::IN_PROGRESS);
  }

  void Corrected(const v1::EntryCorrected& corrected) {
    pb::Message* const entry = FindEntry(induction_, corrected.entry_id());
    CHECK(entry != nullptr);
    Relink(corrected.entry_id(), corrected.corrections().empty(),
           [&] { ApplyCorrection(*entry, corrected, induction_.revision()); });
    SetState();
  }

  // Corrects a period with the one before it: that ends where this begins and, once this is struck
  // out, takes its place.
  template <typename Correct>
  void Relink(const std::string& id, bool struck_out, Correct correct) {
    switch (id[0]) {
      case 's':
        return RelinkIn(*induction_.mutable_schools(), id, struck_out, correct);
      case 'i':
        return RelinkIn(*induction_.mutable_tutorships(), id, struck_out, correct);
      case 'b':
        return RelinkIn(*induction_.mutable_appropriate_bodies(), id, struck_out, correct);
      case 'w':
        return RelinkIn(*induction_.mutable_working_patterns(), id, struck_out, correct);
      default:
        return correct();
    }
  }

  template <typename Periods, typename Correct>
  void RelinkIn(Periods& periods, const std::string& id, bool struck_out, Correct correct) {
    const int index = std::stoi(id.substr(1)) - 1;
    const auto& period = periods[index];
    const std::string ended_on = DayBefore(period.starts_on());
    correct();
    for (int i = index - 1; i >= 0; --i) {
      if (IsStruckOut(periods[i]) || periods[i].ends_on() != ended_on) continue;
      return periods[i].set_ends_on(struck_out ? period.ends_on() : DayBefore(period.starts_on()));
    }
  }

  Induction& induction_;
  const v1::InductionEvent& event_;
  const EventFacts& facts_;
};

}  // namespace

void Evolve(Induction& induction, const std::string& name, const v1::InductionEvent& event,
            const EventFacts& facts) {
  if (induction.name().empty()) induction.set_name(name);
  Evolution(induction, event, facts).Apply();
}

}  // namespace trellis::domain
