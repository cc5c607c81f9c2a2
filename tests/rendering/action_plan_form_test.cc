// The golden files stand beside the plan they are made from. To make them anew, and then to READ
// what changed in them: TRELLIS_REWRITE=1 build/debug/tests/rendering_action_plan_form_test
#include "rendering/action_plan_form.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "rendering/display.h"

namespace trellis::rendering {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const FormContext kContext = {
    .today = absl::CivilDay(2024, 11, 4),
    .rendered_at = absl::FromCivil(absl::CivilMinute(2024, 11, 4, 9, 0), absl::UTCTimeZone())};

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

// Agreed, reviewed once, with a target that was withdrawn, in a format with a column of its own.
v1::ActionPlan RichPlan() {
  v1::ActionPlan plan;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(ReadGolden("action_plan.txtpb"), &plan));
  return plan;
}

TEST(ActionPlanForm, IsTheSameTextAsBefore) {
  ExpectGolden("action_plan.txt", ActionPlanAsText(RichPlan(), kContext, 160));
  ExpectGolden("action_plan_narrow.txt", ActionPlanAsText(RichPlan(), kContext, 80));
}

TEST(ActionPlanForm, OfAnErasedPlanSaysWhatIsLeftAndNoMore) {
  v1::ActionPlan plan;
  plan.set_name("actionPlans/0190d5a8-1111-7000-8000-000000000001");
  plan.set_revision(3);
  plan.set_state(v1::ActionPlan::ERASED);
  plan.mutable_erase_time()->set_seconds(1730711000);
  plan.mutable_school()->set_urn("900001");
  const std::string text = ActionPlanAsText(plan, kContext, 80);
  EXPECT_THAT(text, HasSubstr("This plan is ERASED"));
  EXPECT_THAT(text, HasSubstr("Erased on:  4 Nov 2024, 09:03"));
  const std::string page = ActionPlanAsHtml(plan, kContext);
  EXPECT_THAT(page, HasSubstr("This plan is ERASED"));
  for (const char* const empty : {"for ECT", "Reviews", "none", "URN"}) {
    EXPECT_THAT(text, Not(HasSubstr(empty)));
    EXPECT_THAT(page.substr(page.find("<main>")), Not(HasSubstr(empty)));
  }
}

TEST(ActionPlanForm, IsTheSamePageAsBefore) {
  const std::string page = ActionPlanAsHtml(RichPlan(), kContext);
  // The style sheet is the support plan's, and stands in its golden file.
  ExpectGolden("action_plan.html", page.substr(page.find("<main>")));
}

TEST(ActionPlanForm, HasNoLineThatIsTooLong) {
  for (const int width : {80, 100, 101, 133, 160, 400}) {
    for (const absl::string_view line :
         absl::StrSplit(ActionPlanAsText(RichPlan(), kContext, width), '\n')) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST(ActionPlanForm, ShowsTheColumnsInTheOrderOfTheFormat) {
  v1::ActionPlan plan = RichPlan();
  const auto order = [&](const std::string& page) {
    return page.find("So that pupils") < page.find("How we will know");
  };
  const bool before = order(ActionPlanAsText(plan, kContext, 160));
  plan.mutable_format()->mutable_columns()->SwapElements(1, 2);
  EXPECT_NE(order(ActionPlanAsText(plan, kContext, 160)), before);
  EXPECT_NE(order(ActionPlanAsHtml(plan, kContext)), before);
}

TEST(ActionPlanForm, AsksWhileThePlanIsADraft) {
  v1::ActionPlan plan = RichPlan();
  EXPECT_THAT(ActionPlanAsHtml(plan, kContext), Not(HasSubstr("What exactly")));
  plan.set_state(v1::ActionPlan::DRAFT);
  EXPECT_THAT(ActionPlanAsHtml(plan, kContext), HasSubstr("What exactly"));
  EXPECT_THAT(ActionPlanAsText(plan, kContext, 80), HasSubstr("What exactly"));
}

TEST(ActionPlanForm, EscapesWhatThePlanSays) {
  v1::ActionPlan plan = RichPlan();
  const std::string hostile = "<script>alert(\"x\")</script>\x1b[31m";
  plan.mutable_ect()->set_name(hostile);
  plan.mutable_targets(0)->set_statement(hostile);
  plan.mutable_targets(0)->mutable_cells(0)->set_text(hostile);
  plan.mutable_format()->mutable_columns(0)->set_heading(hostile);
  plan.mutable_reviews(0)->set_notes(hostile);
  plan.mutable_own_document()->set_title(hostile);
  plan.mutable_own_document()->add_links("https://example.org/\"><script>");
  const std::string page = ActionPlanAsHtml(plan, kContext);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(ActionPlanAsText(plan, kContext, 160), Not(HasSubstr("\x1b")));
}

TEST(ActionPlanForm, SaysWhereTheOwnDocumentIs) {
  v1::ActionPlan plan = RichPlan();
  plan.clear_format();
  plan.clear_targets();
  plan.clear_steps();
  plan.mutable_own_document()->set_title("My year 3");
  plan.mutable_own_document()->add_links("https://docs.example.org/d/1");
  for (const std::string& page :
       {ActionPlanAsText(plan, kContext, 160), ActionPlanAsHtml(plan, kContext)}) {
    EXPECT_THAT(page, HasSubstr("My year 3"));
    EXPECT_THAT(page, HasSubstr("https://docs.example.org/d/1"));
    EXPECT_THAT(page, Not(HasSubstr("No target has been set")));
  }
}

TEST(ActionPlanForm, SaysWhatIsOverdueUntilThePlanIsClosed) {
  v1::ActionPlan plan = RichPlan();
  EXPECT_THAT(ActionPlanAsText(plan, kContext, 160), HasSubstr("OVERDUE"));
  plan.set_state(v1::ActionPlan::CLOSED);
  plan.clear_next_review_on();
  EXPECT_THAT(ActionPlanAsText(plan, kContext, 160), Not(HasSubstr("OVERDUE")));
}

}  // namespace
}  // namespace trellis::rendering
