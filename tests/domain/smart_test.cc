#include "domain/smart.h"

#include <string>
#include <vector>

#include "domain/action_plan.h"
#include "domain/plan_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

// A plan to the end of August 2028 with one target that lacks nothing.
v1::ActionPlan SmartPlan() {
  v1::ActionPlan plan;
  plan.mutable_ect()->set_person("people/7d3c0f0e-4a51-4c38-9b8e-0c4f2a9f1001");
  plan.mutable_ect()->set_name("Amina Yusuf");
  plan.set_ends_on("2028-08-31");
  v1::ActionPlanTarget& target = *plan.add_targets();
  target.set_target_id("t1");
  target.set_statement("Use cold call in every Year 8 lesson");
  target.set_success_measure("A colleague counts 20 different pupils answering in a lesson");
  target.add_standard_codes("4a");
  target.set_due_on("2027-12-17");
  v1::ActionStep& step = *plan.add_steps();
  step.set_step_id("s1");
  step.set_target_id("t1");
  step.set_statement("Plan six questions for each lesson");
  step.add_supported_by()->set_role("Head of mathematics");
  return plan;
}

// What was found of one letter of the plan's first open target.
v1::SmartFinding FindingOf(const v1::ActionPlan& plan, v1::SmartLetter letter) {
  const std::vector<v1::TargetSmartness> checked = CheckSmart(plan);
  for (const v1::SmartFinding& finding : checked.at(0).findings()) {
    if (finding.letter() == letter) return finding;
  }
  ADD_FAILURE() << "no finding of " << v1::SmartLetter_Name(letter);
  return {};
}

TEST(CheckSmart, JudgesEachOpenTargetByEachLetterInOrder) {
  v1::ActionPlan plan = SmartPlan();
  plan.add_targets()->set_target_id("t2");
  const std::vector<v1::TargetSmartness> checked = CheckSmart(plan);
  ASSERT_EQ(checked.size(), 2u);
  EXPECT_EQ(checked[0].target_id(), "t1");
  EXPECT_EQ(checked[1].target_id(), "t2");
  for (const v1::TargetSmartness& smartness : checked) {
    std::vector<int> letters;
    for (const v1::SmartFinding& finding : smartness.findings()) {
      letters.push_back(finding.letter());
      // What is missing says what and how to mend it; what is ok and silent says neither.
      EXPECT_EQ(finding.reason().empty(), finding.hint().empty());
      EXPECT_EQ(finding.ok(), smartness.target_id() == "t1") << finding.ShortDebugString();
    }
    EXPECT_THAT(letters, testing::ElementsAre(v1::SPECIFIC, v1::MEASURABLE, v1::ACHIEVABLE,
                                              v1::RELEVANT, v1::TIME_BOUND));
  }
}

TEST(CheckSmart, LooksAtNoTargetThatIsMetWithdrawnOrStruckOut) {
  v1::ActionPlan met = SmartPlan(), withdrawn = SmartPlan(), struck_out = SmartPlan();
  met.mutable_targets(0)->set_judgement(v1::MET);
  withdrawn.mutable_targets(0)->set_withdrawal_reason("Another class.");
  struck_out.mutable_targets(0)->mutable_entry()->mutable_correction()->set_struck_out(true);
  EXPECT_TRUE(CheckSmart(met).empty());
  EXPECT_TRUE(CheckSmart(withdrawn).empty());
  EXPECT_TRUE(CheckSmart(struck_out).empty());
}

TEST(CheckSmart, WantsSomethingToCountOrSeeInAStatement) {
  struct Case {
    const char* statement;
    const char* reason;
  };
  const Case cases[] = {
      {"Improve behaviour management in my lessons", "VAGUE_VERB"},
      {"I will continue to develop my questioning skills", "VAGUE_VERB"},
      {"To be better at planning lessons for pupils", "VAGUE_VERB"},
      {"Becoming more confident is what I want next year", "VAGUE_VERB"},
      {"Develop understanding of the SEND code of practice", "VAGUE_VERB"},
      {"To improve by being stricter with my classes", "VAGUE_VERB"},
      {"Improving assessment by developing better habits", "VAGUE_VERB"},
      {"Work on my relationships with parents", "VAGUE_VERB"},
      {"Learn about the wider life of the school", "VAGUE_VERB"},
      {"Progress towards middle leadership in the school", "VAGUE_VERB"},
      {"Behaviour management", "TOO_SHORT"},
      {"", "TOO_SHORT"},
      {"!!! ...", "TOO_SHORT"},
      {"Improve behaviour in 8B by greeting pupils at the door", ""},
      {"Improve participation by using cold call", ""},
      {"Improve attendance at revision club by 10%", ""},
      {"Develop a weekly routine for retrieval practice", ""},
      {"IMPROVE how two Year 10 classes start lessons", ""},
      {"Use cold call to improve participation", ""},
      {"Greet every pupil", ""},
      {"Lead the Year 9 trip to the museum", ""},
      {"Écrire les mots nouveaux au tableau", ""},
  };
  for (const Case& c : cases) {
    v1::ActionPlan plan = SmartPlan();
    plan.mutable_targets(0)->set_statement(c.statement);
    const v1::SmartFinding finding = FindingOf(plan, v1::SPECIFIC);
    EXPECT_EQ(finding.reason(), c.reason) << c.statement;
    EXPECT_EQ(finding.ok(), finding.reason().empty()) << c.statement;
  }
}

TEST(CheckSmart, WantsAMeasureThatSaysMoreThanTheStatement) {
  struct Case {
    const char* measure;
    const char* reason;
  };
  const Case cases[] = {
      {"", "NO_MEASURE"},
      {" \n", "NO_MEASURE"},
      {"Target met.", "MEASURE_REPEATS_TARGET"},
      {"Use cold call in every Year 8 lesson", "MEASURE_REPEATS_TARGET"},
      {"Cold call is used in every lesson", "MEASURE_REPEATS_TARGET"},
      {"I am using cold call", ""},
      {"My mentor sees cold call in three lessons out of three", ""},
      {"Pupils answer in full sentences", ""},
  };
  for (const Case& c : cases) {
    v1::ActionPlan plan = SmartPlan();
    plan.mutable_targets(0)->set_success_measure(c.measure);
    const v1::SmartFinding finding = FindingOf(plan, v1::MEASURABLE);
    EXPECT_EQ(finding.reason(), c.reason) << c.measure;
    EXPECT_EQ(finding.ok(), finding.reason().empty()) << c.measure;
  }
}

TEST(CheckSmart, WantsAStepAndSomebodyWhoSupportsIt) {
  v1::ActionPlan plan = SmartPlan();
  plan.mutable_steps(0)->clear_supported_by();
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "NOBODY_SUPPORTS");
  // The ECT alone is nobody else, however named.
  v1::Supporter& owner = *plan.mutable_steps(0)->add_owners();
  for (const char* const role : {"ECT", "ect"}) {
    owner.set_role(role);
    EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "NOBODY_SUPPORTS");
  }
  owner.set_name("Amina Yusuf");
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "NOBODY_SUPPORTS");
  owner.set_person(plan.ect().person());
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "NOBODY_SUPPORTS");
  owner.set_person("people/7d3c0f0e-4a51-4c38-9b8e-0c4f2a9f1002");
  EXPECT_TRUE(FindingOf(plan, v1::ACHIEVABLE).ok());
  owner.Clear();
  owner.set_role("Faculty leader");
  EXPECT_TRUE(FindingOf(plan, v1::ACHIEVABLE).ok());
  owner.set_role("ECT");
  plan.mutable_targets(0)->set_why_achievable("I teach Year 8 four times a week.");
  EXPECT_TRUE(FindingOf(plan, v1::ACHIEVABLE).ok());

  plan.mutable_steps(0)->set_withdrawal_reason("Not needed.");
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "NO_STEP");
  plan = SmartPlan();
  plan.mutable_steps(0)->set_target_id("t2");
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "NO_STEP");
}

TEST(CheckSmart, HintsAtMuchWorkAndLetsItBe) {
  v1::ActionPlan plan = SmartPlan();
  plan.mutable_steps(0)->set_minutes_per_week(kMinutesPerWeekMany);
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "");
  plan.mutable_steps(0)->set_minutes_per_week(kMinutesPerWeekMany + 1);
  const v1::SmartFinding finding = FindingOf(plan, v1::ACHIEVABLE);
  EXPECT_TRUE(finding.ok());
  EXPECT_EQ(finding.reason(), "MUCH_WORK");
  EXPECT_THAT(finding.hint(), testing::HasSubstr("121 minutes a week"));
  // Done, it takes no more time.
  plan.mutable_steps(0)->set_completed(true);
  EXPECT_EQ(FindingOf(plan, v1::ACHIEVABLE).reason(), "");
}

TEST(CheckSmart, WantsAStandardAStatementOrANote) {
  v1::ActionPlan plan = SmartPlan();
  v1::ActionPlanTarget& target = *plan.mutable_targets(0);
  target.clear_standard_codes();
  EXPECT_EQ(FindingOf(plan, v1::RELEVANT).reason(), "NO_RELEVANCE");
  target.add_framework_codes("ECF/8h");
  EXPECT_TRUE(FindingOf(plan, v1::RELEVANT).ok());
  target.clear_framework_codes();
  target.add_note_ids("n1");
  EXPECT_TRUE(FindingOf(plan, v1::RELEVANT).ok());
}

TEST(CheckSmart, WantsADueDateWithinThePlan) {
  struct Case {
    const char* due_on;
    bool ok;
    const char* reason;
  };
  const Case cases[] = {
      {"", false, "NO_DUE_DATE"},
      {"2027-12-17", true, ""},
      {"2028-08-31", true, ""},
      {"2028-09-01", false, "DUE_AFTER_PLAN_ENDS"},
      {"2027-12-18", true, "NOT_A_SCHOOL_DAY"},
      {"2027-12-27", true, "NOT_A_SCHOOL_DAY"},
  };
  for (const Case& c : cases) {
    v1::ActionPlan plan = SmartPlan();
    plan.mutable_targets(0)->set_due_on(c.due_on);
    const v1::SmartFinding finding = FindingOf(plan, v1::TIME_BOUND);
    EXPECT_EQ(finding.reason(), c.reason) << c.due_on;
    EXPECT_EQ(finding.ok(), c.ok) << c.due_on;
  }
}

TEST(PlanFormat, TheStandardOneCanBePlannedIn) {
  EXPECT_TRUE(WhyNoPlanFormat(StandardPlanFormat(), "format").empty());
  for (const v1::PlanColumn& column : StandardPlanFormat().columns()) {
    EXPECT_TRUE(IsOwnColumn(column.key())) << column.key();
    EXPECT_FALSE(column.prompt().empty()) << column.key();
  }
}

TEST(PlanFormat, NamesEveryRequiredColumnThatIsEmpty) {
  v1::ActionPlan plan = SmartPlan();
  for (const char* const key : {"statement", "success_measure", "why_achievable", "relevance",
                                "steps", "due_on", "notes", "progress", "pupil_impact"}) {
    v1::PlanColumn& column = *plan.mutable_format()->add_columns();
    column.set_key(key);
    column.set_required(true);
  }
  EXPECT_THAT(EmptyRequiredColumns(plan, plan.targets(0)),
              testing::ElementsAre("why_achievable", "notes", "pupil_impact"));
  v1::Cell& cell = *plan.mutable_targets(0)->add_cells();
  cell.set_key("pupil_impact");
  cell.set_text("Fewer pupils wait for others to answer.");
  plan.clear_steps();
  EXPECT_THAT(EmptyRequiredColumns(plan, plan.targets(0)),
              testing::ElementsAre("why_achievable", "steps", "notes"));
  plan.mutable_format()->mutable_columns(2)->set_required(false);
  EXPECT_THAT(EmptyRequiredColumns(plan, plan.targets(0)), testing::ElementsAre("steps", "notes"));
}

TEST(OpenSteps, AreThoseOfOpenTargetsThatAreNotDone) {
  v1::ActionPlan plan = SmartPlan();
  plan.mutable_steps(0)->set_minutes_per_week(30);
  v1::ActionStep& other = *plan.add_steps();
  other.set_step_id("s2");
  other.set_target_id("t1");
  other.set_minutes_per_week(15);
  EXPECT_EQ(OpenSteps(plan).size(), 2u);
  EXPECT_EQ(MinutesPerWeek(plan), 45);
  other.set_completed(true);
  EXPECT_EQ(MinutesPerWeek(plan), 30);
  plan.mutable_targets(0)->set_withdrawal_reason("Another class.");
  EXPECT_TRUE(OpenSteps(plan).empty());
  EXPECT_EQ(MinutesPerWeek(plan), 0);
}

}  // namespace
}  // namespace trellis::domain
