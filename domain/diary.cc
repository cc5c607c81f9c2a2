#include "domain/diary.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "domain/action_plan.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "domain/induction.h"
#include "domain/support_plan.h"

namespace trellis::domain {
namespace {

using v1::DiaryEntry;

// Makes the entries of one state.
class DiaryWriter {
 public:
  template <typename State>
  DiaryWriter(const State& state, bool held_back, bool closed, absl::CivilDay today)
      : resource_(state.name()),
        revision_(state.revision()),
        update_time_(state.update_time()),
        ect_(state.ect()),
        held_back_(held_back),
        closed_(closed),
        today_(DateText(today)) {}

  // Adds what stands on `date`, unless that is empty. `done` and `cancelled` say what became of it.
  DiaryEntry* Add(DiaryEntry::Kind kind, const std::string& id, const std::string& date, bool done,
                  bool cancelled, const std::string& words) {
    if (date.empty()) return nullptr;
    DiaryEntry& entry = entries_.emplace_back();
    entry.set_uid(
        absl::StrCat(resource_, "/", id, kind == DiaryEntry::FEEDBACK_MEETING ? "f" : ""));
    entry.set_kind(kind);
    entry.set_state(StateOf(date, done, cancelled));
    entry.set_date(date);
    entry.set_resource(resource_);
    entry.set_entry_id(id);
    *entry.mutable_ect() = ect_;
    entry.add_people(ect_.person());
    entry.set_words(words);
    entry.set_revision(revision_);
    *entry.mutable_update_time() = update_time_;
    return &entry;
  }

  std::vector<DiaryEntry> Take() && { return std::move(entries_); }

 private:
  DiaryEntry::State StateOf(const std::string& date, bool done, bool cancelled) const {
    if (done) return DiaryEntry::DONE;
    // Nothing of a plan that has ended is still to be done.
    if (cancelled || closed_) return DiaryEntry::CANCELLED;
    if (held_back_) return DiaryEntry::HELD_BACK;
    return date < today_ ? DiaryEntry::OVERDUE : DiaryEntry::PLANNED;
  }

  const std::string& resource_;
  const int64_t revision_;
  const google::protobuf::Timestamp& update_time_;
  const v1::Party& ect_;
  const bool held_back_;
  const bool closed_;
  const std::string today_;
  std::vector<DiaryEntry> entries_;
};

void AddPerson(DiaryEntry* entry, const std::string& person) {
  if (entry == nullptr || person.empty()) return;
  for (const std::string& known : entry->people()) {
    if (known == person) return;
  }
  entry->add_people(person);
}

template <typename Supporters>
void AddPeople(DiaryEntry* entry, const Supporters& supporters) {
  for (const v1::Supporter& supporter : supporters) AddPerson(entry, supporter.person());
}

std::vector<DiaryEntry> Of(const v1::SupportPlan& plan, absl::CivilDay today) {
  DiaryWriter diary(plan, plan.state() == v1::SupportPlan::PAUSED,
                    plan.state() == v1::SupportPlan::CLOSED, today);
  const std::string& tutor = plan.induction_tutor().person();
  for (const v1::Review& review : plan.reviews()) {
    const bool held = review.state() == v1::Review::COMPLETED;
    DiaryEntry* const entry =
        diary.Add(DiaryEntry::REVIEW, review.review_id(),
                  held ? review.held_on() : review.scheduled_on(), held && !IsStruckOut(review),
                  IsStruckOut(review) || review.state() == v1::Review::MISSED, review.purpose());
    AddPerson(entry, tutor);
    if (entry != nullptr && review.original_on() != entry->date()) {
      entry->set_original_date(review.original_on());
    }
  }
  for (const v1::Observation& observation : plan.observations()) {
    const bool done = !observation.feedback().empty();
    DiaryEntry* const entry = diary.Add(
        DiaryEntry::FEEDBACK_MEETING, observation.observation_id(), observation.feedback_on(),
        done && !IsStruckOut(observation), IsStruckOut(observation), "");
    AddPeople(entry, observation.observers());
  }
  for (const v1::Support& support : plan.support()) {
    DiaryEntry* const entry =
        diary.Add(DiaryEntry::SUPPORT, support.support_id(),
                  support.ends_on().empty() ? support.starts_on() : support.ends_on(),
                  support.state() == v1::Support::DELIVERED && !IsStruckOut(support),
                  support.state() == v1::Support::NOT_DELIVERED || IsStruckOut(support),
                  support.description());
    AddPerson(entry, tutor);
    AddPeople(entry, support.supported_by());
  }
  for (const v1::Action& action : plan.actions()) {
    DiaryEntry* const entry = diary.Add(DiaryEntry::ACTION, action.action_id(), action.ends_on(),
                                        action.completed() && !IsStruckOut(action),
                                        IsStruckOut(action), action.statement());
    AddPeople(entry, action.by());
  }
  for (const v1::Target& target : plan.targets()) {
    const bool gone = IsStruckOut(target) || !target.withdrawal_reason().empty();
    AddPerson(diary.Add(DiaryEntry::TARGET, target.target_id(), target.due_on(),
                        target.judgement() == v1::MET && !gone, gone, target.statement()),
              tutor);
  }
  return std::move(diary).Take();
}

std::vector<DiaryEntry> Of(const v1::ActionPlan& plan, absl::CivilDay today) {
  DiaryWriter diary(plan, /*held_back=*/false, plan.state() == v1::ActionPlan::CLOSED, today);
  // Once it was handed over, the mentor has no part in it.
  const std::string mentor =
      plan.owner() == v1::ActionPlan::ECT_ALONE ? "" : plan.mentor().person();
  for (const v1::ActionPlanReview& review : plan.reviews()) {
    const bool held = review.state() == v1::ActionPlanReview::COMPLETED;
    DiaryEntry* const entry =
        diary.Add(DiaryEntry::ACTION_PLAN_REVIEW, review.review_id(),
                  held ? review.held_on() : review.scheduled_on(), held && !IsStruckOut(review),
                  IsStruckOut(review), review.purpose());
    AddPerson(entry, mentor);
    if (entry != nullptr && review.original_on() != entry->date()) {
      entry->set_original_date(review.original_on());
    }
  }
  // A document of their own says itself when it is reviewed; that it was, nothing here says.
  if (const std::string& on = plan.own_document().review_on();
      !on.empty() && plan.reviews().empty()) {
    DiaryEntry* const entry = diary.Add(DiaryEntry::ACTION_PLAN_REVIEW, "document", on,
                                        on < DateText(today), false, plan.own_document().title());
    entry->clear_entry_id();
    AddPerson(entry, mentor);
  }
  for (const v1::ActionStep& step : plan.steps()) {
    const bool gone = IsStruckOut(step) || !step.withdrawal_reason().empty();
    AddPeople(diary.Add(DiaryEntry::ACTION_STEP, step.step_id(), step.due_on(),
                        step.completed() && !gone, gone, step.statement()),
              step.owners());
  }
  for (const v1::ActionPlanTarget& target : plan.targets()) {
    const bool gone = IsStruckOut(target) || !target.withdrawal_reason().empty();
    AddPerson(diary.Add(DiaryEntry::ACTION_PLAN_TARGET, target.target_id(), target.due_on(),
                        target.judgement() == v1::MET && !gone, gone, target.statement()),
              mentor);
  }
  return std::move(diary).Take();
}

std::vector<DiaryEntry> Of(const v1::Induction& induction, absl::CivilDay today) {
  DiaryWriter diary(induction, induction.state() == v1::Induction::PAUSED,
                    induction.state() == v1::Induction::LEFT, today);
  for (const v1::ProgrammeCompletion& completion : induction.programme_completions()) {
    if (completion.staying() != v1::ProgrammeCompletion::BOTH_STAY) continue;
    // That it was held is recorded in the action plan that it reviews: it is done by its day.
    const bool over = completion.autumn_review_on() < DateText(today);
    DiaryEntry* const entry = diary.Add(
        DiaryEntry::AUTUMN_REVIEW, completion.completion_id(), completion.autumn_review_on(),
        over && !IsStruckOut(completion), IsStruckOut(completion), "");
    for (const v1::Mentorship& mentorship : induction.mentorships()) {
      if (mentorship.ends_on().empty() || mentorship.ends_on() >= completion.autumn_review_on()) {
        AddPerson(entry, mentorship.mentor().person());
      }
    }
  }
  return std::move(diary).Take();
}

template <typename State>
const State* As(const google::protobuf::Message& state) {
  return state.GetDescriptor() == State::descriptor() ? static_cast<const State*>(&state) : nullptr;
}

}  // namespace

std::vector<DiaryEntry> DiaryOf(const google::protobuf::Message& state, absl::CivilDay today) {
  if (const auto* const plan = As<v1::SupportPlan>(state)) return Of(*plan, today);
  if (const auto* const plan = As<v1::ActionPlan>(state)) return Of(*plan, today);
  if (const auto* const induction = As<v1::Induction>(state)) return Of(*induction, today);
  return {};
}

bool IsOpen(const DiaryEntry& entry) {
  return entry.state() == DiaryEntry::PLANNED || entry.state() == DiaryEntry::OVERDUE ||
         entry.state() == DiaryEntry::HELD_BACK;
}

bool CanBeOverdue(const DiaryEntry& entry) {
  return entry.kind() != DiaryEntry::AUTUMN_REVIEW && !entry.entry_id().empty();
}

void SortDiary(std::vector<DiaryEntry>& entries) {
  const auto key = [](const DiaryEntry& entry) {
    return std::make_tuple(entry.state() != DiaryEntry::OVERDUE, absl::string_view(entry.date()),
                           absl::string_view(entry.uid()));
  };
  std::sort(entries.begin(), entries.end(),
            [&](const DiaryEntry& a, const DiaryEntry& b) { return key(a) < key(b); });
}

}  // namespace trellis::domain
