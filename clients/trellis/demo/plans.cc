#include "clients/trellis/demo/plans.h"

#include "absl/strings/str_cat.h"
#include "clients/trellis/demo/words.h"

namespace trellis::cli {
namespace {

using v1::Command;

// What AddSupportPlan gives a plan: one concern, target, action, support and four weekly reviews.
constexpr int kContentRevision = 9;

enum Stage { kFresh, kReviewed, kOverdue, kDeclined, kPaused, kClosed, kStages };

// How many days ago a plan at that stage was opened.
int OpenedAgo(Stage stage) {
  switch (stage) {
    case kFresh:
      return 2;
    case kReviewed:
      return 10;
    case kOverdue:
      return 18;
    case kDeclined:
    case kPaused:
      return 12;
    case kClosed:
    case kStages:
      break;
  }
  return 40;
}

class SupportPlanSteps {
 public:
  SupportPlanSteps(DemoScript& script, const DemoCircle& circle, int number)
      : script_(script),
        circle_(circle),
        concern_(kConcerns[script.Pick(absl::StrCat("concern ", number), kConcerns.size())]),
        id_(script.Id(absl::StrCat("support plan ", number))) {}

  void Add(Stage stage) {
    opened_ = OnAWeekday(script_.today() - OpenedAgo(stage));
    Open();
    if (stage == kFresh) return;
    Sign(circle_.tutor);
    if (stage == kDeclined) return Decline();
    Sign(circle_.ect);
    if (stage == kOverdue) return;
    // The head of every third school is late.
    if (script_.Pick("head signs", 3) != 0) Sign(circle_.head);
    Deliver();
    Review(1, v1::PARTLY_MET, "Seen in two lessons of five.");
    if (stage == kPaused) {
      script_.Add(circle_.head, script_.today(), name(), &Command::mutable_pause_plan)
          .set_reason(v1::Pause::ABSENCE);
    }
    if (stage == kClosed) Close();
  }

 private:
  std::string name() const { return absl::StrCat("supportPlans/", id_); }

  void Open() {
    auto& request = script_.Add(circle_.tutor, opened_, &Command::mutable_open_support_plan);
    request.set_support_plan_id(id_);
    v1::SupportPlan& plan = *request.mutable_support_plan();
    *plan.mutable_ect() = circle_.ect.party;
    *plan.mutable_induction_tutor() = circle_.tutor.party;
    *plan.mutable_headteacher() = circle_.head.party;
    *plan.mutable_appropriate_body() = circle_.contact.party;
    *plan.mutable_school() = circle_.school;
    v1::Concern& concern = *plan.add_concerns();
    concern.set_standard_code(concern_.standard_code);
    concern.set_cause(concern_.cause);
    concern.set_discussed_on(DateText(opened_));
    v1::Target& target = *plan.add_targets();
    target.set_concern_id("c1");
    target.set_statement(concern_.target);
    target.set_success_measure(concern_.measure);
    target.set_due_on(DateText(OnAWeekday(opened_ + 28)));
    v1::Action& action = *plan.add_actions();
    action.set_concern_id("c1");
    action.set_target_id("t1");
    action.set_statement(concern_.action);
    action.set_starts_on(DateText(OnAWeekday(opened_ + 3)));
    v1::Support& support = *plan.add_support();
    support.set_concern_id("c1");
    support.set_target_id("t1");
    support.set_kind(v1::Support::COACHING);
    support.set_description(concern_.support);
    support.add_supported_by()->set_person(circle_.mentor.party.person());
    support.mutable_supported_by(0)->set_name(circle_.mentor.party.name());
    support.set_starts_on(DateText(OnAWeekday(opened_ + 4)));
  }

  void Sign(const DemoPerson& who) {
    auto& request = script_.Add(who, script_.today(), name(), &Command::mutable_sign);
    request.set_content_revision(kContentRevision);
    request.set_seen_and_discussed(true);
    request.set_agreed(true);
  }

  void Decline() {
    auto& request =
        script_.Add(circle_.ect, script_.today(), name(), &Command::mutable_decline_to_sign);
    request.set_content_revision(kContentRevision);
    request.set_statement("The class was changed after the concern was raised.");
    auto& support =
        script_.Add(circle_.ect, script_.today(), name(), &Command::mutable_record_support);
    support.set_support_id("s1");
    support.set_note("The meetings were cancelled twice.");
  }

  void Deliver() {
    auto& request = script_.Add(circle_.tutor, OnAWeekday(opened_ + 6), name(),
                                &Command::mutable_record_support);
    request.set_support_id("s1");
    request.set_delivered(true);
  }

  void Review(int week, v1::Judgement judgement, const char* words) {
    auto& request = script_.Add(circle_.tutor, OnAWeekday(opened_ + 7 * week), name(),
                                &Command::mutable_complete_review);
    request.set_review_id(absl::StrCat("r", week));
    v1::TargetJudgement& judged = *request.add_judgements();
    judged.set_target_id("t1");
    judged.set_judgement(judgement);
    judged.set_words(words);
    v1::Outcome& outcome = *request.add_outcomes();
    outcome.set_concern_id("c1");
    outcome.set_words(words);
  }

  void Close() {
    Review(2, v1::PARTLY_MET, "Seen in three lessons of five.");
    Review(3, v1::MET, "Seen in every lesson of the week.");
    Review(4, v1::MET, "Seen in every lesson again.");
    const absl::CivilDay day = OnAWeekday(opened_ + 30);
    auto& resolve = script_.Add(circle_.tutor, day, name(), &Command::mutable_resolve_concern);
    resolve.set_concern_id("c1");
    resolve.set_resolution("The target is met in every lesson seen.");
    auto& close = script_.Add(circle_.tutor, day, name(), &Command::mutable_close_plan);
    close.set_reason(v1::Closure::BACK_ON_TRACK);
    close.set_words("All targets are met.");
  }

  DemoScript& script_;
  const DemoCircle& circle_;
  const DemoConcern& concern_;
  const std::string id_;
  absl::CivilDay opened_;
};

}  // namespace

void AddSupportPlan(DemoScript& script, const DemoCircle& circle, int number) {
  // By turns over the ECTs who have one, from another beginning in each school.
  const int turn = number + static_cast<int>(script.Pick("stage", kStages));
  SupportPlanSteps(script, circle, number).Add(static_cast<Stage>(turn % kStages));
}

void AddActionPlan(DemoScript& script, const DemoCircle& circle, int number) {
  const DemoTarget& words = kTargets[script.Pick(absl::StrCat("target ", number), kTargets.size())];
  const absl::CivilDay drafted = OnAWeekday(script.today() - 20);
  auto& request = script.Add(circle.mentor, drafted, &Command::mutable_draft_action_plan);
  request.set_action_plan_id(script.Id(absl::StrCat("action plan ", number)));
  const std::string name = absl::StrCat("actionPlans/", request.action_plan_id());
  v1::ActionPlan& plan = *request.mutable_action_plan();
  *plan.mutable_ect() = circle.ect.party;
  *plan.mutable_mentor() = circle.mentor.party;
  *plan.mutable_school() = circle.school;
  plan.set_induction(circle.induction);
  const absl::CivilDay due = OnAWeekday(script.today() + 60);
  plan.set_academic_year(AcademicYearText(AcademicYearOf(due)));
  v1::ActionPlanTarget& target = *plan.add_targets();
  target.set_statement(words.statement);
  target.set_success_measure(words.measure);
  target.set_why_achievable("One hour of the mentor's time a week is set aside.");
  target.add_standard_codes(words.standard_code);
  target.set_due_on(DateText(due));
  const auto add_step = [&](const char* statement, int days) {
    v1::ActionStep& step = *plan.add_steps();
    step.set_target_id("t1");
    step.set_statement(statement);
    step.set_due_on(DateText(OnAWeekday(script.today() + days)));
    step.set_minutes_per_week(20);
    step.add_supported_by()->set_role("Head of department");
  };
  add_step(words.first_step, -4);
  add_step(words.second_step, 15);
  v1::ActionPlanReview& review = *plan.add_reviews();
  review.set_scheduled_on(DateText(OnAWeekday(script.today() + 33)));
  if (number % 3 == 0) return;
  script.Add(circle.ect, OnAWeekday(drafted + 2), name, &Command::mutable_agree_action_plan);
  auto& done = script.Add(circle.ect, OnAWeekday(script.today() - 5), name,
                          &Command::mutable_complete_action_step);
  done.set_step_id("s1");
}

}  // namespace trellis::cli
