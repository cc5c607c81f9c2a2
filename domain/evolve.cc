#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "base/check.h"
#include "base/clock.h"
#include "domain/corrections.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "domain/evolution.h"
#include "domain/support_plan.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// Whether events of this kind change what is signed, as the contract says. Looked up once.
bool KindChangesContent(v1::SupportPlanEvent::KindCase kind) {
  static const auto& kinds = *new std::set<int>([] {
    std::set<int> changing;
    const pb::OneofDescriptor& all = *v1::SupportPlanEvent::descriptor()->FindOneofByName("kind");
    for (int i = 0; i < all.field_count(); ++i) {
      const pb::Descriptor& type = *all.field(i)->message_type();
      if (type.options().GetExtension(v1::changes_content)) changing.insert(all.field(i)->number());
    }
    return changing;
  }());
  return kinds.count(kind) > 0;
}

// The one that applies events: holds what every case needs.
class Evolution {
 public:
  Evolution(v1::SupportPlan& plan, const v1::SupportPlanEvent& event, const EventFacts& facts)
      : plan_(plan), event_(event), facts_(facts) {}

  void Apply() {
    Advance(plan_, facts_);
    ApplyKind();
    if (plan_.state() == v1::SupportPlan::ERASED) return;
    if (ChangesContent()) MoveContent();
    plan_.set_next_review_on(NextReviewOn());
    UpdateAwaited();
  }

 private:
  // No default: the compiler lists the events we forgot.
  void ApplyKind() {
    switch (event_.kind_case()) {
      case v1::SupportPlanEvent::kSupportPlanOpened:
        return Opened(event_.support_plan_opened().support_plan());
      case v1::SupportPlanEvent::kConcernRaised:
        return Added(event_.concern_raised().concern(), plan_.add_concerns())
            ->set_state(v1::Concern::OPEN);
      case v1::SupportPlanEvent::kConcernResolved: {
        auto& concern = Entry<v1::Concern>(event_.concern_resolved().concern_id());
        concern.set_state(v1::Concern::RESOLVED);
        return concern.set_resolution(event_.concern_resolved().resolution());
      }
      case v1::SupportPlanEvent::kTargetSet:
        Added(event_.target_set().target(), plan_.add_targets());
        return;
      case v1::SupportPlanEvent::kTargetRevised:
        return TargetRevised(event_.target_revised());
      case v1::SupportPlanEvent::kTargetWithdrawn:
        return Entry<v1::Target>(event_.target_withdrawn().target_id())
            .set_withdrawal_reason(event_.target_withdrawn().reason());
      case v1::SupportPlanEvent::kActionAdded:
        Added(event_.action_added().action(), plan_.add_actions());
        return;
      case v1::SupportPlanEvent::kActionCompleted: {
        auto& action = Entry<v1::Action>(event_.action_completed().action_id());
        action.set_completed(true);
        action.set_completed_on(event_.occurred_on());
        return action.set_completion_note(event_.action_completed().note());
      }
      case v1::SupportPlanEvent::kSupportArranged:
        return Added(event_.support_arranged().support(), plan_.add_support())
            ->set_state(v1::Support::ARRANGED);
      case v1::SupportPlanEvent::kSupportDelivered:
        return SupportRecorded(event_.support_delivered().support_id(), v1::Support::DELIVERED,
                               event_.support_delivered().note());
      case v1::SupportPlanEvent::kSupportNotDelivered:
        return SupportRecorded(event_.support_not_delivered().support_id(),
                               v1::Support::NOT_DELIVERED, event_.support_not_delivered().reason());
      case v1::SupportPlanEvent::kObservationLogged:
        Added(event_.observation_logged().observation(), plan_.add_observations());
        return;
      case v1::SupportPlanEvent::kReviewScheduled: {
        v1::Review* const review = Added(event_.review_scheduled().review(), plan_.add_reviews());
        review->set_original_on(review->scheduled_on());
        return review->set_state(v1::Review::SCHEDULED);
      }
      case v1::SupportPlanEvent::kReviewRescheduled: {
        auto& review = Entry<v1::Review>(event_.review_rescheduled().review_id());
        review.set_scheduled_on(event_.review_rescheduled().scheduled_on());
        return review.set_reschedule_reason(event_.review_rescheduled().reason());
      }
      case v1::SupportPlanEvent::kReviewCompleted:
        return ReviewCompleted(event_.review_completed());
      case v1::SupportPlanEvent::kReviewMissed: {
        auto& review = Entry<v1::Review>(event_.review_missed().review_id());
        review.set_state(v1::Review::MISSED);
        return review.set_missed_reason(event_.review_missed().reason());
      }
      case v1::SupportPlanEvent::kOutcomeRecorded:
        Added(event_.outcome_recorded().outcome(), plan_.add_outcomes());
        return;
      case v1::SupportPlanEvent::kCommentAdded:
        Added(event_.comment_added().comment(), plan_.add_comments());
        return;
      case v1::SupportPlanEvent::kSigned:
        return Answered(facts_.capacity, event_.signed_().decision(), event_.signed_());
      case v1::SupportPlanEvent::kSigningDeclined:
        return Answered(facts_.capacity, v1::Signature::DECLINED, event_.signing_declined());
      case v1::SupportPlanEvent::kSignatureUnavailable:
        return Unavailable(event_.signature_unavailable());
      case v1::SupportPlanEvent::kAppropriateBodyConfirmed:
        return Confirmed(event_.appropriate_body_confirmed());
      case v1::SupportPlanEvent::kPlanPaused: {
        v1::Pause* const pause = plan_.add_pauses();
        pause->set_paused_on(event_.occurred_on());
        pause->set_reason(event_.plan_paused().reason());
        return plan_.set_state(v1::SupportPlan::PAUSED);
      }
      case v1::SupportPlanEvent::kPlanResumed:
        plan_.mutable_pauses(plan_.pauses_size() - 1)->set_resumed_on(event_.occurred_on());
        return plan_.set_state(v1::SupportPlan::ACTIVE);
      case v1::SupportPlanEvent::kEntryCorrected:
        return EntryCorrected(event_.entry_corrected());
      case v1::SupportPlanEvent::kPlanClosed: {
        plan_.mutable_closure()->set_reason(event_.plan_closed().reason());
        plan_.mutable_closure()->set_words(event_.plan_closed().words());
        plan_.mutable_closure()->set_closed_on(event_.occurred_on());
        plan_.set_renewed_by(event_.plan_closed().renewed_by());
        return plan_.set_state(v1::SupportPlan::CLOSED);
      }
      case v1::SupportPlanEvent::kPartyChanged:
        return TakeOver(event_.party_changed().capacity(), event_.party_changed().party(),
                        event_.party_changed().reason());
      case v1::SupportPlanEvent::kSupportPlanMoved:
        return Moved(event_.support_plan_moved());
      case v1::SupportPlanEvent::kSubjectErased:
        EraseRecord(plan_, event_.subject_erased());
        return plan_.mutable_school()->set_urn(event_.subject_erased().school_urn());
      case v1::SupportPlanEvent::KIND_NOT_SET:
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

  void Opened(const v1::SupportPlan& opened) {
    plan_.MergeFrom(opened);
    plan_.set_state(v1::SupportPlan::ACTIVE);
    *plan_.mutable_create_time() = plan_.update_time();
  }

  void TargetRevised(const v1::TargetRevised& revised) {
    auto& target = Entry<v1::Target>(revised.target_id());
    target.set_statement(revised.statement());
    target.set_success_measure(revised.success_measure());
    target.set_due_on(revised.due_on());
    target.set_revision_reason(revised.reason());
  }

  void SupportRecorded(const std::string& id, v1::Support::State state, const std::string& note) {
    auto& support = Entry<v1::Support>(id);
    support.set_state(state);
    support.set_recorded_on(event_.occurred_on());
    support.set_record_note(note);
  }

  void ReviewCompleted(const v1::ReviewCompleted& completed) {
    auto& review = Entry<v1::Review>(completed.review_id());
    review.set_state(v1::Review::COMPLETED);
    review.set_held_on(event_.occurred_on());
    *review.mutable_judgements() = completed.judgements();
    for (const v1::TargetJudgement& judged : completed.judgements()) {
      Entry<v1::Target>(judged.target_id()).set_judgement(judged.judgement());
    }
  }

  template <typename Answer>
  void Answered(v1::Capacity capacity, v1::Signature::Decision decision, const Answer& answer) {
    v1::Signature* const signature = plan_.add_signatures();
    signature->set_capacity(capacity);
    *signature->mutable_signer() = Actor();
    signature->set_decision(decision);
    signature->set_statement(answer.statement());
    signature->set_content_revision(answer.content_revision());
    signature->set_content_digest(answer.content_digest());
    *signature->mutable_sign_time() = plan_.update_time();
    signature->set_current(true);
  }

  void Unavailable(const v1::SignatureUnavailable& unavailable) {
    v1::Signature* const signature = plan_.add_signatures();
    signature->set_capacity(unavailable.capacity());
    *signature->mutable_signer() = Actor();
    signature->set_decision(v1::Signature::UNAVAILABLE);
    signature->set_statement(unavailable.reason());
    signature->set_content_revision(unavailable.content_revision());
    signature->set_content_digest(unavailable.content_digest());
    *signature->mutable_sign_time() = plan_.update_time();
    signature->set_current(true);
  }

  void Confirmed(const v1::AppropriateBodyConfirmed& confirmed) {
    v1::Confirmation* const confirmation = plan_.add_confirmations();
    confirmation->set_kind(confirmed.confirmation());
    *confirmation->mutable_confirmed_by() = Actor();
    confirmation->set_content_revision(confirmed.content_revision());
    *confirmation->mutable_confirm_time() = plan_.update_time();
    confirmation->set_words(confirmed.words());
  }

  void EntryCorrected(const v1::EntryCorrected& corrected) {
    pb::Message* const entry = FindEntry(plan_, corrected.entry_id());
    CHECK(entry != nullptr);
    ApplyCorrection(*entry, corrected, plan_.revision());
    if (corrected.corrections().empty() && entry->GetDescriptor() == v1::Review::descriptor()) {
      TakeBackJudgements(static_cast<const v1::Review&>(*entry));
    }
  }

  v1::Party& PartyIn(v1::Capacity capacity) {
    switch (capacity) {
      case v1::INDUCTION_TUTOR:
        return *plan_.mutable_induction_tutor();
      case v1::HEADTEACHER:
        return *plan_.mutable_headteacher();
      case v1::APPROPRIATE_BODY:
        return *plan_.mutable_appropriate_body();
      default:
        return *plan_.mutable_ect();
    }
  }

  // `party` holds the part now; who held it before, if anybody else did, is kept.
  void TakeOver(v1::Capacity capacity, const v1::Party& party, const std::string& reason) {
    v1::Party& holder = PartyIn(capacity);
    if (!holder.person().empty() && holder.person() != party.person()) {
      v1::FormerParty former;
      former.set_capacity(capacity);
      former.mutable_party()->Swap(&holder);
      for (const v1::FormerParty& earlier : plan_.former_parties()) {
        if (earlier.capacity() == capacity) former.set_since_on(earlier.replaced_on());
      }
      former.set_replaced_on(event_.occurred_on());
      former.set_reason(reason);
      former.set_revision(plan_.revision());
      *plan_.add_former_parties() = std::move(former);
    }
    holder = party;
  }

  void Moved(const v1::SupportPlanMoved& moved) {
    v1::FormerSchool former;
    *former.mutable_school() = plan_.school();
    if (const int schools = plan_.former_schools_size(); schools > 0) {
      former.set_since_on(plan_.former_schools(schools - 1).left_on());
    }
    former.set_left_on(event_.occurred_on());
    former.set_reason(moved.reason());
    former.set_revision(plan_.revision());
    *plan_.add_former_schools() = std::move(former);
    *plan_.mutable_school() = moved.school();
    TakeOver(v1::INDUCTION_TUTOR, moved.induction_tutor(), moved.reason());
    TakeOver(v1::HEADTEACHER, moved.headteacher(), moved.reason());
    if (moved.has_appropriate_body()) {
      TakeOver(v1::APPROPRIATE_BODY, moved.appropriate_body(), moved.reason());
    }
  }

  // The review counts no more: the targets it judged stand as the reviews held before or after it
  // left them.
  void TakeBackJudgements(const v1::Review& struck_out) {
    for (const v1::TargetJudgement& taken_back : struck_out.judgements()) {
      v1::Judgement last = v1::JUDGEMENT_UNSPECIFIED;
      std::string last_held_on;
      for (const v1::Review& review : plan_.reviews()) {
        if (IsStruckOut(review) || review.held_on() < last_held_on) continue;
        for (const v1::TargetJudgement& judged : review.judgements()) {
          if (judged.target_id() != taken_back.target_id()) continue;
          last = judged.judgement();
          last_held_on = review.held_on();
        }
      }
      Entry<v1::Target>(taken_back.target_id()).set_judgement(last);
    }
  }

  // A correction changes what is signed only where the entry is part of it: observations, outcomes
  // and comments are evidence beside the signed content.
  bool ChangesContent() const {
    if (event_.kind_case() == v1::SupportPlanEvent::kEntryCorrected &&
        absl::StrContains("oum", event_.entry_corrected().entry_id().substr(0, 1))) {
      return false;
    }
    return KindChangesContent(event_.kind_case());
  }

  void MoveContent() {
    plan_.set_content_revision(plan_.revision());
    Digest before{};
    if (plan_.content_digest().size() == before.size()) {
      std::copy(plan_.content_digest().begin(), plan_.content_digest().end(), before.begin());
    }
    const Digest digest = Sha256(AsBytes(before), AsBytes(facts_.payload_digest));
    plan_.set_content_digest(std::string(AsBytes(digest)));
    for (v1::Signature& signature : *plan_.mutable_signatures()) signature.set_current(false);
  }

  std::string NextReviewOn() const {
    std::string next;
    for (const v1::Review& review : plan_.reviews()) {
      if (review.state() != v1::Review::SCHEDULED || IsStruckOut(review)) continue;
      if (next.empty() || review.scheduled_on() < next) next = review.scheduled_on();
    }
    return plan_.state() == v1::SupportPlan::CLOSED ? "" : next;
  }

  void UpdateAwaited() {
    plan_.clear_awaiting_signatures();
    for (const v1::Capacity capacity : {v1::ECT, v1::INDUCTION_TUTOR, v1::HEADTEACHER}) {
      const bool answered = std::any_of(
          plan_.signatures().begin(), plan_.signatures().end(),
          [&](const v1::Signature& s) { return s.capacity() == capacity && s.current(); });
      if (!answered) plan_.add_awaiting_signatures(capacity);
    }
  }

  v1::SupportPlan& plan_;
  const v1::SupportPlanEvent& event_;
  const EventFacts& facts_;
};

}  // namespace

void Evolve(v1::SupportPlan& plan, const std::string& name, const v1::SupportPlanEvent& event,
            const EventFacts& facts) {
  if (plan.name().empty()) plan.set_name(name);
  Evolution(plan, event, facts).Apply();
}

}  // namespace trellis::domain
