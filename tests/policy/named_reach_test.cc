// What the table's word `named` means, in situations.
#include "gtest/gtest.h"
#include "tests/policy/looks.h"
#include "tests/support/lifecycle.h"
#include "trellis/v1/access_grant.pb.h"
#include "trellis/v1/action_plan.pb.h"

namespace trellis::policy {
namespace {

using trellis::testing::ParseText;

TEST(Named, AreAMentorAndASupporterWhereTheyHaveAPart) {
  CheckLooks(
      MovedPlan(), kGetPlan,
      {{"who supports an action", Person("helper"), v1::SUPPORTER, "2026-05-01", "all"},
       {"the mentor who supports an action", Person("helper"), v1::MENTOR, "2026-05-01", "all"},
       {"who gives support", Person("giver"), v1::SUPPORTER, "2026-05-01", "all"},
       {"who observed a lesson", Person("observer"), v1::SUPPORTER, "2026-05-01", "all"},
       {"who was put down by mistake", Person("mistaken"), v1::SUPPORTER, "2026-05-01", "nothing"},
       {"the mentor who was put down by mistake", Person("mistaken"), v1::MENTOR, "2026-05-01",
        "nothing"},
       {"a mentor of the school who has no part",
        Person("mentor", {"role: MENTOR school_urn: '100002' starts_on: '2026-01-01'"}), v1::MENTOR,
        "2026-05-01", "nothing"},
       {"who supports an action, as the tutor", Person("helper"), v1::INDUCTION_TUTOR, "2026-05-01",
        "nothing"},
       {"nobody", v1::Person(), v1::SUPPORTER, "2026-05-01", "nothing"}});
}

TEST(Named, IsTheContactOfTheBodyAndTheOneBeforeUpToTheChange) {
  CheckLooks(
      MovedPlan(), kGetPlan,
      {{"the contact", Person("contact"), v1::APPROPRIATE_BODY, "2026-05-01", "all"},
       {"the contact before, on the day of the change", Person("former-contact"),
        v1::APPROPRIATE_BODY, "2026-04-01", "all"},
       {"the contact before", Person("former-contact"), v1::APPROPRIATE_BODY, "2026-05-01",
        "2026-04-01"},
       {"another body's contact",
        Person("other", {"role: APPROPRIATE_BODY appropriate_body: 'hub' "
                         "starts_on: '2026-01-01'"}),
        v1::APPROPRIATE_BODY, "2026-05-01", "nothing"},
       {"the contact, as a supporter", Person("contact"), v1::SUPPORTER, "2026-05-01", "nothing"}});
}

TEST(Named, AreMentorsOfAnInductionEachForTheirTime) {
  CheckLooks(
      InductionWithChanges(), kGetInduction,
      {{"the first mentor", Person("mentor-1"), v1::MENTOR, "2026-03-31", "all"},
       {"the first mentor, later", Person("mentor-1"), v1::MENTOR, "2026-04-01", "2026-03-31"},
       {"the second mentor, before", Person("mentor-2"), v1::MENTOR, "2026-03-31", "nothing"},
       {"the second mentor", Person("mentor-2"), v1::MENTOR, "2026-04-01", "all"},
       {"a mentor by mistake", Person("mistaken"), v1::MENTOR, "2026-04-01", "nothing"},
       {"the mentor, as a supporter", Person("mentor-2"), v1::SUPPORTER, "2026-04-01", "nothing"},
       {"the tutor of a school by mistake", TutorAt("100009", "2025-09-01"), v1::INDUCTION_TUTOR,
        "2026-04-01", "nothing"}});
}

TEST(Named, AreColleaguesOfTheContactWhileItIsTheirBodys) {
  CheckLooks(InductionWithChanges(), kGetInduction,
             {{"a colleague of the contact", ColleagueAt("hub-2", "2026-01-01"),
               v1::APPROPRIATE_BODY, "2026-05-01", "all"},
              {"a new colleague", ColleagueAt("hub-2", "2026-05-01"), v1::APPROPRIATE_BODY,
               "2026-05-01", "all"},
              {"a colleague who begins tomorrow", ColleagueAt("hub-2", "2026-05-02"),
               v1::APPROPRIATE_BODY, "2026-05-01", "nothing"},
              {"a colleague who has left", ColleagueAt("hub-2", "2026-01-01", "2026-04-20"),
               v1::APPROPRIATE_BODY, "2026-05-01", "2026-04-20"},
              {"a colleague who had left when it became the body's",
               ColleagueAt("hub-2", "2025-01-01", "2026-02-28"), v1::APPROPRIATE_BODY, "2026-05-01",
               "nothing"},
              {"a colleague in the body before", ColleagueAt("hub-1", "2025-01-01"),
               v1::APPROPRIATE_BODY, "2026-05-01", "nothing"},
              {"the contact in the body before", Person("contact-1"), v1::APPROPRIATE_BODY,
               "2026-05-01", "2026-03-31"}});
}

TEST(Named, AreColleaguesAlsoWhenAChangeOfBodyIsKnownAhead) {
  CheckLooks(
      InductionWithChanges(), kGetInduction,
      {{"a colleague of the present contact", ColleagueAt("hub-1", "2025-01-01"),
        v1::APPROPRIATE_BODY, "2026-03-01", "all"},
       {"the present contact", Person("contact-1"), v1::APPROPRIATE_BODY, "2026-03-01", "all"},
       {"a colleague of the next contact", ColleagueAt("hub-2", "2025-01-01"), v1::APPROPRIATE_BODY,
        "2026-03-01", "nothing"},
       {"the next contact", Person("contact-2"), v1::APPROPRIATE_BODY, "2026-03-01", "nothing"}});
}

TEST(AnActionPlan, IsItsEctsAndItsMentors) {
  const auto plan = ParseText<v1::ActionPlan>(R"pb(
    name: "actionPlans/a"
    ect { person: "people/ect" }
    mentor { person: "people/mentor" }
    school { urn: "100001" }
  )pb");
  CheckLooks(
      plan, "ActionPlanService/GetActionPlan",
      {{"the ECT", Person("ect"), v1::ECT, "2026-05-01", "all"},
       {"the mentor", Person("mentor"), v1::MENTOR, "2026-05-01", "all"},
       {"another mentor of the school",
        Person("other", {"role: MENTOR school_urn: '100001' starts_on: '2026-01-01'"}), v1::MENTOR,
        "2026-05-01", "nothing"},
       {"the tutor of the school", TutorAt("100001", "2026-01-01"), v1::INDUCTION_TUTOR,
        "2026-05-01", "nothing"},
       {"the mentor, as a supporter", Person("mentor"), v1::SUPPORTER, "2026-05-01", "nothing"}});
}

TEST(AGrant, NamesItsGrantee) {
  auto grant = ParseText<v1::AccessGrant>(R"pb(
    name: "accessGrants/g"
    grantee { person: "people/officer" }
    record: "supportPlans/p"
  )pb");
  constexpr char kGetGrant[] = "AccessService/GetAccessGrant";
  CheckLooks(grant, kGetGrant,
             {{"the grantee", Person("officer"), v1::GRANTEE, "2026-05-01", "all"},
              {"another", Person("other"), v1::GRANTEE, "2026-05-01", "nothing"}});
  grant.clear_grantee();
  CheckLooks(grant, kGetGrant, {{"nobody", v1::Person(), v1::GRANTEE, "2026-05-01", "nothing"}});
}

}  // namespace
}  // namespace trellis::policy
