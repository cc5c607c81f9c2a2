// What commands answer.
#include <fstream>
#include <sstream>

#include "tests/services/service_fixture.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::IsEmpty;
using testing::RequestFor;

using CommandsTest = ServiceTest;

TEST_F(CommandsTest, AReplyShowsThePlanAndWhereTheCommandStands) {
  const v1::SupportPlanReply opened = Give(testing::Tutor(), testing::OpenRequest());
  // The plan, a concern and four reviews.
  EXPECT_EQ(opened.receipt().last_position(), opened.receipt().first_position() + 5);
  EXPECT_EQ(opened.receipt().event_ids_size(), 6);
  EXPECT_EQ(opened.receipt().leaf_digests_size(), 6);
  EXPECT_EQ(opened.receipt().leaf_digests(0).size(), 32u);
  EXPECT_EQ(opened.receipt().record_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(opened.support_plan().revision(), 6);
  EXPECT_EQ(opened.support_plan().etag(), "\"6\"");
  EXPECT_EQ(opened.support_plan().DebugString(),
            client().Get(opened.support_plan().name())->DebugString());
}

TEST_F(CommandsTest, APlanWithoutAnIdGetsOneThatFollowsFromTheRequest) {
  auto request = testing::OpenRequest();
  request.clear_support_plan_id();
  const std::string name = Give(testing::Tutor(), request).support_plan().name();
  EXPECT_EQ(Give(testing::Tutor(), request).support_plan().name(), name);
  request.set_request_id(testing::NewId());
  EXPECT_NE(Give(testing::Tutor(), request).support_plan().name(), name);
}

TEST_F(CommandsTest, WarningsAreInTheReply) {
  const v1::SupportPlan plan = Open();
  const auto reply = Give(
      testing::Tutor(),
      RequestFor<v1::ScheduleReviewRequest>(plan.name(), "review { scheduled_on: '2022-10-15' }"));
  ASSERT_EQ(reply.warnings_size(), 1);
  EXPECT_EQ(reply.warnings(0).reason(), "REVIEW_DATE_MOVED");
  EXPECT_EQ(reply.warnings(0).field(), "review.scheduled_on");
  EXPECT_EQ(reply.support_plan().reviews(4).scheduled_on(), "2022-10-17");
}

TEST_F(CommandsTest, RenewingShowsTheNewPlanAndIsOneCommit) {
  const v1::SupportPlan old_plan = Open();
  auto request = RequestFor<v1::RenewPlanRequest>(old_plan.name(), "words: 'More time.'");
  request.set_support_plan_id(testing::NewId());
  const v1::SupportPlanReply reply = Give(testing::Headteacher(), request);
  const v1::SupportPlan& renewed = reply.support_plan();
  EXPECT_EQ(renewed.name(), absl::StrCat("supportPlans/", request.support_plan_id()));
  EXPECT_EQ(renewed.renews(), old_plan.name());
  EXPECT_EQ(renewed.concerns_size(), 1);
  EXPECT_EQ(renewed.DebugString(), client().Get(renewed.name())->DebugString());
  const auto closed = client().Get(old_plan.name());
  EXPECT_EQ(closed->state(), v1::SupportPlan::CLOSED);
  EXPECT_EQ(closed->closure().reason(), v1::Closure::RENEWED);
  EXPECT_EQ(closed->renewed_by(), renewed.name());
  // One event closes the old plan; the others make the new one, right behind it.
  EXPECT_EQ(reply.receipt().event_ids_size(), 1 + renewed.revision());
  EXPECT_EQ(reply.receipt().last_position() - reply.receipt().first_position(), renewed.revision());
  v1::ListTrailRequest trail;
  trail.set_parent(old_plan.name());
  const auto old_trail = client().Read<v1::ListTrailResponse>(trail);
  EXPECT_EQ(old_trail->entries().rbegin()->position(), reply.receipt().first_position());
  trail.set_parent(renewed.name());
  const auto new_trail = client().Read<v1::ListTrailResponse>(trail);
  EXPECT_EQ(new_trail->entries(0).position(), reply.receipt().first_position() + 1);
  EXPECT_EQ(new_trail->entries(0).request_id(), request.request_id());
}

TEST_F(CommandsTest, RenewingWantsAFreeId) {
  const v1::SupportPlan plan = Open();
  const v1::SupportPlan other = Open();
  auto request = RequestFor<v1::RenewPlanRequest>(plan.name(), "words: 'More time.'");
  request.set_etag(plan.etag());
  request.set_support_plan_id(other.name().substr(other.name().find('/') + 1));
  ExpectError(client().Give(testing::Tutor(), request).status(), StatusCode::kAlreadyExists,
              "SUPPORT_PLAN_EXISTS");
  request.set_support_plan_id(plan.name().substr(plan.name().find('/') + 1));
  ExpectError(client().Give(testing::Tutor(), request).status(), StatusCode::kFailedPrecondition,
              "RENEWS_ITSELF");
  EXPECT_EQ(client().Get(plan.name())->state(), v1::SupportPlan::ACTIVE);
}

TEST_F(CommandsTest, TheActorsNameIsPercentDecoded) {
  const v1::SupportPlan plan = Open();
  const auto name_after = [&](const std::string& sent) {
    testing::Metadata metadata = MetadataOf(testing::Tutor());
    metadata.erase("trellis-actor-name");
    metadata.emplace("trellis-actor-name", sent);
    const auto request = testing::OutcomeRequest(plan.name(), "Calm.");
    const auto answer = client().CallBytes(testing::RpcClient::PathOf(testing::MethodFor(request)),
                                           metadata, request.SerializeAsString());
    v1::SupportPlanReply reply;
    if (!answer.ok() || !reply.ParseFromString(*answer)) return ReasonOf(answer);
    return reply.support_plan().outcomes().rbegin()->entry().recorded_by().name();
  };
  EXPECT_EQ(name_after("Ruth"), "Ruth");
  EXPECT_EQ(name_after("Si%C3%A2n%20Hughes"), "Siân Hughes");
  EXPECT_EQ(name_after("Si%c3%a2n"), "Siân");
  EXPECT_EQ(name_after("100%"), "100%");
  EXPECT_EQ(name_after("100%2"), "100%2");
  EXPECT_EQ(name_after("%zz%+1%2 5"), "%zz%+1%2 5");
  EXPECT_EQ(name_after("%25"), "%");
  EXPECT_EQ(name_after("%C3"), "ACTOR_INVALID");
  EXPECT_EQ(name_after("%07"), "ACTOR_INVALID");
  EXPECT_EQ(name_after("%20"), "ACTOR_MISSING");
}

TEST_F(CommandsTest, ACapacityIsReadInAnyCase) {
  const v1::SupportPlan plan = Open();
  for (const char* const capacity : {"INDUCTION_TUTOR", "induction-tutor", "Induction_Tutor"}) {
    testing::Metadata metadata = MetadataOf(testing::Tutor());
    metadata.erase("trellis-capacity");
    metadata.emplace("trellis-capacity", capacity);
    const auto request = testing::OutcomeRequest(plan.name(), "Calm.");
    EXPECT_EQ(ReasonOf(client().CallBytes(testing::RpcClient::PathOf(testing::MethodFor(request)),
                                          metadata, request.SerializeAsString())),
              "OK")
        << capacity;
  }
}

TEST_F(CommandsTest, DatesAtTheEndOfTheCalendarDoNoHarm) {
  auto request = testing::OpenRequest();
  request.mutable_support_plan()->set_starts_on("2099-12-31");
  const Reply reply = client().Give(testing::Tutor(), request);
  if (!reply.ok()) return ExpectWellFormed(reply.status());
  for (const v1::Review& review : reply->support_plan().reviews()) {
    EXPECT_GE(review.scheduled_on(), "2099-12-31");
    EXPECT_LE(review.scheduled_on(), "2100-02-28");
  }
}

TEST_F(CommandsTest, TheWorkedExamplePlays) {
  clock_.Advance(absl::Hours(24 * 30));
  std::ifstream file("deploy/example/support_plan.txtpb");
  std::stringstream text;
  text << file.rdbuf();
  const auto play = testing::ParseText<v1::Play>(text.str());
  ASSERT_GT(play.steps_size(), 10);
  // It brings its own directory.
  const testing::RpcClient as_it_is(server_.grpc_address(), testing::RpcClient::Directory::kAsItIs);
  v1::SupportPlanReply reply;
  const auto give = [&](const v1::PlayStep& step) {
    const google::protobuf::Message& request = testing::RequestOf(step.command());
    const auto bytes = as_it_is.CallBytes({step.actor(), step.capacity()}, request);
    ASSERT_TRUE(bytes.ok()) << request.GetTypeName() << ": " << bytes.status();
    reply.ParseFromString(*bytes);
  };
  for (const v1::PlayStep& step : play.steps()) give(step);
  EXPECT_THAT(reply.support_plan().awaiting_signatures(), IsEmpty());
  // Playing it again changes nothing.
  for (const v1::PlayStep& step : play.steps()) give(step);
  EXPECT_EQ(client().Get(reply.support_plan().name())->DebugString(),
            reply.support_plan().DebugString());
}

}  // namespace
}  // namespace trellis::services
