// How long records are kept, as a table of what is known and what follows.
#include "domain/retention.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/dates.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/school.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename State>
v1::Retention Known(const std::string& text) {
  State state;
  EXPECT_TRUE(pb::TextFormat::ParseFromString(text, &state)) << text;
  return RetentionKnownOf(state);
}

// Registered on 1 September 2019.
v1::Retention Person(const std::string& text = "") {
  return Known<v1::Person>("name: 'people/sam' create_time { seconds: 1567332000 } " + text);
}
v1::Retention Induction(const std::string& text) {
  return Known<v1::Induction>("name: 'inductions/1' ect { person: 'people/sam' } " + text);
}
v1::Retention SupportPlan(const std::string& text) {
  return Known<v1::SupportPlan>(
      "name: 'supportPlans/1' ect { person: 'people/sam' } school { urn: '900001' } " + text);
}
v1::Retention ActionPlan(const std::string& text) {
  return Known<v1::ActionPlan>(
      "name: 'actionPlans/1' ect { person: 'people/sam' } school { urn: '900001' } " + text);
}

v1::Retention All(const std::vector<v1::Retention>& parts) {
  v1::Retention known;
  for (const v1::Retention& part : parts) known.MergeFrom(part);
  return known;
}

std::string KeepUntil(const v1::Retention& known, int years = 6) {
  const RetentionFinding finding = FindRetention(known, years);
  return finding.keep_until.has_value() ? DateText(*finding.keep_until) : "open";
}

struct Row {
  const char* what;
  std::vector<v1::Retention> known;
  const char* keep_until;
};

TEST(Records, AreKeptSixYearsFromTheEndOfTheInductionOrLeavingWhicheverIsLater) {
  const std::string role =
      "roles { role_id: 'r1' role: ECT school_urn: '900001' starts_on: "
      "'2019-09-01' ";
  const auto ended = Induction("ending { outcome: COMPLETED ended_on: '2021-07-23' }");
  const std::vector<Row> rows = {
      {"nothing is known", {}, "open"},
      {"registered alone", {Person()}, "2025-09-01"},
      {"a role that has no end", {Person(role + "}")}, "open"},
      {"left", {Person(role + "ends_on: '2022-08-31' }")}, "2028-08-31"},
      {"leaves one day", {Person(role + "ends_on: '2090-08-31' }")}, "2096-08-31"},
      {"left long before being registered here",
       {Person(role + "ends_on: '2010-08-31' }")},
       "2016-08-31"},
      {"an induction that goes on", {Induction("state: IN_PROGRESS")}, "open"},
      {"an induction that is held", {Induction("state: PAUSED")}, "open"},
      {"an induction that was served", {ended}, "2027-07-23"},
      {"an induction that was left",
       {Induction("ending { outcome: NOT_COMPLETED ended_on: '2020-02-29' }")},
       "2026-03-01"},
      {"left after the induction", {Person(role + "ends_on: '2022-08-31' }"), ended}, "2028-08-31"},
      {"stays after the induction", {Person(role + "}"), ended}, "open"},
      {"left before the induction ended elsewhere",
       {Person(role + "ends_on: '2020-08-31' }"), ended},
       "2027-07-23"},
      {"one role of two has no end",
       {Person(role + "ends_on: '2020-08-31' } roles { role_id: 'r2' role: MENTOR }")},
       "open"},
      {"a support plan that is open", {ended, SupportPlan("state: ACTIVE")}, "open"},
      {"a support plan that was closed",
       {ended, SupportPlan("state: CLOSED closure { closed_on: '2021-09-30' }")},
       "2027-09-30"},
      {"an action plan that is worked on", {ended, ActionPlan("state: AGREED")}, "open"},
      {"an action plan that was closed",
       {ended, ActionPlan("closure { closed_on: '2020-09-30' }")},
       "2027-07-23"},
      // Last written to on 1 September 2022.
      {"an action plan that was handed over",
       {ended, ActionPlan("hand_over { handed_over_on: '2021-07-01' } "
                          "update_time { seconds: 1662026400 }")},
       "2028-09-01"},
      {"a date that is none ends nothing", {Induction("ending { ended_on: 'soon' }")}, "open"},
  };
  for (const Row& row : rows) EXPECT_EQ(KeepUntil(All(row.known)), row.keep_until) << row.what;
}

TEST(Records, AreKeptForAsLongAsIsSetAndNeverForLessThanSixYears) {
  const auto known = Induction("ending { ended_on: '2021-07-23' }");
  EXPECT_EQ(KeepUntil(known, 9), "2030-07-23");
  EXPECT_EQ(KeepUntil(known, 100), "2121-07-23");
  EXPECT_EQ(KeepUntil(known, 5), "2027-07-23");
  EXPECT_EQ(KeepUntil(known, -1), "2027-07-23");
}

TEST(Records, AreDueTheDayAfterTheLastOnWhichTheyAreKept) {
  const auto finding = FindRetention(Induction("ending { ended_on: '2021-07-23' }"), 6);
  EXPECT_FALSE(finding.Due(*ParseDate("2027-07-23")));
  EXPECT_TRUE(finding.Due(*ParseDate("2027-07-24")));
  EXPECT_FALSE(FindRetention({}, 6).Due(*ParseDate("2099-12-31")));
}

TEST(Records, AreNotDueWhileALegalHoldStands) {
  const std::string hold =
      "legal_holds { hold_id: 'h1' reason: 'An appeal.' entry { occurred_on: "
      "'2023-09-04' } ";
  const absl::CivilDay day = *ParseDate("2030-01-01");
  const auto held = FindRetention(Person(hold + "}"), 6);
  EXPECT_TRUE(held.Passed(day));
  EXPECT_FALSE(held.Due(day));
  ASSERT_EQ(held.holds.size(), 1u);
  EXPECT_EQ(held.holds[0].placed_on(), "2023-09-04");
  EXPECT_EQ(held.holds[0].reason(), "") << "ids and dates alone";
  const auto released = FindRetention(Person(hold + "release_time { seconds: 1 } }"), 6);
  EXPECT_TRUE(released.Due(day));
  EXPECT_THAT(released.holds, IsEmpty());
}

TEST(Records, SayWhatCallsForThem) {
  const auto finding = FindRetention(
      All({Person("roles { role_id: 'r1' school_urn: '900001' ends_on: '2022-08-31' }"),
           Induction("state: IN_PROGRESS")}),
      7);
  ASSERT_EQ(finding.duties.size(), 2u) << "that they were registered is no duty beside these";
  EXPECT_EQ(finding.duties[0].kind(), v1::RetentionDuty::ROLE);
  EXPECT_EQ(finding.duties[0].source(), "people/sam");
  EXPECT_EQ(finding.duties[0].entry_id(), "r1");
  EXPECT_EQ(finding.duties[0].keep_until(), "2029-08-31");
  EXPECT_EQ(finding.duties[0].rule(),
            "7 years from leaving (statutory guidance, April 2024, 2.77, 5.3, 5.11)");
  EXPECT_EQ(finding.duties[1].source(), "inductions/1");
  EXPECT_EQ(finding.duties[1].keep_until(), "");
  EXPECT_THAT(finding.duties[1].rule(), HasSubstr("end of the induction"));
}

TEST(Records, AreProposedForTheDayThatFollowsNow) {
  const std::string proposed = "erasure_proposals { proposal_id: 'e1' keep_until: '2025-09-01' } ";
  EXPECT_TRUE(FindRetention(Person(proposed), 6).Proposed());
  EXPECT_FALSE(FindRetention(Person(proposed), 7).Proposed());
  EXPECT_FALSE(FindRetention(Person(), 6).Proposed());
  EXPECT_FALSE(FindRetention(All({Person(proposed), Induction("state: PAUSED")}), 6).Proposed());
}

TEST(Records, AreWithTheSchoolsThatHadThePersonLast) {
  const auto role = [](const std::string& urn, const std::string& ends_on) {
    return Person(
        absl::StrCat("roles { role_id: 'r1' school_urn: '", urn, "' ends_on: '", ends_on, "' }"));
  };
  EXPECT_THAT(LastSchools({}), IsEmpty());
  EXPECT_THAT(LastSchools(Person("roles { role: TRUST_OFFICER }")), IsEmpty());
  EXPECT_THAT(LastSchools(All({role("900001", "2020-08-31"), role("900002", "2022-08-31"),
                               role("900003", "2021-08-31")})),
              ElementsAre("900002"));
  EXPECT_THAT(LastSchools(All({role("900002", "2022-08-31"), role("900001", "2022-08-31")})),
              ElementsAre("900001", "900002"));
  EXPECT_THAT(LastSchools(All({role("900002", "2090-08-31"), role("900001", ""),
                               role("900003", "2091-08-31"), role("900004", "")})),
              ElementsAre("900001", "900004"));
  EXPECT_THAT(LastSchools(All({role("900002", "2022-08-31"), ActionPlan("state: AGREED")})),
              ElementsAre("900002"));
  EXPECT_THAT(LastSchools(Induction("schools { school { urn: '900001' } } "
                                    "schools { school { urn: '900002' } } "
                                    "schools { school { urn: '900003' } entry { correction { "
                                    "struck_out: true } } }")),
              ElementsAre("900002"));
}

TEST(Records, OfNobodySayNothing) {
  EXPECT_EQ(RetentionKnownOf(v1::SchoolRecord()).ByteSizeLong(), 0u);
  EXPECT_EQ(RetentionKnownOf(v1::Induction()).ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace trellis::domain
