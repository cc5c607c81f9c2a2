#include "projections/caseload.h"

#include <algorithm>

#include "tests/projections/views_fixture.h"

namespace trellis::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class CaseloadTest : public ViewsTest {
 protected:
  void SetUp() override {
    ViewsTest::SetUp();
    OpenViews();
  }

  // Opens a plan and returns its name. Fields of `text` replace those of the usual plan.
  std::string Open(const std::string& text = "") {
    v1::PlayStep step;
    *step.mutable_command()->mutable_open_support_plan() = testing::OpenRequest();
    auto& plan = *step.mutable_command()->mutable_open_support_plan()->mutable_support_plan();
    plan.MergeFrom(testing::ParseText<v1::SupportPlan>(text));
    *step.mutable_actor() = plan.induction_tutor();
    step.set_capacity(v1::INDUCTION_TUTOR);
    EXPECT_EQ(ReasonOf(Applied(Play(step))), "OK");
    return plan_;
  }

  CaseloadPage List(const std::string& query, const std::string& after = "", int count = 100) {
    CaseloadQuery wanted{testing::ParseText<v1::ListSupportPlansRequest>(query)};
    if (const std::string& urn = wanted.conditions.school_urn(); !urn.empty()) {
      wanted.schools = {urn};
    }
    return ListIn(wanted, after, count);
  }
  CaseloadPage ListIn(const CaseloadQuery& wanted, const std::string& after = "", int count = 100) {
    auto page = views_->Caseload(wanted, after, count, LondonDay(clock_.Now()));
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : CaseloadPage();
  }
  std::vector<std::string> Names(const std::string& query) {
    std::vector<std::string> names;
    for (const auto& plan : List(query).plans) names.push_back(plan.name());
    return names;
  }
};

TEST_F(CaseloadTest, SumsUpAPlan) {
  const std::string name = Open();
  const std::vector<v1::SupportPlanSummary> plans = List("").plans;
  ASSERT_EQ(plans.size(), 1u);
  const v1::SupportPlanSummary& plan = plans[0];
  EXPECT_EQ(plan.name(), name);
  EXPECT_EQ(plan.revision(), plans_[name].revision());
  EXPECT_EQ(plan.state(), v1::SupportPlan::ACTIVE);
  EXPECT_EQ(plan.ect().name(), "Sam Okafor");
  EXPECT_EQ(plan.induction_tutor().person(), testing::Tutor().party.person());
  EXPECT_EQ(plan.school().urn(), "900001");
  EXPECT_THAT(plan.open_standard_codes(), ElementsAre("7d"));
  EXPECT_EQ(plan.next_review_on(), "2022-10-10");
  EXPECT_FALSE(plan.review_overdue());
  EXPECT_THAT(plan.awaiting_signatures(),
              ElementsAre(v1::ECT, v1::INDUCTION_TUTOR, v1::HEADTEACHER));
}

TEST_F(CaseloadTest, FollowsWhatHappensToAPlan) {
  Open();
  Give(v1::INDUCTION_TUTOR,
       "raise_concern { concern { standard_code: '1b' cause: 'Slow.'"
       " discussed_on: '2022-10-03' } }");
  EXPECT_THAT(List("").plans.at(0).open_standard_codes(), ElementsAre("7d", "1b"));
  Give(v1::INDUCTION_TUTOR, "resolve_concern { concern_id: 'c1' resolution: 'Settled.' }");
  EXPECT_THAT(List("").plans.at(0).open_standard_codes(), ElementsAre("1b"));
  Give(v1::INDUCTION_TUTOR, "correct_entry { entry_id: 'c2' reason: 'Another ECT.' }");
  EXPECT_THAT(List("").plans.at(0).open_standard_codes(), IsEmpty());
  Give(v1::ECT, "sign { seen_and_discussed: true }");
  EXPECT_THAT(List("").plans.at(0).awaiting_signatures(),
              ElementsAre(v1::INDUCTION_TUTOR, v1::HEADTEACHER));
  Give(v1::HEADTEACHER, "close_plan { reason: LEFT words: 'Moved.' }");
  EXPECT_EQ(List("").plans.at(0).state(), v1::SupportPlan::CLOSED);
  EXPECT_EQ(List("").plans.at(0).next_review_on(), "");
  EXPECT_EQ(List("").plans.at(0).revision(), plans_[plan_].revision());
}

TEST_F(CaseloadTest, FindsPlansByEachConditionAndAllOfThem) {
  const std::string usual = Open();
  const std::string school = Open("school { urn: '900002' }");
  const std::string ect = Open("ect { person: 'people/00000000-0000-4000-8000-0000000000e2' }");
  const std::string tutor =
      Open("induction_tutor { person: 'people/00000000-0000-4000-8000-0000000000a2' }");
  EXPECT_THAT(Names(""), UnorderedElementsAre(usual, school, ect, tutor));
  EXPECT_THAT(Names("school_urn: '900001'"), UnorderedElementsAre(usual, ect, tutor));
  EXPECT_THAT(Names("school_urn: '900002'"), ElementsAre(school));
  EXPECT_THAT(Names("ect: 'people/00000000-0000-4000-8000-0000000000e2'"), ElementsAre(ect));
  EXPECT_THAT(Names("induction_tutor: 'people/00000000-0000-4000-8000-0000000000a2'"),
              ElementsAre(tutor));
  EXPECT_THAT(Names("school_urn: '900002' ect: 'people/00000000-0000-4000-8000-0000000000e2'"),
              IsEmpty());
  EXPECT_THAT(Names("induction_tutor: 'people/00000000-0000-4000-8000-0000000000a1'"
                    " school_urn: '900002' state: ACTIVE missing_signature: true"),
              ElementsAre(school));
  EXPECT_THAT(Names("state: CLOSED"), IsEmpty());
  EXPECT_THAT(Names("school_urn: '90000'"), IsEmpty());
}

TEST_F(CaseloadTest, FollowsAPlanToAnotherTutorAndAnotherSchool) {
  const std::string name = Open();
  const std::string former =
      absl::StrCat("induction_tutor: '", testing::Tutor().party.person(), "'");
  const std::string successor = "induction_tutor: 'people/00000000-0000-4000-8000-0000000000a8'";
  ASSERT_THAT(Names(former), ElementsAre(name));
  Give(v1::HEADTEACHER,
       "change_party { capacity: INDUCTION_TUTOR reason: 'On leave.'"
       " party { person: 'people/00000000-0000-4000-8000-0000000000a8' name: 'Noor' } }");
  EXPECT_THAT(Names(former), IsEmpty());
  EXPECT_THAT(Names(successor), ElementsAre(name));
  Give(v1::HEADTEACHER,
       "move_support_plan { reason: 'Moved.' school { urn: '900002' name: 'Southfield' }"
       " induction_tutor { person: 'people/00000000-0000-4000-8000-0000000000a9' name: 'Eve' }"
       " headteacher { person: 'people/00000000-0000-4000-8000-0000000000b9' name: 'Kim' } }");
  EXPECT_THAT(Names(successor), IsEmpty());
  EXPECT_THAT(Names("school_urn: '900001'"), IsEmpty());
  EXPECT_THAT(Names("school_urn: '900002'"), ElementsAre(name));
  EXPECT_THAT(Names("induction_tutor: 'people/00000000-0000-4000-8000-0000000000a9'"),
              ElementsAre(name));
}

TEST_F(CaseloadTest, IsReadSchoolBySchool) {
  std::vector<std::string> first, second;
  for (int i = 0; i < 3; ++i) {
    second.push_back(Open("school { urn: '900002' }"));
    first.push_back(Open());
    Open("school { urn: '900003' }");
  }
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  std::vector<std::string> all = first;
  all.insert(all.end(), second.begin(), second.end());
  CaseloadQuery both;
  both.schools = {"900001", "900002"};
  for (int count = 1; count <= 7; ++count) {
    std::vector<std::string> names;
    CaseloadPage page;
    do {
      page = ListIn(both, page.cursor, count);
      for (const auto& plan : page.plans) names.push_back(plan.name());
    } while (page.more);
    EXPECT_EQ(names, all) << count << " a page";
  }
  // The school of the cursor left the trust between two pages.
  const std::string cursor = ListIn(both, "", 1).cursor;
  CaseloadQuery rest;
  rest.schools = {"900002"};
  EXPECT_EQ(ListIn(rest, cursor, 10).plans.size(), 3u);
  EXPECT_THAT(ListIn({{}, {std::vector<std::string>()}}).plans, IsEmpty());
}

TEST_F(CaseloadTest, CountsThoseThatAreThereStill) {
  const std::string name = Open();
  Open();
  const auto count = [&](PlansOf whose, const std::string& id) {
    int plans = 0;
    EXPECT_TRUE(views_->CountPlans(whose, id, [&](const auto&) { ++plans; }).ok());
    return plans;
  };
  const std::string tutor = testing::Tutor().party.person();
  EXPECT_EQ(count(PlansOf::kSchool, "900001"), 2);
  EXPECT_EQ(count(PlansOf::kInductionTutor, tutor), 2);
  EXPECT_EQ(count(PlansOf::kAppropriateBody, testing::AppropriateBody().party.person()), 2);
  EXPECT_EQ(count(PlansOf::kSchool, "90000"), 0);
  Give(v1::HEADTEACHER,
       "move_support_plan { reason: 'Moved.' school { urn: '900002' name: 'Southfield' }"
       " induction_tutor { person: 'people/00000000-0000-4000-8000-0000000000a9' name: 'Eve' }"
       " headteacher { person: 'people/00000000-0000-4000-8000-0000000000b9' name: 'Kim' } }");
  EXPECT_EQ(count(PlansOf::kSchool, "900001"), 1);
  EXPECT_EQ(count(PlansOf::kSchool, "900002"), 1);
  EXPECT_EQ(count(PlansOf::kInductionTutor, tutor), 1);
}

// What a list or a count looks at, so that its cost does not grow with the log.
TEST_F(CaseloadTest, HasAsManyKeysHoweverMuchHappens) {
  Open();
  const auto keys = [&] {
    CloseBoth();
    size_t found = 0;
    for (const auto& [key, value] : Rows()) found += key.starts_with('c') ? 1 : 0;
    OpenLog();
    OpenViews();
    return found;
  };
  const size_t before = keys();
  EXPECT_EQ(before, 5u);
  for (int i = 0; i < 20; ++i) {
    Give(v1::INDUCTION_TUTOR, "record_outcome { outcome { concern_id: 'c1' words: 'Calm.' } }");
  }
  EXPECT_EQ(keys(), before);
}

TEST_F(CaseloadTest, JudgesReviewsByTheDayOnWhichItIsRead) {
  Open();
  clock_.Advance(absl::Hours(24 * 7));
  EXPECT_FALSE(List("").plans.at(0).review_overdue());
  EXPECT_THAT(Names("overdue_review: true"), IsEmpty());
  // It is 2022-10-11, at 0:30 in London; summer time.
  clock_.Advance(absl::Minutes(15 * 60 + 30));
  EXPECT_TRUE(List("").plans.at(0).review_overdue());
  EXPECT_THAT(Names("overdue_review: true"), ElementsAre(plan_));
  Give(v1::HEADTEACHER, "pause_plan { reason: STATUTORY_LEAVE }");
  EXPECT_THAT(Names("overdue_review: true"), IsEmpty());
  EXPECT_FALSE(List("").plans.at(0).review_overdue());
}

TEST_F(CaseloadTest, IsReadInPagesOrderedByName) {
  for (int i = 0; i < 25; ++i) Open();
  for (const std::string query : {"", "school_urn: '900001'"}) {
    std::vector<std::string> names;
    CaseloadPage page;
    do {
      page = List(query, page.cursor, 4);
      ASSERT_LE(page.plans.size(), 4u);
      for (const auto& plan : page.plans) names.push_back(plan.name());
    } while (page.more);
    EXPECT_EQ(names.size(), 25u);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
  }
  EXPECT_FALSE(List("", "", 25).more);
  EXPECT_TRUE(List("", "", 24).more);
}

}  // namespace
}  // namespace trellis::projections
