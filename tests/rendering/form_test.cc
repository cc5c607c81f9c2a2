// The golden files stand beside the plan they are made from. To make them anew, and then to READ
// what changed in them: TRELLIS_REWRITE=1 build/debug/tests/rendering_form_test
#include "rendering/form.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "rendering/display.h"
#include "rendering/form_rows.h"
#include "rendering/plan_list.h"

namespace trellis::rendering {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ReadGolden(const std::string& name) {
  std::ifstream file(absl::StrCat("tests/rendering/golden/", name));
  EXPECT_TRUE(file.is_open()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void ExpectGolden(const std::string& name, const std::string& got) {
  if (std::getenv("TRELLIS_REWRITE") != nullptr) {
    std::ofstream(absl::StrCat("tests/rendering/golden/", name)) << got;
  }
  EXPECT_EQ(got, ReadGolden(name)) << "if this is as it should be: TRELLIS_REWRITE=1, then read it";
}

v1::SupportPlan RichPlan() {
  v1::SupportPlan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(ReadGolden("plan.txtpb"), &plan));
  return plan;
}

v1::SupportPlan PausedPlan() {
  v1::SupportPlan plan = RichPlan();
  plan.set_state(v1::SupportPlan::PAUSED);
  v1::Pause& pause = *plan.add_pauses();
  pause.set_paused_on("2022-10-10");
  pause.set_reason(v1::Pause::STATUTORY_LEAVE);
  return plan;
}

// The plan after it went on at another school, where nobody but the ECT has signed yet.
v1::SupportPlan MovedPlan() {
  v1::SupportPlan plan = RichPlan();
  v1::FormerParty& tutor = *plan.add_former_parties();
  tutor.set_capacity(v1::INDUCTION_TUTOR);
  tutor.mutable_party()->Swap(plan.mutable_induction_tutor());
  tutor.set_replaced_on("2022-10-03");
  tutor.set_revision(24);
  plan.mutable_induction_tutor()->set_name("Noor Rahman");
  v1::FormerSchool& school = *plan.add_former_schools();
  school.mutable_school()->Swap(plan.mutable_school());
  school.set_left_on("2022-10-03");
  plan.mutable_school()->set_urn("900002");
  plan.mutable_school()->set_name("Southfield School");
  return plan;
}

// A plan with what nobody should type: 20 concerns, long words, other scripts, markup.
v1::SupportPlan HostilePlan() {
  v1::SupportPlan plan = RichPlan();
  const std::string hostile = absl::StrCat(
      std::string(900, 'w'),
      " 李雷韩梅梅李雷韩梅梅李雷韩梅梅 👩‍🏫👩‍🏫👩‍🏫👍🏽 "
      "Zoe\u0308 \u202Etxet\u202C ",
      "<script>alert('x & \"y\"')</script>\u2028]]>\x1b[31m");
  while (plan.concerns_size() < 20) {
    v1::Concern& concern = *plan.add_concerns();
    concern = plan.concerns(0);
    concern.set_concern_id(absl::StrCat("c", plan.concerns_size()));
    concern.set_cause(hostile);
  }
  plan.mutable_ect()->set_name(hostile);
  plan.mutable_school()->set_name(hostile);
  plan.mutable_targets(0)->set_statement(hostile);
  plan.mutable_support(0)->mutable_supported_by(0)->set_role(hostile);
  plan.mutable_reviews(0)->set_purpose(hostile);
  plan.mutable_outcomes(0)->set_words(hostile);
  plan.mutable_comments(0)->set_words(hostile);
  plan.mutable_signatures(2)->set_statement(hostile);
  plan.mutable_observations(0)->set_strengths(hostile);
  return plan;
}

FormContext Context() {
  return {.today = absl::CivilDay(2022, 10, 12),
          .rendered_at = absl::FromUnixSeconds(1665560700)};  // 12 Oct 2022, 08:45 in London.
}

TEST(FormAsText, IsAsInTheGoldenFiles) {
  ExpectGolden("plan.160.txt", FormAsText(RichPlan(), Context(), 160));
  ExpectGolden("plan.80.txt", FormAsText(RichPlan(), Context(), 80));
  ExpectGolden("paused.160.txt", FormAsText(PausedPlan(), Context(), 160));
}

TEST(FormAsHtml, IsAsInTheGoldenFiles) {
  ExpectGolden("plan.html", FormAsHtml(RichPlan(), Context()));
  ExpectGolden("paused.html", FormAsHtml(PausedPlan(), Context()));
}

TEST(FormAsText, ShowsWhoIsToSignNowAndWhatOthersSignedBefore) {
  const std::string text = FormAsText(MovedPlan(), Context(), 160);
  ExpectGolden("moved.160.txt", text);
  const size_t now = text.find("Induction Tutor:", text.find("Discussed and agreed"));
  const size_t before = text.find("Induction Tutor until Mon 3 Oct 2022:", now);
  ASSERT_NE(before, std::string::npos) << text;
  EXPECT_THAT(text.substr(now, before - now),
              AllOf(HasSubstr("Noor Rahman"), HasSubstr("not signed yet")));
  EXPECT_THAT(text.substr(before, 700),
              AllOf(HasSubstr("Ruth Adeyemi"), HasSubstr("agreed"),
                    HasSubstr("given on revision 19"), Not(HasSubstr("asked for again"))));
}

// As Evolve leaves one.
v1::SupportPlan ErasedPlan() {
  v1::SupportPlan plan;
  plan.set_name("supportPlans/0190d5a8-1111-7000-8000-000000000001");
  plan.set_revision(25);
  plan.set_state(v1::SupportPlan::ERASED);
  plan.mutable_erase_time()->set_seconds(1665560640);
  plan.mutable_ect()->set_person("people/00000000-0000-4000-8000-000000000001");
  plan.mutable_school()->set_urn("900001");
  return plan;
}

TEST(FormAsText, OfAnErasedPlanSaysWhatIsLeftAndNoMore) {
  EXPECT_EQ(FormAsText(ErasedPlan(), Context(), 400),
            "ECT SUPPORT ACTION PLAN\n\n"
            "Plan:       supportPlans/0190d5a8-1111-7000-8000-000000000001\n"
            "Erased on:  12 Oct 2022, 08:44\n"
            "Revision:   25\n\n"
            "! This plan is ERASED: what was recorded in it cannot be read any more.\n\n"
            "That there was a plan is kept. Its trail still has the type of each event, and the "
            "time when it was recorded.\n\n"
            "Made on 12 Oct 2022, 08:45 from revision 25 of "
            "supportPlans/0190d5a8-1111-7000-8000-000000000001.\n");
  v1::SupportPlan before = ErasedPlan();
  before.clear_erase_time();
  EXPECT_THAT(FormAsText(before, Context(), 80),
              AllOf(HasSubstr("This plan is ERASED"), Not(HasSubstr("Erased on"))));
}

TEST(FormAsHtml, OfAnErasedPlanSaysWhatIsLeftAndNoMore) {
  const std::string page = FormAsHtml(ErasedPlan(), Context());
  EXPECT_THAT(page, AllOf(HasSubstr("<h1>ECT SUPPORT ACTION PLAN</h1>"),
                          HasSubstr("This plan is ERASED"), HasSubstr("12 Oct 2022, 08:44"),
                          HasSubstr("supportPlans/0190d5a8-1111-7000-8000-000000000001")));
  for (const char* const empty : {"for ECT", "signed yet", "recorded yet", "last changed", "URN"}) {
    EXPECT_THAT(page, Not(HasSubstr(empty)));
  }
}

TEST(PlanListAsHtml, NamesAnErasedPlanByItsName) {
  v1::ListSupportPlansResponse list;
  v1::SupportPlanSummary& erased = *list.add_support_plans();
  erased.set_name(ErasedPlan().name());
  erased.set_state(v1::SupportPlan::ERASED);
  v1::SupportPlanSummary& stands = *list.add_support_plans();
  stands.set_name("supportPlans/2");
  stands.set_state(v1::SupportPlan::ACTIVE);
  stands.mutable_ect()->set_name("Sam Okafor");
  EXPECT_THAT(PlanListAsHtml(list),
              AllOf(HasSubstr("\">supportPlans/0190d5a8-1111-7000-8000-000000000001</a></th>"
                              "<td colspan=\"5\">erased: "),
                    HasSubstr("<a href=\"/supportPlans/2\">Sam Okafor</a></th>")));
}

TEST(FormAsText, IsNeverWiderThanAskedForAndTablesLineUp) {
  for (const v1::SupportPlan& plan : {RichPlan(), HostilePlan(), ErasedPlan(), v1::SupportPlan()}) {
    for (const int width : {80, 100, 119, 120, 160, 400}) {
      const std::string text = FormAsText(plan, Context(), width);
      for (const absl::string_view line : absl::StrSplit(text, '\n')) {
        ASSERT_LE(DisplayWidth(line), width) << line;
        const bool table = absl::StartsWith(line, "│") || absl::StartsWith(line, "├") ||
                           absl::StartsWith(line, "┌") || absl::StartsWith(line, "╞") ||
                           absl::StartsWith(line, "└");
        if (table) {
          ASSERT_EQ(DisplayWidth(line), width) << line;
        }
        ASSERT_FALSE(absl::EndsWith(line, " ")) << line;
      }
    }
  }
}

TEST(FormAsText, TakesAWidthOutOfRangeAsTheNearestInIt) {
  EXPECT_EQ(FormAsText(RichPlan(), Context(), 0), FormAsText(RichPlan(), Context(), 80));
  EXPECT_EQ(FormAsText(RichPlan(), Context(), 9999), FormAsText(RichPlan(), Context(), 400));
}

TEST(FormAsText, SendsNoControlCharactersToTheTerminal) {
  for (const char character : FormAsText(HostilePlan(), Context(), 160)) {
    ASSERT_TRUE(character == '\n' || static_cast<unsigned char>(character) >= 0x20);
  }
  EXPECT_THAT(FormAsText(HostilePlan(), Context(), 160), Not(HasSubstr("\u202E")));
}

TEST(FormAsHtml, EscapesEverythingThatWasTyped) {
  const std::string page = FormAsHtml(HostilePlan(), Context());
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("\u2028")),
                          Not(HasSubstr("\u202E")), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)&lt;/script"));
}

TEST(FormAsHtml, HasTheSevenHeadingsOfThePaperFormInOrder) {
  const std::string page = FormAsHtml(RichPlan(), Context());
  size_t at = 0;
  for (const char* heading : {"Area of standards causing concern",
                              "Agreed target/actions to be taken", "Specific support in place",
                              "Supported by", "Timeline", "Next review date", "Actual outcome"}) {
    at = page.find(absl::StrCat("<th scope=\"col\">", heading, "</th>"), at);
    ASSERT_NE(at, std::string::npos) << heading;
  }
}

TEST(FormAsHtml, NeedsNothingElseAndAllowsNothingElse) {
  const std::string page = FormAsHtml(RichPlan(), Context());
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("http:")), Not(HasSubstr("https:")), Not(HasSubstr("src=")),
                          Not(HasSubstr("url(")), Not(HasSubstr("@import"))));
  EXPECT_THAT(page, AllOf(HasSubstr("lang=\"en-GB\""), HasSubstr("<caption>"),
                          HasSubstr("tabindex=\"0\""), HasSubstr("A4 landscape")));
}

TEST(Form, IsOverdueOnlyWhileThePlanIsActive) {
  EXPECT_THAT(FormAsText(RichPlan(), Context(), 160), HasSubstr("OVERDUE"));
  EXPECT_THAT(FormAsText(PausedPlan(), Context(), 160),
              AllOf(Not(HasSubstr("OVERDUE")), HasSubstr("This plan is PAUSED.")));
  v1::SupportPlan closed = RichPlan();
  closed.set_state(v1::SupportPlan::CLOSED);
  closed.mutable_closure()->set_reason(v1::Closure::BACK_ON_TRACK);
  closed.mutable_closure()->set_closed_on("2022-10-12");
  EXPECT_THAT(FormAsText(closed, Context(), 160),
              AllOf(Not(HasSubstr("OVERDUE")), HasSubstr("Closed on Wed 12 Oct 2022"),
                    HasSubstr("This plan is CLOSED: back on track.")));
}

TEST(Form, IsNotOverdueOnTheDayItself) {
  FormContext context = Context();
  context.today = absl::CivilDay(2022, 10, 6);
  EXPECT_THAT(FormAsText(RichPlan(), context, 160), Not(HasSubstr("OVERDUE")));
  context.today = absl::CivilDay(2022, 10, 7);
  EXPECT_THAT(FormAsText(RichPlan(), context, 160), HasSubstr("OVERDUE: a2."));
}

TEST(Form, CountsAReviewInTwoRowsOnce) {
  FormContext context = Context();
  context.today = absl::CivilDay(2022, 10, 8);
  // Action a2 and review r2, which looks at both concerns.
  EXPECT_THAT(FormAsText(RichPlan(), context, 160), HasSubstr("OVERDUE: a2 and r2."));
}

TEST(Form, PutsWhatBelongsToATargetSideBySide) {
  const std::vector<FormRow> rows = BuildRows(RichPlan(), Context());
  ASSERT_EQ(rows.size(), 2);
  ASSERT_EQ(rows[0].lines.size(), 4);
  const FormLine& second = rows[0].lines[1];
  EXPECT_EQ(second.target_id, "t2");
  EXPECT_EQ(second.cells[0].back().id, "a2");
  EXPECT_EQ(second.cells[1].front().id, "s2");
  EXPECT_EQ(second.cells[2].front().id, "s2");
  EXPECT_EQ(rows[0].lines.back().target_id, "");
  EXPECT_EQ(rows[0].lines.back().cells[1].front().id, "s3");
}

TEST(Form, ShowsReviewsBeforeThereIsAConcern) {
  v1::SupportPlan plan = RichPlan();
  plan.clear_concerns();
  const std::string text = FormAsText(plan, Context(), 400);
  EXPECT_THAT(text, AllOf(HasSubstr("No area of concern recorded yet"), HasSubstr("r2 Fri 7 Oct")));
}

TEST(Form, SaysWhyASignatureIsMissing) {
  v1::SupportPlan plan = RichPlan();
  v1::Signature& unavailable = *plan.add_signatures();
  unavailable.set_capacity(v1::HEADTEACHER);
  unavailable.set_decision(v1::Signature::UNAVAILABLE);
  unavailable.set_statement("Left the school.");
  unavailable.set_content_revision(24);
  unavailable.set_current(true);
  v1::Signature& declined = *plan.add_signatures();
  declined.set_capacity(v1::ECT);
  declined.set_decision(v1::Signature::DECLINED);
  declined.set_statement("The third lesson was not mine.");
  declined.set_current(true);
  EXPECT_THAT(FormAsText(plan, Context(), 400),
              AllOf(HasSubstr("Signed: unavailable: Left the school."),
                    HasSubstr("Signed: declined: The third lesson was not mine."),
                    Not(HasSubstr("seen and discussed, not agreed"))));
}

}  // namespace
}  // namespace trellis::rendering
