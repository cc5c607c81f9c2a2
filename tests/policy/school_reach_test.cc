// What the table's words `own` and `school` mean, in situations: given a record and who reads it on
// a day, they see all of it, what was known up to a day, or nothing.
#include "gtest/gtest.h"
#include "policy/access.h"
#include "policy/subject.h"
#include "tests/policy/looks.h"
#include "tests/support/lifecycle.h"
#include "trellis/v1/school.pb.h"

namespace trellis::policy {
namespace {

using trellis::testing::ParseText;

TEST(Own, IsTheRecordOfTheEctWhoAsks) {
  CheckLooks(MovedPlan(), kGetPlan,
             {{"the ECT", Person("ect"), v1::ECT, "2026-05-01", "all"},
              {"another ECT", Person("other-ect"), v1::ECT, "2026-05-01", "nothing"},
              {"nobody", v1::Person(), v1::ECT, "2026-05-01", "nothing"}});
  // Not in the directory, and still their own.
  const v1::SupportPlan plan = MovedPlan();
  const Subject subject = SubjectOf(plan);
  EXPECT_TRUE(ExtentOf(Reach::kOwn, {.person = "people/ect", .capacity = v1::ECT}, subject,
                       "2026-05-01", AreOne)
                  .allowed);
  EXPECT_FALSE(
      ExtentOf(Reach::kOwn, {.person = "", .capacity = v1::ECT}, Subject(), "2026-05-01", AreOne)
          .allowed);
}

TEST(School, IsReadByWhoHoldsTheRoleThereUpToTheirLastDay) {
  CheckLooks(
      MovedPlan(), kGetPlan,
      {{"the tutor where it is", TutorAt("100002", "2026-01-01"), v1::INDUCTION_TUTOR, "2026-05-01",
        "all"},
       {"a tutor who came there after the plan", TutorAt("100002", "2026-04-20"),
        v1::INDUCTION_TUTOR, "2026-05-01", "all"},
       {"a tutor who comes tomorrow", TutorAt("100002", "2026-05-02"), v1::INDUCTION_TUTOR,
        "2026-05-01", "nothing"},
       {"a tutor on the first day", TutorAt("100002", "2026-05-01"), v1::INDUCTION_TUTOR,
        "2026-05-01", "all"},
       {"a tutor on the last day", TutorAt("100002", "2026-01-01", "2026-05-01"),
        v1::INDUCTION_TUTOR, "2026-05-01", "all"},
       {"yesterday's tutor", TutorAt("100002", "2026-01-01", "2026-04-30"), v1::INDUCTION_TUTOR,
        "2026-05-01", "2026-04-30"},
       {"who was the tutor there before it came", TutorAt("100002", "2025-09-01", "2026-03-31"),
        v1::INDUCTION_TUTOR, "2026-05-01", "nothing"},
       {"the tutor of another school", TutorAt("100009", "2026-01-01"), v1::INDUCTION_TUTOR,
        "2026-05-01", "nothing"},
       {"somebody without a role", Person("tutor"), v1::INDUCTION_TUTOR, "2026-05-01", "nothing"},
       {"the tutor, in another capacity", TutorAt("100002", "2026-01-01"), v1::HEADTEACHER,
        "2026-05-01", "nothing"},
       {"a tutor whom the plan named once and who holds no role", Person("former-tutor"),
        v1::INDUCTION_TUTOR, "2026-05-01", "nothing"}});
}

TEST(School, ThatARecordHasLeftReadsItsOwnTimeOnly) {
  CheckLooks(MovedPlan(), kGetPlan,
             {{"the tutor before it leaves", TutorAt("100001", "2026-01-01"), v1::INDUCTION_TUTOR,
               "2026-03-31", "all"},
              {"the tutor on the day it leaves", TutorAt("100001", "2026-01-01"),
               v1::INDUCTION_TUTOR, "2026-04-01", "all"},
              {"the tutor after it left", TutorAt("100001", "2026-01-01"), v1::INDUCTION_TUTOR,
               "2026-04-02", "2026-04-01"},
              {"who was the tutor before it left", TutorAt("100001", "2026-01-01", "2026-02-28"),
               v1::INDUCTION_TUTOR, "2026-05-01", "2026-02-28"},
              {"who came to the school after it left", TutorAt("100001", "2026-04-02"),
               v1::INDUCTION_TUTOR, "2026-05-01", "nothing"},
              {"the tutor of the academy that the school became", TutorAt("100003", "2026-03-01"),
               v1::INDUCTION_TUTOR, "2026-05-01", "2026-04-01"}});
}

TEST(School, CountsTheLatestOfSeveralRoles) {
  const v1::Person both =
      Person("tutor", {"role: INDUCTION_TUTOR school_urn: '100001' starts_on: '2026-01-01'",
                       "role: INDUCTION_TUTOR school_urn: '100002' starts_on: '2026-01-01' "
                       "ends_on: '2026-04-20'",
                       "role: HEADTEACHER school_urn: '100002' starts_on: '2026-04-21'"});
  CheckLooks(MovedPlan(), kGetPlan,
             {{"as the tutor of both", both, v1::INDUCTION_TUTOR, "2026-05-01", "2026-04-20"},
              {"as the head", both, v1::HEADTEACHER, "2026-05-01", "all"}});
  const v1::Person now_and_then =
      Person("tutor", {"role: INDUCTION_TUTOR school_urn: '100002' starts_on: '2026-01-01'",
                       "role: INDUCTION_TUTOR school_urn: '100001' starts_on: '2026-01-01' "
                       "ends_on: '2026-02-28'"});
  CheckLooks(MovedPlan(), kGetPlan,
             {{"the tutor, who was another school's once", now_and_then, v1::INDUCTION_TUTOR,
               "2026-05-01", "all"}});
}

TEST(School, SeesARecordThatIsToComeThere) {
  // Registered in July for September: the tutor appoints the mentor meanwhile.
  CheckLooks(InductionWithChanges(), kGetInduction,
             {{"the tutor of the first school", TutorAt("100001", "2025-01-01"),
               v1::INDUCTION_TUTOR, "2025-07-10", "all"},
              {"a tutor who will have gone by then", TutorAt("100001", "2025-01-01", "2025-08-31"),
               v1::INDUCTION_TUTOR, "2025-07-10", "nothing"}});
}

// Whoever was in it on its last day keeps it: nobody comes after them.
TEST(AnInductionThatEnded, IsStillOfThoseWhoWereInItOnItsLastDay) {
  v1::Induction ended = InductionWithChanges();
  ended.mutable_ending()->set_ended_on("2026-07-15");
  ended.mutable_schools(1)->set_ends_on("2026-07-15");
  ended.mutable_mentorships(1)->set_ends_on("2026-07-15");
  ended.mutable_appropriate_bodies(1)->set_ends_on("2026-07-15");
  CheckLooks(
      ended, kGetInduction,
      {{"the ECT", Person("ect"), v1::ECT, "2030-01-01", "all"},
       {"the last mentor", Person("mentor-2"), v1::MENTOR, "2026-09-01", "all"},
       {"the mentor before", Person("mentor-1"), v1::MENTOR, "2026-09-01", "2026-03-31"},
       {"the tutor", TutorAt("100002", "2026-01-01"), v1::INDUCTION_TUTOR, "2026-09-01", "all"},
       {"the tutor's successor", TutorAt("100002", "2026-09-01"), v1::INDUCTION_TUTOR, "2026-09-01",
        "all"},
       {"the tutor of the school before", TutorAt("100001", "2025-01-01"), v1::INDUCTION_TUTOR,
        "2026-09-01", "2026-03-31"},
       {"a tutor who left with the ECT", TutorAt("100002", "2026-01-01", "2026-07-15"),
        v1::INDUCTION_TUTOR, "2026-09-01", "2026-07-15"},
       {"the last contact", Person("contact-2"), v1::APPROPRIATE_BODY, "2026-09-01", "all"},
       {"a colleague", ColleagueAt("hub-2", "2026-08-01"), v1::APPROPRIATE_BODY, "2026-09-01",
        "all"}});
}

TEST(AnInductionThatEnded, IsNotOfASchoolThatItNeverCameTo) {
  v1::Induction ended = InductionWithChanges();
  // The move to Elm was known ahead, and the ECT left before it.
  ended.mutable_ending()->set_ended_on("2026-02-10");
  ended.mutable_schools(1)->set_ends_on("2026-02-10");
  ended.mutable_mentorships(1)->set_ends_on("2026-02-10");
  ended.mutable_appropriate_bodies(1)->set_ends_on("2026-02-10");
  CheckLooks(
      ended, kGetInduction,
      {{"the tutor where it ended", TutorAt("100001", "2025-01-01"), v1::INDUCTION_TUTOR,
        "2026-05-01", "all"},
       {"the mentor where it ended", Person("mentor-1"), v1::MENTOR, "2026-05-01", "all"},
       {"the tutor where it was to go", TutorAt("100002", "2025-01-01"), v1::INDUCTION_TUTOR,
        "2026-05-01", "nothing"},
       {"the next mentor", Person("mentor-2"), v1::MENTOR, "2026-05-01", "nothing"},
       {"the contact there", Person("contact-2"), v1::APPROPRIATE_BODY, "2026-05-01", "nothing"},
       {"a colleague there", ColleagueAt("hub-2", "2025-01-01"), v1::APPROPRIATE_BODY, "2026-05-01",
        "nothing"}});
}

TEST(SomebodysEntryInTheDirectory, IsOfTheSchoolsWhereTheyHaveARole) {
  const v1::Person mentor = Person(
      "mentor", {"role: MENTOR school_urn: '100001' starts_on: '2025-09-01' "
                 "ends_on: '2026-03-31'",
                 "role: APPROPRIATE_BODY appropriate_body: 'hub-1' starts_on: '2026-04-01'"});
  CheckLooks(
      mentor, "DirectoryService/GetPerson",
      {{"they", Person("mentor"), v1::MENTOR, "2026-05-01", "all"},
       {"another mentor", Person("other"), v1::MENTOR, "2026-05-01", "nothing"},
       {"the tutor", TutorAt("100001", "2025-01-01"), v1::INDUCTION_TUTOR, "2026-03-31", "all"},
       {"the tutor, later", TutorAt("100001", "2025-01-01"), v1::INDUCTION_TUTOR, "2026-05-01",
        "2026-03-31"},
       {"the tutor of another school", TutorAt("100002", "2025-01-01"), v1::INDUCTION_TUTOR,
        "2026-03-31", "nothing"}});
}

TEST(ASchool, IsOfThoseWhoHoldARoleThere) {
  const auto school = ParseText<v1::SchoolRecord>(R"pb(name: "schools/100001")pb");
  CheckLooks(
      school, "DirectoryService/SetSchoolYear",
      {{"its tutor", TutorAt("100001", "2026-01-01"), v1::INDUCTION_TUTOR, "2026-05-01", "all"},
       {"the tutor of what it became", TutorAt("100003", "2026-01-01"), v1::INDUCTION_TUTOR,
        "2026-05-01", "all"},
       {"who was its tutor", TutorAt("100001", "2026-01-01", "2026-04-30"), v1::INDUCTION_TUTOR,
        "2026-05-01", "2026-04-30"},
       {"another's tutor", TutorAt("100002", "2026-01-01"), v1::INDUCTION_TUTOR, "2026-05-01",
        "nothing"}});
}

TEST(Counts, AreNoRecord) {
  const v1::SupportPlan plan = MovedPlan();
  const v1::Person officer =
      Person("officer", {"role: TRUST_OFFICER trust_uid: '2170' starts_on: '2026-01-01'",
                         "role: GOVERNOR school_urn: '100002' starts_on: '2026-01-01'"});
  CheckLooks(plan, "SupportPlanService/GetCaseload",
             {{"an officer", officer, v1::TRUST_OFFICER, "2026-05-01", "nothing"},
              {"a governor", officer, v1::GOVERNOR, "2026-05-01", "nothing"}});
  CheckLooks(plan, kGetPlan,
             {{"an officer", officer, v1::TRUST_OFFICER, "2026-05-01", "nothing"},
              {"a governor", officer, v1::GOVERNOR, "2026-05-01", "nothing"},
              {"an administrator", officer, v1::ADMINISTRATOR, "2026-05-01", "nothing"},
              {"Trellis itself", officer, v1::SYSTEM, "2026-05-01", "nothing"}});
}

TEST(HoldingARole, IsOfACapacityAPlaceAndADay) {
  const v1::Person tutor = TutorAt("100001", "2026-01-01", "2026-03-31");
  const auto asker = [&](v1::Capacity capacity) {
    return Asker{.person = tutor.name(), .capacity = capacity, .record = &tutor};
  };
  const Asker as_tutor = asker(v1::INDUCTION_TUTOR);
  EXPECT_FALSE(HoldsRole(as_tutor, "2025-12-31"));
  EXPECT_TRUE(HoldsRole(as_tutor, "2026-01-01"));
  EXPECT_TRUE(HoldsRole(as_tutor, "2026-03-31"));
  EXPECT_FALSE(HoldsRole(as_tutor, "2026-04-01"));
  EXPECT_FALSE(HoldsRole(asker(v1::HEADTEACHER), "2026-02-01"));
  EXPECT_FALSE(HoldsRole({.person = "people/x", .capacity = v1::INDUCTION_TUTOR}, "2026-02-01"));
  EXPECT_TRUE(HoldsRoleAt(as_tutor, "100001", "2026-02-01", AreOne));
  EXPECT_TRUE(HoldsRoleAt(as_tutor, "100003", "2026-02-01", AreOne));
  EXPECT_FALSE(HoldsRoleAt(as_tutor, "100002", "2026-02-01", AreOne));
  EXPECT_FALSE(HoldsRoleAt(as_tutor, "100001", "2026-04-01", AreOne));
}

}  // namespace
}  // namespace trellis::policy
