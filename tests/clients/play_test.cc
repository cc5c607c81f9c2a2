#include "clients/trellis/play.h"

#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "clients/trellis/errors.h"
#include "tests/clients/fake_server.h"
#include "tests/clients/testing.h"

namespace trellis::cli {
namespace {

constexpr char kPlay[] = R"(
    title: 'Two steps'
    steps {
      actor { person: 'people/6f1c2d3e-4b5a-4978-8c6d-0a1b2c3d4e5f' name: 'Ruth Adeyemi' }
      capacity: INDUCTION_TUTOR
      command { raise_concern { name: 'supportPlans/x' request_id: 'r1' } }
    }
    steps {
      actor { person: 'people/0a1b2c3d-4b5a-4978-8c6d-6f1c2d3e4e5f' name: 'Sam Okafor' }
      capacity: ECT
      command { add_comment { name: 'supportPlans/x' request_id: 'r2' comment { words: 'hm' } } }
    })";

absl::StatusOr<v1::Play> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadPlay("-", in);
}

// Answers with revisions 1, 2 and so on, and a warning on the first.
FakeServer::Handler Counting(std::atomic<int>& revision) {
  return [&revision](const FakeServer::Call&) {
    v1::SupportPlanReply reply;
    reply.mutable_support_plan()->set_revision(++revision);
    if (revision == 1) reply.add_warnings()->set_message("moved to 2026-09-14");
    return FakeServer::Answer{{}, reply.SerializeAsString()};
  };
}

// What playing `play` printed, and what came of it.
absl::Status RunOn(const FakeServer& fake, const v1::Play& play, bool json, std::string& printed) {
  Server server({.address = fake.address(), .timeout = absl::Seconds(30), .on_wait = {}});
  std::ostringstream out;
  const absl::Status status = RunPlay(TheContract(), play, server, {.json = json}, out);
  printed = out.str();
  return status;
}

TEST(Play, IsReadAsTextAndAsJson) {
  const auto text = Read(kPlay);
  ASSERT_TRUE(text.ok()) << text.status();
  ASSERT_EQ(text->steps_size(), 2);
  EXPECT_EQ(text->steps(1).command().add_comment().comment().words(), "hm");
  const auto json = Read(absl::StrCat(
      "{\"steps\": [{\"actor\": {\"person\": \"people/", kUuid,
      "\"}, \"capacity\": \"ECT\", \"command\": {\"sign\": {\"requestId\": \"r\"}}}]}"));
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->steps(0).command().sign().request_id(), "r");
}

TEST(Play, IsRefusedByTheStepThatCannotBeSent) {
  const auto without = [](const std::string& part) {
    return ErrorOf(Read(absl::StrReplaceAll(kPlay, {{part, ""}})));
  };
  EXPECT_EQ(without("request_id: 'r2'"),
            "-: step 2 of 2 (add-comment) has no request_id, want a UUID: played again, the step "
            "must not happen twice");
  EXPECT_EQ(without("person: 'people/6f1c2d3e-4b5a-4978-8c6d-0a1b2c3d4e5f'"),
            "-: step 1 of 2 (raise-concern) has no actor, want actor.person people/{uuid}");
  EXPECT_EQ(without("capacity: ECT"),
            "-: step 2 of 2 (add-comment) has no capacity, want one such as INDUCTION_TUTOR");
  EXPECT_EQ(without("raise_concern { name: 'supportPlans/x' request_id: 'r1' }"),
            "-: step 1 of 2 has no command, want one");
  EXPECT_EQ(ErrorOf(Read(absl::StrReplaceAll(
                kPlay, {{"raise_concern { name: 'supportPlans/x' request_id: 'r1' }",
                         "remind { request_id: 'r1' }"}}))),
            "-: step 1 of 2 (remind) is a command that Trellis alone gives, want another");
  EXPECT_EQ(ErrorOf(Read("title: 'empty'")), "-: got no steps, want some");
}

TEST(Play, SendsEachStepAsItsActor) {
  std::atomic<int> revision = 0;
  const FakeServer fake(Counting(revision));
  std::string printed;
  ASSERT_TRUE(RunOn(fake, *Read(kPlay), false, printed).ok());
  EXPECT_EQ(printed,
            "[1/2] Ruth Adeyemi (induction tutor) raise-concern -> revision 1\n"
            "      warning: moved to 2026-09-14\n"
            "[2/2] Sam Okafor (ECT) add-comment -> revision 2\n");
  auto calls = fake.calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[1].method, "/trellis.v1.SupportPlanService/AddComment");
  EXPECT_EQ(calls[1].metadata["trellis-actor"], "people/0a1b2c3d-4b5a-4978-8c6d-6f1c2d3e4e5f");
  EXPECT_EQ(calls[1].metadata["trellis-actor-name"], "Sam%20Okafor");
  EXPECT_EQ(calls[1].metadata["trellis-capacity"], "ECT");
  v1::AddCommentRequest sent;
  ASSERT_TRUE(sent.ParseFromString(calls[1].request));
  EXPECT_EQ(sent.comment().words(), "hm");
}

TEST(Play, PrintsJsonLines) {
  std::atomic<int> revision = 0;
  const FakeServer fake(Counting(revision));
  std::string printed;
  ASSERT_TRUE(RunOn(fake, *Read(kPlay), true, printed).ok());
  EXPECT_EQ(printed.substr(printed.find('\n') + 1),
            "{\"step\":2,\"steps\":2,\"command\":\"add-comment\",\"actor\":{\"person\":"
            "\"people/0a1b2c3d-4b5a-4978-8c6d-6f1c2d3e4e5f\",\"name\":\"Sam Okafor\"},"
            "\"capacity\":\"ECT\",\"reply\":{\"supportPlan\":{\"revision\":\"2\"}}}\n");
}

TEST(Play, CanSendEveryCommandButThoseOfTrellisItself) {
  const google::protobuf::Descriptor& commands = *v1::Command::descriptor();
  // Refused when they are read.
  const std::set<int> own = {
      v1::Command::kRemindFieldNumber,          v1::Command::kRecordKeyRotationFieldNumber,
      v1::Command::kAnchorAccessLogFieldNumber, v1::Command::kRecordAccessLogBreakFieldNumber,
      v1::Command::kProposeErasureFieldNumber,  v1::Command::kCompleteErasureFieldNumber};
  for (int i = 0; i < commands.field_count(); ++i) {
    if (own.count(commands.field(i)->number()) > 0) continue;
    const std::string& request = commands.field(i)->message_type()->full_name();
    EXPECT_NE(TheContract().MethodTaking(request), nullptr) << request;
  }
}

TEST(Play, StopsAtTheFirstErrorAndNamesTheStep) {
  const FakeServer fake([](const FakeServer::Call&) {
    return FakeServer::Answer{
        Error(absl::StatusCode::kFailedPrecondition, "PLAN_CLOSED", "plan x is closed"), ""};
  });
  std::string printed;
  const absl::Status status = RunOn(fake, *Read(kPlay), false, printed);
  EXPECT_EQ(ErrorText(status),
            "trellis: step 1 of 2 (raise-concern): plan x is closed (PLAN_CLOSED)\n");
  EXPECT_EQ(ExitCode(status), 5);
  EXPECT_EQ(printed, "");
  EXPECT_EQ(fake.calls().size(), 1u);
}

}  // namespace
}  // namespace trellis::cli
