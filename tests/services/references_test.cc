// What a request refers to exists: plans, inductions and session notes.
#include "tests/services/service_fixture.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::RequestFor;

constexpr char kNoPlan[] = "supportPlans/00000000-0000-4000-8000-00000000dead";
constexpr char kNoInduction[] = "inductions/00000000-0000-4000-8000-00000000dead";

class ReferencesTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::ActionPlanReply> AsEct(const google::protobuf::Message& request) {
    return Ask<v1::ActionPlanReply>(testing::Ect(), request);
  }
  // A plan of the ECT alone. Fields of `text` are added.
  static v1::DraftActionPlanRequest Drafting(const std::string& text = "") {
    auto request = testing::ParseText<v1::DraftActionPlanRequest>(
        "action_plan { school { urn: '900001' name: 'Northgate' } academic_year: '2022/23' " +
        text + " }");
    request.set_request_id(testing::NewId());
    *request.mutable_action_plan()->mutable_ect() = testing::Ect().party;
    return request;
  }
  // An induction with one session note.
  std::string Register() {
    auto request = testing::ParseText<v1::RegisterEctRequest>(
        "school { school { urn: '900001' name: 'Northgate' } starts_on: '2022-09-01' }");
    request.set_request_id(testing::NewId());
    *request.mutable_ect() = testing::Ect().party;
    *request.mutable_school()->mutable_headteacher() = testing::Headteacher().party;
    *request.mutable_tutorship()->mutable_tutor() = testing::Tutor().party;
    const auto reply = Ask<v1::InductionReply>(testing::Tutor(), request);
    EXPECT_TRUE(reply.ok()) << reply.status();
    const std::string name = reply->induction().name();
    const auto noted = Ask<v1::InductionReply>(
        testing::Ect(),
        RequestFor<v1::RecordSessionNoteRequest>(name, "session_note { text: 'Routines.' }"));
    EXPECT_TRUE(noted.ok()) << noted.status();
    return name;
  }
};

TEST_F(ReferencesTest, AnActionPlanLinksToASupportPlanThatThereIs) {
  const auto drafted = AsEct(Drafting());
  ASSERT_TRUE(drafted.ok()) << drafted.status();
  const std::string& plan = drafted->action_plan().name();
  auto link = RequestFor<v1::LinkSupportPlanRequest>(
      plan, std::string("link { support_plan: '") + kNoPlan + "' }");
  const absl::Status missing = AsEct(link).status();
  ExpectError(missing, StatusCode::kNotFound, "SUPPORT_PLAN_NOT_FOUND");
  EXPECT_THAT(std::string(missing.message()), HasSubstr("link.support_plan"));
  EXPECT_EQ(testing::ErrorMetadataOf(missing, "name"), kNoPlan);
  // Refused, nothing is remembered of it: the same request may name another one.
  link.mutable_link()->set_support_plan(Open().name());
  const auto linked = AsEct(link);
  ASSERT_TRUE(linked.ok()) << linked.status();
  EXPECT_EQ(AsEct(link)->SerializeAsString(), linked->SerializeAsString());
}

TEST_F(ReferencesTest, AnActionPlanBelongsToAnInductionThatThereIs) {
  const absl::Status missing =
      AsEct(Drafting(std::string("induction: '") + kNoInduction + "'")).status();
  ExpectError(missing, StatusCode::kNotFound, "INDUCTION_NOT_FOUND");
  EXPECT_THAT(std::string(missing.message()), HasSubstr("action_plan.induction"));
  EXPECT_TRUE(AsEct(Drafting("induction: '" + Register() + "'")).ok());
}

TEST_F(ReferencesTest, TargetsComeFromSessionNotesThatThereAre) {
  const std::string induction = "induction: '" + Register() + "' ";
  const auto with_note = [&](const std::string& id) {
    return AsEct(
        Drafting(induction + "targets { statement: 'Cold call.' note_ids: '" + id + "' }"));
  };
  ExpectError(with_note("n2").status(), StatusCode::kNotFound, "ENTRY_NOT_FOUND");
  ExpectError(with_note("s1").status(), StatusCode::kNotFound, "ENTRY_NOT_FOUND");
  const auto drafted = with_note("n1");
  ASSERT_TRUE(drafted.ok()) << drafted.status();
  const std::string& plan = drafted->action_plan().name();
  ExpectError(AsEct(RequestFor<v1::SetActionPlanTargetRequest>(
                        plan, "target { statement: 'Model.' note_ids: 'n1' note_ids: 'n7' }"))
                  .status(),
              StatusCode::kNotFound, "ENTRY_NOT_FOUND");
  ExpectError(
      AsEct(RequestFor<v1::ReviseActionPlanTargetRequest>(plan, "target_id: 't1' note_ids: 'n7'"))
          .status(),
      StatusCode::kNotFound, "ENTRY_NOT_FOUND");
  EXPECT_TRUE(AsEct(RequestFor<v1::SetActionPlanTargetRequest>(
                        plan, "target { statement: 'Model.' note_ids: 'n1' }"))
                  .ok());
}

TEST_F(ReferencesTest, WhatWasAcceptedOnceIsAnsweredWithoutALook) {
  const std::string induction = Register();
  const auto draft = Drafting("induction: '" + induction + "'");
  const auto first = AsEct(draft);
  ASSERT_TRUE(first.ok()) << first.status();
  server_.Restart();
  EXPECT_EQ(AsEct(draft)->SerializeAsString(), first->SerializeAsString());
}

}  // namespace
}  // namespace trellis::services
