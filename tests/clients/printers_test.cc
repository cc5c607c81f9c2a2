#include "clients/trellis/printers.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "tests/clients/testing.h"
#include "trellis/v1/standards_service.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::cli {
namespace {

template <typename Type>
Type Proto(const std::string& text) {
  Type message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(Present, ShowsAReply) {
  const auto reply = Proto<v1::SupportPlanReply>(R"(
      support_plan { name: 'supportPlans/x' revision: 5 state: ACTIVE }
      warnings { reason: 'NOT_A_SCHOOL_DAY' message: 'moved to 2026-09-14' }
      warnings { message: 'another' }
      receipt { first_position: 17 last_position: 21 })");
  EXPECT_EQ(Present(reply, {}),
            "plan      supportPlans/x\n"
            "revision  5\n"
            "state     active\n"
            "recorded  positions 17 to 21\n"
            "warning: moved to 2026-09-14\n"
            "warning: another\n");
}

TEST(Present, SaysWhenNothingWasRecorded) {
  const auto reply = Proto<v1::SupportPlanReply>(
      "support_plan { name: 'supportPlans/x' revision: 5 state: PAUSED } receipt {}");
  EXPECT_EQ(Present(reply, {}),
            "plan      supportPlans/x\n"
            "revision  5\n"
            "state     paused\n"
            "recorded  nothing new: it was already so\n");
}

TEST(Present, ShowsAPlanInShort) {
  const auto plan = Proto<v1::SupportPlan>(R"(
      name: 'supportPlans/x' revision: 9 content_revision: 7 state: ACTIVE
      ect { name: 'Sam Okafor' } induction_tutor { name: 'Ruth Adeyemi' }
      headteacher { name: 'Lee Marsh' } school { name: 'Hill School' urn: '123456' }
      concerns { concern_id: 'c1' state: OPEN standard { code: '7d' } }
      concerns { concern_id: 'c2' state: RESOLVED standard { code: '4a' } }
      concerns { concern_id: 'c3' state: OPEN standard { code: '4b' }
                 entry { correction { struck_out: true } } }
      awaiting_signatures: [ECT, HEADTEACHER])");
  EXPECT_EQ(Present(plan, {}),
            "plan              supportPlans/x\n"
            "revision          9\n"
            "content revision  7\n"
            "state             active\n"
            "ECT               Sam Okafor\n"
            "induction tutor   Ruth Adeyemi\n"
            "headteacher       Lee Marsh\n"
            "school            Hill School (123456)\n"
            "open concerns     c1 (7d)\n"
            "not signed by     ECT, headteacher\n");
}

TEST(Present, AlignsPlans) {
  const auto list = Proto<v1::ListSupportPlansResponse>(R"(
      support_plans { name: 'supportPlans/x' revision: 12 state: ACTIVE ect { name: 'Sam' }
                      induction_tutor { name: 'Ruth' } school { name: 'Hill' }
                      open_standard_codes: ['7d', '4a'] next_review_on: '2026-09-14'
                      review_overdue: true awaiting_signatures: ECT }
      support_plans { name: 'supportPlans/longer' revision: 3 state: CLOSED ect { name: 'Zoë' }
                      induction_tutor { name: 'Ruth' } school { name: 'Dale' } }
      next_page_token: 'abc')");
  EXPECT_EQ(
      Present(list, {}),
      "PLAN                 REVISION  STATE   ECT  TUTOR  SCHOOL  CONCERNS  NEXT REVIEW"
      "           NOT SIGNED BY\n"
      "supportPlans/x       12        active  Sam  Ruth   Hill    7d, 4a    2026-09-14 (overdue)"
      "  ECT\n"
      "supportPlans/longer  3         closed  Zoë  Ruth   Dale\n"
      "more: --page-token abc\n");
  EXPECT_EQ(Present(v1::ListSupportPlansResponse(), {}), "no plans\n");
}

TEST(Present, ShowsACaseloadWithWhatIsSuppressed) {
  const auto caseload = Proto<v1::Caseload>(R"(
      on: '2022-10-03' aggregate_only: true open_plans { count: 14 }
      paused_plans {} overdue_reviews { suppressed: true }
      standards { standard_code: '7d' plans { count: 9 } }
      standards { standard_code: '1b' plans { suppressed: true } }
      schools { school: 'schools/900001' open_plans { count: 9 } overdue_reviews {} })");
  EXPECT_EQ(Present(caseload, {}),
            "on                          2022-10-03\n"
            "open plans                  14\n"
            "paused                      0\n"
            "reviews overdue             suppressed\n"
            "reviews due within 7 days   0\n"
            "without a signature         0\n"
            "with support not delivered  0\n"
            "\n"
            "STANDARD  PLANS\n"
            "7d        9\n"
            "1b        suppressed\n"
            "\n"
            "SCHOOL          OPEN PLANS  REVIEWS OVERDUE\n"
            "schools/900001  9           0\n"
            "\n"
            "suppressed: counts of 1 to 4, and those that would give them away\n");
}

TEST(Present, ShowsStandards) {
  EXPECT_EQ(Present(Proto<v1::TeachersStandard>(
                        "code: '7d' heading: 'Manage' text: 'maintain' edition: '2021'"),
                    {}),
            "code     7d\nheading  Manage\ntext     maintain\nedition  2021\n");
  EXPECT_EQ(Present(Proto<v1::ListTeachersStandardsResponse>(
                        "teachers_standards { code: '7d' text: 'maintain' } "
                        "teachers_standards { code: 'P2.1a' text: 'treating' }"),
                    {}),
            "7d     maintain\nP2.1a  treating\n");
}

TEST(Present, GivesAFormAsItIs) {
  const auto form = Proto<v1::RenderSupportPlanResponse>("content: '<p>\\n  form</p>'");
  EXPECT_EQ(Present(form, {}), "<p>\n  form</p>");
}

TEST(Present, GivesJsonInCamelCase) {
  const auto reply = Proto<v1::SupportPlanReply>("support_plan { content_revision: 5 }");
  EXPECT_EQ(Present(reply, {.json = true}),
            "{\n \"supportPlan\": {\n  \"contentRevision\": \"5\"\n }\n}\n");
  EXPECT_EQ(CompactJson(reply), "{\"supportPlan\":{\"contentRevision\":\"5\"}}");
}

TEST(Present, TakesMessagesMadeFromTheContract) {
  const auto& method = *TheContract().MethodTaking("trellis.v1.SignRequest");
  const auto reply = TheContract().NewMessage(*method.output_type());
  ASSERT_TRUE(reply->ParseFromString(
      Proto<v1::SupportPlanReply>("support_plan { revision: 5 }").SerializeAsString()));
  EXPECT_NE(Present(*reply, {}).find("revision  5\n"), std::string::npos);
}

TEST(Present, FallsBackToJson) {
  EXPECT_EQ(Present(Proto<v1::Party>("name: 'Sam'"), {}), "{\n \"name\": \"Sam\"\n}\n");
}

TEST(Present, ShowsWhichLegalHoldsCanBeReleased) {
  const auto reply = Proto<v1::PersonReply>(R"(
      person { name: 'people/x' revision: 7 full_name: 'Sam Okafor'
               legal_holds { hold_id: 'h1' release_time { seconds: 1 } }
               legal_holds { hold_id: 'h2' reason: 'An appeal' } }
      receipt { first_position: 9 last_position: 9 })");
  EXPECT_EQ(Present(reply, {}),
            "person      people/x\n"
            "revision    7\n"
            "called      Sam Okafor\n"
            "legal hold  h2\n"
            "recorded    position 9\n");
}

TEST(Present, SaysHowLongRecordsAreKept) {
  EXPECT_EQ(Present(Proto<v1::Retention>("person: 'people/x' records: 'people/x'"), {}),
            "person      people/x\n"
            "keep until  no end yet\n"
            "due         no\n");
  const auto retention = Proto<v1::Retention>(R"(
      person: 'people/x' keep_until: '2020-08-31' due: true records: ['people/x', 'people/y']
      proposed_for: '2020-08-31'
      duties { kind: ROLE source: 'people/x' entry_id: 'r1' school_urn: '900001' rule: 'six years'
               ended_on: '2014-08-31' keep_until: '2020-08-31' }
      duties { kind: INDUCTION source: 'inductions/z' rule: 'while it runs' }
      legal_holds { record: 'people/y' hold_id: 'h1' placed_on: '2019-01-07' matter: 'ET 17'
                    reason: 'An appeal' })");
  EXPECT_EQ(Present(retention, {}),
            "person        people/x\n"
            "keep until    2020-08-31\n"
            "due           yes\n"
            "records       people/x, people/y\n"
            "proposed for  2020-08-31\n"
            "\n"
            "KEPT FOR   SCHOOL  ENDED ON    KEEP UNTIL  RECORD        RULE\n"
            "role       900001  2014-08-31  2020-08-31  people/x r1   six years\n"
            "induction          not yet     no end yet  inductions/z  while it runs\n"
            "\n"
            "LEGAL HOLD  PLACED ON   MATTER  RECORD    WHY\n"
            "h1          2019-01-07  ET 17   people/y  An appeal\n");
}

TEST(Present, SaysWhoseRecordsAreDue) {
  EXPECT_EQ(Present(v1::ListRetentionDueResponse(), {}), "nobody is due\n");
  EXPECT_EQ(Present(Proto<v1::ListRetentionDueResponse>(
                        "people { person: 'people/x' keep_until: '2020-08-31' proposed: true } "
                        "people { person: 'people/y' keep_until: '2021-08-31' legal_hold_count: 2 }"
                        "next_page_token: 'abc'"),
                    {}),
            "PERSON    KEPT UNTIL  LEGAL HOLDS  PROPOSED\n"
            "people/x  2020-08-31  0            yes\n"
            "people/y  2021-08-31  2            no\n"
            "more: --page-token abc\n");
}

TEST(Present, SaysWhetherAnybodyWasErased) {
  const std::string report =
      "report { goes { what: 'people/x' count: 3 why: 'sealed' } stays { what: 'access log' why: "
      "'by ids' } against: 'a role until 2030-08-31' }";
  const std::string parts =
      "against it: a role until 2030-08-31\n"
      "\n"
      "GOES      COUNT  WHY\n"
      "people/x  3      sealed\n"
      "\n"
      "STAYS       COUNT  WHY\n"
      "access log  -      by ids\n";
  const std::string asked =
      "person { name: 'people/x' erasure_request { requested_by: 'people/dpo' agree_until: "
      "'2022-11-02' } } ";
  // Also of somebody whom another has asked to erase.
  EXPECT_EQ(
      Present(Proto<v1::EraseSubjectResponse>(absl::StrCat(asked, "receipt {} ", report)), {}),
      absl::StrCat("This was a dry run: nothing of people/x was erased.\n", parts));
  EXPECT_EQ(Present(Proto<v1::EraseSubjectResponse>(absl::StrCat(
                        asked, "receipt { first_position: 4 last_position: 4 } ", report)),
                    {}),
            absl::StrCat("Nothing of people/x is erased yet: records must be kept, and until "
                         "2022-11-02 somebody else than people/dpo can agree that this is set "
                         "aside, by asking for it too.\n",
                         parts));
  EXPECT_EQ(Present(Proto<v1::EraseSubjectResponse>(
                        "person { name: 'people/x' erase_time { seconds: 1 } } "
                        "receipt { first_position: 5 last_position: 7 } "
                        "operation { name: 'operations/erasure-x' }"),
                    {}),
            "Erased: nobody can read any more what was recorded of people/x.\n"
            "\n"
            "operations/erasure-x    being done\n");
}

TEST(Present, ShowsWhatIsLeftOfAnErasedPlan) {
  const auto plan = Proto<v1::SupportPlan>(R"(
      name: 'supportPlans/x' revision: 9 state: ERASED erase_time { seconds: 1789378327 }
      ect { person: 'people/x' } school { urn: '900001' } awaiting_signatures: [ECT])");
  EXPECT_EQ(Present(plan, {}),
            "plan       supportPlans/x\n"
            "revision   9\n"
            "state      erased\n"
            "erased on  2026-09-14 10:32:07 BST\n");
}

constexpr char kTrail[] = R"(
    entries {
      revision: 4 record_time { seconds: 1789378327 } occurred_on: '2026-09-01' late_days: 13
      actor { name: 'Ruth Adeyemi' } capacity: INDUCTION_TUTOR
      sentence: 'Ruth Adeyemi (induction tutor) revised target t1.\nReason: half term'
      changes { field: 't1.due_on' before: '2026-10-01' after: '2026-10-08' }
      changes { field: 't1.note' after: 'x' }
      corrected_by_revision: 9
    }
    entries {
      revision: 5 record_time { seconds: 1799918327 } occurred_on: '2027-01-14'
      actor { name: 'Sam Okafor' } capacity: ECT sentence: 'Sam Okafor (ECT) commented: hm'
      struck_out_by_revision: 6
    })";

TEST(TrailText, TellsWhoDidWhatWhen) {
  EXPECT_EQ(TrailText(Proto<v1::ListTrailResponse>(kTrail), false),
            "4  2026-09-14 10:32:07 BST\n"
            "   Ruth Adeyemi (induction tutor) revised target t1.\n"
            "   Reason: half term\n"
            "   happened on 2026-09-01, recorded 13 days late\n"
            "   t1.due_on: 2026-10-01 -> 2026-10-08\n"
            "   t1.note: (nothing) -> x\n"
            "   corrected at revision 9\n"
            "\n"
            "5  2027-01-14 09:18:47 GMT\n"
            "   Sam Okafor (ECT) commented: hm [struck out at revision 6]\n");
}

TEST(TrailText, StrikesThroughOnATerminal) {
  const std::string text = TrailText(Proto<v1::ListTrailResponse>(kTrail), true);
  EXPECT_NE(text.find("\x1b[9mSam Okafor (ECT) commented: hm\x1b[29m [struck out at revision 6]\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace trellis::cli
