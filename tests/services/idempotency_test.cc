// The same request again: the first answer, for ever, and nothing written.
#include <functional>
#include <thread>

#include "tests/services/service_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using ::testing::AnyOf;
using testing::MetadataOf;
using testing::RequestFor;

// What was sent and what was answered.
struct Sent {
  testing::Actor actor;
  std::string path;
  std::string request;
  std::string answer;
};

class IdempotencyTest : public ServiceTest {
 protected:
  // Sends the request and keeps what is needed to repeat it. It must be accepted.
  Sent Send(const testing::Actor& actor, const google::protobuf::Message& request) {
    Sent sent{actor, testing::RpcClient::PathOf(testing::MethodFor(request)),
              request.SerializeAsString(), ""};
    const auto answer = client().CallBytes(sent.path, MetadataOf(actor), sent.request);
    EXPECT_TRUE(answer.ok()) << sent.path << ": " << answer.status();
    sent.answer = answer.value_or("");
    return sent;
  }
  void ExpectSameAnswer(const Sent& sent) {
    const auto again = client().CallBytes(sent.path, MetadataOf(sent.actor), sent.request);
    ASSERT_TRUE(again.ok()) << sent.path << ": " << again.status();
    EXPECT_EQ(Parsed(*again).DebugString(), Reply(sent).DebugString()) << sent.path;
    EXPECT_TRUE(*again == sent.answer) << sent.path << ": equal in content, not in bytes";
  }
  static v1::SupportPlanReply Parsed(const std::string& answer) {
    v1::SupportPlanReply reply;
    EXPECT_TRUE(reply.ParseFromString(answer));
    return reply;
  }
  static v1::SupportPlanReply Reply(const Sent& sent) { return Parsed(sent.answer); }

  // Sends a command of every kind, each with `after` called behind it.
  std::vector<Sent> SendLifecycle(const std::function<void(const Sent&)>& after) {
    std::vector<Sent> all;
    v1::SupportPlan plan;
    for (v1::PlayStep step : testing::Lifecycle()) {
      testing::Prepare(plan, *step.mutable_command());
      all.push_back(Send({step.actor(), step.capacity()}, testing::RequestOf(step.command())));
      after(all.back());
      plan = Reply(all.back()).support_plan();
      clock_.Advance(absl::Seconds(1));
    }
    return all;
  }
};

TEST_F(IdempotencyTest, EveryCommandGetsItsFirstAnswerForEver) {
  const int64_t before = WriteOne();
  int64_t events = 0;
  const std::vector<Sent> all = SendLifecycle([&](const Sent& sent) {
    ExpectSameAnswer(sent);
    events += Reply(sent).receipt().event_ids_size();
  });
  EXPECT_EQ(all.size(), 28u);
  // The plan has moved on since.
  for (const Sent& sent : all) ExpectSameAnswer(sent);
  server_.Restart();
  for (const Sent& sent : all) ExpectSameAnswer(sent);
  EXPECT_EQ(WriteOne(), before + events + 1);
}

TEST_F(IdempotencyTest, ARequestIdIsForOneRequest) {
  const std::vector<Sent> all = SendLifecycle([](const Sent&) {});
  const int64_t before = WriteOne();
  const testing::RpcClient as_it_is(server_.grpc_address(), testing::RpcClient::Directory::kAsItIs);
  for (const Sent& sent : all) {
    SCOPED_TRACE(sent.path);
    // Another body: an unknown field is one as well.
    const auto other = as_it_is.CallBytes(sent.path, MetadataOf(sent.actor),
                                          sent.request + std::string("\xf8\x3f\x01", 3));
    ExpectError(other.status(), StatusCode::kAlreadyExists, "REQUEST_ID_REUSED");
    // Another actor, who may do nothing there: is told what any stranger is.
    testing::Actor actor = sent.actor;
    actor.party.set_person("people/00000000-0000-4000-8000-0000000000ff");
    const auto strange = as_it_is.CallBytes(sent.path, MetadataOf(actor), sent.request);
    EXPECT_THAT(ReasonOf(strange), AnyOf("SUPPORT_PLAN_NOT_FOUND", "ROLE_NOT_HELD"));
    // The same person in another capacity.
    actor = sent.actor;
    actor.capacity = v1::GOVERNOR;
    ExpectError(as_it_is.CallBytes(sent.path, MetadataOf(actor), sent.request).status(),
                StatusCode::kPermissionDenied, "CAPACITY_NOT_ALLOWED");
  }
  // Another actor who may do the same.
  const v1::SupportPlan shared = Open();
  const auto raise = testing::OutcomeRequest(shared.name(), "Calm.");
  Give(testing::Tutor(), raise);
  ExpectError(client().Give(testing::Headteacher(), raise).status(), StatusCode::kAlreadyExists,
              "REQUEST_ID_REUSED");
  // Another rpc.
  const v1::SupportPlan plan = Open();
  const auto outcome = testing::OutcomeRequest(plan.name(), "Calm.");
  Give(testing::Tutor(), outcome);
  auto comment = RequestFor<v1::AddCommentRequest>(plan.name(), "comment { words: 'Thanks.' }");
  comment.set_request_id(outcome.request_id());
  const absl::Status status = client().Give(testing::Ect(), comment).status();
  ExpectError(status, StatusCode::kAlreadyExists, "REQUEST_ID_REUSED");
  EXPECT_EQ(testing::ErrorMetadataOf(status, "request_id"), outcome.request_id());
  EXPECT_EQ(WriteOne(), before + shared.revision() + plan.revision() + 3);
}

// The command itself ended what they may do, and its answer was lost.
TEST_F(IdempotencyTest, AnAnswerIsTheirsWhoGaveTheCommandThoughTheyMayDoNothingSince) {
  const v1::SupportPlan plan = Open();
  auto change = testing::RequestFor<v1::ChangePartyRequest>(plan.name(), R"pb(
    capacity: APPROPRIATE_BODY
    party { person: "people/00000000-0000-4000-8000-0000000000d2" name: "Una Body" }
    reason: "The contact has changed."
  )pb");
  const auto first = client().CallBytes(testing::Headteacher(), change);
  ASSERT_TRUE(first.ok()) << first.status();
  v1::GetPersonRequest get;
  get.set_name(testing::Headteacher().party.person());
  const auto person = client().Read<v1::Person>(get);
  ASSERT_TRUE(person.ok()) << person.status();
  for (const v1::PersonRole& role : person->roles()) {
    auto over = testing::RequestFor<v1::EndRoleRequest>(person->name(), "ends_on: '2022-10-03'");
    over.set_role_id(role.role_id());
    const auto reply = client().Ask<v1::PersonReply>(testing::Administrator(), over);
    ASSERT_TRUE(reply.ok()) << reply.status();
  }
  clock_.Advance(absl::Hours(48));
  const testing::RpcClient as_it_is(server_.grpc_address(), testing::RpcClient::Directory::kAsItIs);
  const auto outcome = testing::OutcomeRequest(plan.name(), "Calm.");
  EXPECT_FALSE(as_it_is.CallBytes(testing::Headteacher(), outcome).ok());
  const auto again = as_it_is.CallBytes(testing::Headteacher(), change);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *first);
}

TEST_F(IdempotencyTest, ARefusedRequestIsNotRemembered) {
  const v1::SupportPlan plan = Open();
  auto request = testing::OutcomeRequest(plan.name(), "Calm.");
  request.set_occurred_on("2022-10-04");
  EXPECT_EQ(ReasonOf(client().Give(testing::Tutor(), request)), "OCCURRED_IN_FUTURE");
  clock_.Advance(absl::Hours(24));
  Give(testing::Tutor(), request);
}

TEST_F(IdempotencyTest, OneRequestSentAtOnceByManyHasOneEffect) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 10;
  const v1::SupportPlan plan = Open();
  const int64_t before = WriteOne();
  for (int round = 0; round < kRounds; ++round) {
    const auto request = testing::OutcomeRequest(plan.name(), "Calm.");
    std::vector<absl::StatusOr<std::string>> answers(kThreads, absl::UnknownError("unset"));
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&] { answer = client().CallBytes(testing::Tutor(), request); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      ASSERT_EQ(Parsed(*answer).DebugString(), Parsed(*answers[0]).DebugString());
      EXPECT_EQ(*answer, *answers[0]);
      EXPECT_EQ(Parsed(*answer).receipt().event_ids_size(), 1);
    }
  }
  EXPECT_EQ(WriteOne(), before + kRounds + 1);
  EXPECT_EQ(client().Get(plan.name())->outcomes_size(), kRounds);
}

TEST_F(IdempotencyTest, ACommandThatFindsItAlreadySoWritesNothingAndIsRememberedToo) {
  v1::SupportPlan plan = Open();
  Give(testing::Tutor(), RequestFor<v1::ResolveConcernRequest>(
                             plan.name(), "concern_id: 'c1' resolution: 'Settled.'"));
  const int64_t before = WriteOne();
  const Sent sent =
      Send(testing::Headteacher(), RequestFor<v1::ResolveConcernRequest>(
                                       plan.name(), "concern_id: 'c1' resolution: 'Settled.'"));
  EXPECT_EQ(Reply(sent).receipt().first_position(), 0);
  EXPECT_EQ(Reply(sent).receipt().last_position(), 0);
  EXPECT_FALSE(Reply(sent).receipt().has_record_time());
  EXPECT_EQ(Reply(sent).support_plan().DebugString(), client().Get(plan.name())->DebugString());
  ExpectSameAnswer(sent);
  Give(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Calm."));
  ExpectSameAnswer(sent);
  server_.Restart();
  ExpectSameAnswer(sent);
  // The two outcomes, and between them what the server wrote when it stopped: an anchor of its
  // access log, since the plan was read.
  EXPECT_EQ(WriteOne(), before + 3);
}

}  // namespace
}  // namespace trellis::services
