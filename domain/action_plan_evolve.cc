#include "base/check.h"
#include "domain/action_plan.h"
#include "domain/corrections.h"
#include "domain/entries.h"
#include "domain/evolution.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// The one that applies events: holds what every case needs.
class Evolution {
 public:
  Evolution(v1::ActionPlan& plan, const v1::ActionPlanEvent& event, const EventFacts& facts)
      : plan_(plan), event_(event), facts_(facts) {}

  void Apply() {
    Advance(plan_, facts_);
    ApplyKind();
    plan_.set_next_review_on(NextReviewOn());
  }

 private:
  // No default: the compiler lists the events we forgot.
  void ApplyKind() {
    using Event = v1::ActionPlanEvent;
    switch (event_.kind_case()) {
      case Event::kActionPlanDrafted:
        return Drafted(event_.action_plan_drafted().action_plan());
      case Event::kActionPlanTargetSet:
        Added(event_.action_plan_target_set().target(), plan_.add_targets());
        return Changed();
      case Event::kActionPlanTargetRevised:
        return TargetRevised(event_.action_plan_target_revised());
      case Event::kActionPlanTargetWithdrawn:
        Entry<v1::ActionPlanTarget>(event_.action_plan_target_withdrawn().target_id())
            .set_withdrawal_reason(event_.action_plan_target_withdrawn().reason());
        return Changed();
      case Event::kActionStepAdded:
        Added(event_.action_step_added().step(), plan_.add_steps());
        return Changed();
      case Event::kActionStepRevised:
        return StepRevised(event_.action_step_revised());
      case Event::kActionStepCompleted: {
        auto& step = Entry<v1::ActionStep>(event_.action_step_completed().step_id());
        step.set_completed(true);
        step.set_completed_on(event_.occurred_on());
        return step.set_completion_note(event_.action_step_completed().note());
      }
      case Event::kActionStepWithdrawn:
        Entry<v1::ActionStep>(event_.action_step_withdrawn().step_id())
            .set_withdrawal_reason(event_.action_step_withdrawn().reason());
        return Changed();
      case Event::kActionPlanAgreed:
        return Agreed(event_.action_plan_agreed());
      case Event::kActionPlanReviewScheduled: {
        const auto& said = event_.action_plan_review_scheduled().review();
        v1::ActionPlanReview* const review = Added(said, plan_.add_reviews());
        review->set_original_on(review->scheduled_on());
        return review->set_state(v1::ActionPlanReview::SCHEDULED);
      }
      case Event::kActionPlanReviewRescheduled: {
        const auto& moved = event_.action_plan_review_rescheduled();
        auto& review = Entry<v1::ActionPlanReview>(moved.review_id());
        review.set_scheduled_on(moved.scheduled_on());
        return review.set_reschedule_reason(moved.reason());
      }
      case Event::kActionPlanReviewCompleted:
        return ReviewCompleted(event_.action_plan_review_completed());
      case Event::kSupportPlanLinked:
        Added(event_.support_plan_linked().link(), plan_.add_links());
        return;
      case Event::kActionPlanHandedOver:
        return HandedOver(event_.action_plan_handed_over());
      case Event::kActionPlanClosed: {
        v1::ActionPlanClosure& closure = *plan_.mutable_closure();
        closure.set_reason(event_.action_plan_closed().reason());
        closure.set_words(event_.action_plan_closed().words());
        closure.set_closed_on(event_.occurred_on());
        return plan_.set_state(v1::ActionPlan::CLOSED);
      }
      case Event::kEntryCorrected:
        return EntryCorrected(event_.entry_corrected());
      case Event::kSubjectErased:
        EraseRecord(plan_, event_.subject_erased());
        return plan_.mutable_school()->set_urn(event_.subject_erased().school_urn());
      case Event::KIND_NOT_SET:
        break;
    }
    Crash("Evolve: event without a kind; decoding refuses these");
  }

  // The entry that the event names. Decide made sure that there is one.
  template <typename T>
  T& Entry(const std::string& id) {
    pb::Message* const entry = FindEntry(plan_, id);
    CHECK(entry != nullptr && entry->GetDescriptor() == T::descriptor());
    return static_cast<T&>(*entry);
  }

  v1::Party Actor() const {
    v1::Party actor;
    SetActor(event_, facts_, actor);
    return actor;
  }

  template <typename T>
  T* Added(const T& said, T* entry) {
    *entry = said;
    SetEntry(plan_, event_, facts_, *entry->mutable_entry());
    return entry;
  }

  // What was agreed is no longer what stands.
  void Changed() { plan_.set_changed_since_agreed(!plan_.agreements().empty()); }

  void Drafted(const v1::ActionPlan& drafted) {
    plan_.MergeFrom(drafted);
    plan_.set_state(v1::ActionPlan::DRAFT);
    plan_.set_owner(drafted.has_mentor() ? v1::ActionPlan::MENTOR_AND_ECT
                                         : v1::ActionPlan::ECT_ALONE);
    *plan_.mutable_create_time() = plan_.update_time();
  }

  void TargetRevised(const v1::ActionPlanTargetRevised& revised) {
    auto& target = Entry<v1::ActionPlanTarget>(revised.target().target_id());
    const v1::ActionPlanTarget before = target;
    target = revised.target();
    target.set_judgement(before.judgement());
    target.set_revision_reason(revised.reason());
    *target.mutable_entry() = before.entry();
    Changed();
  }

  void StepRevised(const v1::ActionStepRevised& revised) {
    auto& step = Entry<v1::ActionStep>(revised.step().step_id());
    const v1::Entry record = step.entry();
    step = revised.step();
    step.set_revision_reason(revised.reason());
    *step.mutable_entry() = record;
    Changed();
  }

  void Agreed(const v1::ActionPlanAgreed& agreed) {
    v1::Agreement& agreement = *plan_.add_agreements();
    agreement.set_revision(plan_.revision());
    agreement.set_agreed_on(event_.occurred_on());
    *agreement.mutable_agreed_by() = Actor();
    agreement.set_capacity(facts_.capacity);
    agreement.set_agreed_nonetheless(agreed.agreed_nonetheless());
    *agreement.mutable_shortfalls() = agreed.shortfalls();
    plan_.set_state(v1::ActionPlan::AGREED);
    plan_.set_changed_since_agreed(false);
  }

  void ReviewCompleted(const v1::ActionPlanReviewCompleted& completed) {
    auto& review = Entry<v1::ActionPlanReview>(completed.review_id());
    review.set_state(v1::ActionPlanReview::COMPLETED);
    review.set_held_on(event_.occurred_on());
    *review.mutable_judgements() = completed.judgements();
    review.set_notes(completed.notes());
    review.set_next(completed.next());
    for (const v1::TargetJudgement& judged : completed.judgements()) JudgeAnew(judged.target_id());
  }

  void HandedOver(const v1::ActionPlanHandedOver& handed_over) {
    v1::HandOver& hand_over = *plan_.mutable_hand_over();
    hand_over.set_handed_over_on(event_.occurred_on());
    *hand_over.mutable_handed_over_by() = Actor();
    hand_over.set_capacity(facts_.capacity);
    hand_over.set_reason(handed_over.reason());
    plan_.set_owner(v1::ActionPlan::ECT_ALONE);
  }

  void EntryCorrected(const v1::EntryCorrected& corrected) {
    pb::Message* const entry = FindEntry(plan_, corrected.entry_id());
    CHECK(entry != nullptr);
    ApplyCorrection(*entry, corrected, plan_.revision());
    if (entry->GetDescriptor() == v1::ActionPlanReview::descriptor()) {
      // Struck out, it judges no target any more.
      const auto judgements = static_cast<const v1::ActionPlanReview&>(*entry).judgements();
      for (const v1::TargetJudgement& judged : judgements) JudgeAnew(judged.target_id());
    } else if (entry->GetDescriptor() != v1::SupportPlanLink::descriptor()) {
      Changed();
    }
  }

  // The target's judgement is that of the last review held which judged it and counts.
  void JudgeAnew(const std::string& target_id) {
    v1::Judgement last = v1::JUDGEMENT_UNSPECIFIED;
    std::string last_held_on;
    for (const v1::ActionPlanReview& review : plan_.reviews()) {
      if (IsStruckOut(review) || review.held_on() < last_held_on) continue;
      for (const v1::TargetJudgement& judged : review.judgements()) {
        if (judged.target_id() != target_id) continue;
        last = judged.judgement();
        last_held_on = review.held_on();
      }
    }
    Entry<v1::ActionPlanTarget>(target_id).set_judgement(last);
  }

  std::string NextReviewOn() const {
    std::string next;
    if (plan_.state() == v1::ActionPlan::CLOSED) return next;
    for (const v1::ActionPlanReview& review : plan_.reviews()) {
      if (review.state() != v1::ActionPlanReview::SCHEDULED || IsStruckOut(review)) continue;
      if (next.empty() || review.scheduled_on() < next) next = review.scheduled_on();
    }
    return next;
  }

  v1::ActionPlan& plan_;
  const v1::ActionPlanEvent& event_;
  const EventFacts& facts_;
};

}  // namespace

void Evolve(v1::ActionPlan& plan, const std::string& name, const v1::ActionPlanEvent& event,
            const EventFacts& facts) {
  if (plan.name().empty()) plan.set_name(name);
  Evolution(plan, event, facts).Apply();
}

}  // namespace trellis::domain
