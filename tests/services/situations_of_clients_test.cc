// What clients do, from end to end: two save at once, one hears nothing and tries again, one sends
// a form as somebody filled it in.
#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "clients/trellis/call.h"
#include "tests/services/situation_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RequestFor;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ClientSituationsTest : public SituationTest {
 protected:
  std::vector<std::string> OutcomesOf(const v1::SupportPlan& plan) {
    const auto now = client().Get(plan.name());
    EXPECT_TRUE(now.ok()) << now.status();
    std::vector<std::string> words;
    if (!now.ok()) return words;
    for (const v1::Outcome& outcome : now->outcomes()) words.push_back(outcome.words());
    return words;
  }

  const Staffed here_ = FoundSchool("900021", "Westbrook School");
  const testing::Actor sam_ = JoinEct(here_);
};

TEST_F(ClientSituationsTest, TwoClientsSaveThePlanAtOnceAndNothingIsLost) {
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  // Each saves what it has on the plan as it read it, and reads again where it is told to.
  std::atomic<int> told = 0;
  const auto save = [&](const testing::Actor& actor, const std::string& words) {
    auto request = testing::OutcomeRequest(plan.name(), words);
    request.set_etag(plan.etag());
    absl::Status status = Bare(actor, request);
    while (!status.ok()) {
      ASSERT_EQ(ReasonOf(status), "ETAG_MISMATCH") << status;
      ++told;
      request.set_etag(client().Get(plan.name())->etag());
      status = Bare(actor, request);
    }
  };
  std::thread head([&] { save(here_.head, "Seen by the head."); });
  save(here_.tutor, "Seen by the tutor.");
  head.join();
  EXPECT_THAT(OutcomesOf(plan), UnorderedElementsAre("Seen by the head.", "Seen by the tutor."));
  EXPECT_EQ(told, 1) << "the second of the two, once";
}

TEST_F(ClientSituationsTest, TheTutorEditsWhileTheEctIsSigning) {
  const v1::SupportPlan read = OpenAt(here_, sam_);
  auto sign = RequestFor<v1::SignRequest>(read.name(), "seen_and_discussed: true agreed: true");
  sign.set_content_revision(read.content_revision());
  const auto edited = GiveBare(
      here_.tutor,
      RequestFor<v1::SetTargetRequest>(read.name(),
                                       "target { concern_id: 'c1' statement: 'Use the rules.' "
                                       "success_measure: 'Seen.' due_on: '2022-10-19' }"));
  // Nobody signs what they have not seen.
  ExpectError(Bare(sam_, sign), StatusCode::kFailedPrecondition, "CONTENT_CHANGED");
  sign.set_content_revision(edited.support_plan().content_revision());
  const auto signed_plan = GiveBare(sam_, sign).support_plan();
  EXPECT_THAT(signed_plan.awaiting_signatures(), ElementsAre(v1::INDUCTION_TUTOR, v1::HEADTEACHER));
}

TEST_F(ClientSituationsTest, AWriteIsRetriedAfterATimeout) {
  SCOPED_TRACE(absl::StrCat("TRELLIS_SEED=", Seed()));
  std::mt19937_64 random(Seed());
  const v1::SupportPlan plan = OpenAt(here_, sam_);
  const auto call = [&](const v1::RecordOutcomeRequest& request, absl::Duration timeout) {
    cli::Server server({.address = server_.grpc_address(), .timeout = timeout, .on_wait = {}});
    return server
        .Call(testing::MethodFor(request),
              {here_.tutor.party.person(), here_.tutor.party.name(), "INDUCTION_TUTOR"}, request)
        .status();
  };
  // From a microsecond to a second, until some that heard nothing were written all the same.
  std::uniform_real_distribution<double> magnitude(0, 6);
  std::vector<std::string> expected;
  int written_unheard = 0;
  for (int i = 0; i < 300 && written_unheard < 3; ++i) {
    const auto request = testing::OutcomeRequest(plan.name(), absl::StrCat(i));
    const absl::Status first = call(request, absl::Microseconds(std::pow(10, magnitude(random))));
    ASSERT_TRUE(first.ok() || first.code() == StatusCode::kDeadlineExceeded) << first;
    expected.push_back(absl::StrCat(i));
    if (!first.ok()) written_unheard += OutcomesOf(plan) == expected;
    ASSERT_TRUE(call(request, absl::Seconds(60)).ok());
    ASSERT_EQ(OutcomesOf(plan), expected) << "once, and in this order";
  }
  EXPECT_GT(written_unheard, 0);
}

// A form as it comes from a word processor: rows that nobody filled in, the form's own hints, dates
// in whatever way. What cannot be read is said field by field, and nothing of it is recorded; what
// can be read is kept to the letter, hints too: nobody looks for those yet.
TEST_F(ClientSituationsTest, AFormComesWithBlankRowsAndStrayHints) {
  v1::OpenSupportPlanRequest form = Opening(here_, sam_);
  const std::string hint = "**Please use text from the DFE teachers' standards. 7d";
  v1::SupportPlan& plan = *form.mutable_support_plan();
  plan.mutable_concerns(0)->set_cause(hint);
  plan.MergeFrom(testing::ParseText<v1::SupportPlan>(R"pb(
    concerns {}
    targets { concern_id: "c1" statement: "Use the rules." success_measure: " " due_on: "30/9" }
    actions { concern_id: "c1" statement: "**who, what, when" timeline: "Thurs 11/10" }
    actions {}
    support {}
    reviews {}
  )pb"));
  const absl::Status refused = Bare(here_.tutor, form);
  ExpectError(refused, StatusCode::kInvalidArgument, "INVALID_REQUEST");
  EXPECT_THAT(
      testing::BadFieldsOf(refused),
      ElementsAre("support_plan.concerns[1].standard_code", "support_plan.concerns[1].cause",
                  "support_plan.concerns[1].discussed_on",
                  "support_plan.targets[0].success_measure", "support_plan.targets[0].due_on",
                  "support_plan.actions[1].concern_id", "support_plan.actions[1].statement",
                  "support_plan.support[0].concern_id", "support_plan.support[0].kind",
                  "support_plan.support[0].description", "support_plan.support[0].supported_by",
                  "support_plan.reviews[0].scheduled_on"));
  EXPECT_THAT(Plans("school_urn: '900021'"), IsEmpty());

  // The same form, under the same ids, once the blank rows are out and what was vague is said.
  plan.mutable_concerns()->RemoveLast();
  plan.mutable_targets(0)->set_success_measure("Seen in a lesson.");
  plan.mutable_targets(0)->set_due_on("2022-10-28");
  plan.mutable_actions()->RemoveLast();
  plan.clear_support();
  plan.clear_reviews();
  const auto opened = GiveBare(here_.tutor, form);
  EXPECT_THAT(WarningsOf(opened), ElementsAre("WEEKDAY_MISMATCH"));
  EXPECT_EQ(opened.support_plan().concerns(0).cause(), hint);
  EXPECT_EQ(opened.support_plan().actions(0).statement(), "**who, what, when");
  EXPECT_THAT(opened.support_plan().concerns(0).standard().text(),
              HasSubstr("maintain good relationships with pupils"));
  EXPECT_THAT(Plans("school_urn: '900021'"), SizeIs(1));
}

}  // namespace
}  // namespace trellis::services
