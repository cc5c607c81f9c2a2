// The queue's commands against a real server.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/trellis/run.h"
#include "google/protobuf/empty.pb.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/lifecycle.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_server.h"
#include "trellis/v1/queue_service.pb.h"

namespace trellis::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What one run of the program did.
struct Done {
  int exit_code;
  std::string out;
  std::string err;
};

// Calls `each` with what was written whenever it is flushed.
class Watched : public std::stringbuf {
 public:
  explicit Watched(std::function<void(const std::string&)> each) : each_(std::move(each)) {}
  int sync() override {
    if (each_) each_(str());
    return 0;
  }

 private:
  const std::function<void(const std::string&)> each_;
};

class QueueCommandsTest : public ::testing::Test {
 protected:
  QueueCommandsTest() { server_.client().IntroduceAll(); }

  // Runs `trellis queue` with `words`.
  Done Queue(const std::string& words, std::function<bool()> interrupted = nullptr,
             std::function<void(const std::string&)> on_output = nullptr) {
    std::vector<std::string> arguments = {"--server", server_.grpc_address(), "queue"};
    for (const auto& word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
      arguments.emplace_back(word);
    }
    std::istringstream in;
    Watched buffer(std::move(on_output));
    std::ostream out(&buffer);
    std::ostringstream err;
    const Process process{.variables = [](const std::string&) { return std::nullopt; },
                          .in = in,
                          .out = out,
                          .err = err,
                          .interrupted = std::move(interrupted)};
    const int exit_code = cli::Run(arguments, process);
    return {exit_code, buffer.str(), err.str()};
  }
  // The lines that it prints; it must succeed.
  std::vector<std::string> Lines(const std::string& words) {
    const Done done = Queue(words);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    std::vector<std::string> lines = absl::StrSplit(done.out, '\n');
    EXPECT_EQ(lines.back(), "");
    lines.pop_back();
    return lines;
  }
  // How many words the line has that are `words`, in their order, whatever is between.
  static auto Row(const std::vector<std::string>& words) {
    return ContainsRegex("^" + absl::StrJoin(words, " +") + "$");
  }

  v1::SupportPlan Open() {
    const auto reply = server_.client().Give(testing::Tutor(), testing::OpenRequest());
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? reply->support_plan() : v1::SupportPlan();
  }
  // An event more, and its position.
  int64_t WriteOne(const std::string& plan) {
    const auto reply =
        server_.client().Give(testing::Tutor(), testing::OutcomeRequest(plan, "Calm."));
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? reply->receipt().last_position() : 0;
  }
  // Has `id` give up all that it has, and waits until that is written.
  void GiveUp(const std::string& id) {
    v1::GetSubscriptionStatusRequest status;
    status.set_subscription("projects/trellis/subscriptions/" + id);
    const auto letters = [&] {
      return server_.client().Read<v1::SubscriptionStatus>(status)->dead_letters();
    };
    const int64_t backlog =
        server_.client().Read<v1::SubscriptionStatus>(status)->backlog_messages();
    NackAll(id);
    while (letters() < backlog && !HasFatalFailure()) {
    }
  }
  void NackAll(const std::string& id) {
    google::pubsub::v1::PullRequest pull;
    pull.set_subscription("projects/trellis/subscriptions/" + id);
    pull.set_max_messages(1000);
    pull.set_return_immediately(true);
    for (;;) {
      const auto messages = server_.client().Read<google::pubsub::v1::PullResponse>(pull);
      ASSERT_TRUE(messages.ok()) << messages.status();
      if (messages->received_messages().empty()) return;
      google::pubsub::v1::ModifyAckDeadlineRequest give_back;
      give_back.set_subscription(pull.subscription());
      for (const auto& one : messages->received_messages()) give_back.add_ack_ids(one.ack_id());
      ASSERT_TRUE(server_.client().Read<google::protobuf::Empty>(give_back).ok());
    }
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  testing::TestServer server_{directory_ / "data", clock_};
};

TEST_F(QueueCommandsTest, ASubscriptionIsMadeListedShownAndDeletedByItsShortName) {
  EXPECT_THAT(Lines("list"), ElementsAre("no subscriptions"));
  EXPECT_THAT(
      Lines("create mis --ordered --filter attributes:ce-type --minimum-backoff 0s "
            "--maximum-backoff 2m --dead-letter-topic failed --labels format=json "
            "--ttl 31d"),
      AllOf(::testing::Contains(Row({"subscription", "projects/trellis/subscriptions/mis"})),
            ::testing::Contains(Row({"ordered", "yes"})),
            ::testing::Contains(Row({"labels", "format=json"})),
            ::testing::Contains(Row({"retries", "after 0, doubled up to 2m"})),
            ::testing::Contains(Row({"dead letters", "to failed after 5 deliveries"})),
            ::testing::Contains(Row({"expires", "after 31d without use"}))));
  const std::string plan = Open().name();
  WriteOne(plan);
  clock_.Advance(absl::Minutes(5));
  const auto list = Lines("list");
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_THAT(list[0], StartsWith("SUBSCRIPTION  TOPIC   FILTER"));
  EXPECT_THAT(list[1],
              Row({"mis", "events", "attributes:ce-type", "[0-9]+", "5 min", "0", "0", "0", "0"}));
  EXPECT_THAT(Lines("show mis"), AllOf(::testing::Contains(Row({"oldest", "5 min"})),
                                       ::testing::Contains(Row({"consumers", "0"}))));
  EXPECT_THAT(Queue("show projects/trellis/subscriptions/mis --output json").out,
              AllOf(StartsWith("{\"settings\":{"), HasSubstr("\"status\":{\"subscription\"")));
  EXPECT_THAT(Lines("topics"), ElementsAre("events", "failed"));
  EXPECT_THAT(Lines("delete mis"), ElementsAre("done"));
  EXPECT_EQ(Queue("show mis").exit_code, 4);
  EXPECT_THAT(Queue("delete mis").err, HasSubstr("(SUBSCRIPTION_NOT_FOUND)"));
}

TEST_F(QueueCommandsTest, ASubscriptionIsSetBackAndForth) {
  Open();
  Lines("create mis");
  const auto backlog = [&] {
    const std::string out = Queue("show mis --output json").out;
    return out.find("backlogMessages") == std::string::npos;
  };
  EXPECT_TRUE(backlog()) << "it begins with what comes";
  EXPECT_THAT(Lines("snapshot before-term --subscription mis"), SizeIs(5));
  EXPECT_THAT(Lines("seek mis --beginning"), ElementsAre("done"));
  EXPECT_FALSE(backlog());
  Lines("seek mis --end");
  EXPECT_TRUE(backlog());
  Lines("seek mis --time 2000-01-01T00:00:00Z");
  EXPECT_FALSE(backlog());
  Lines("seek mis --snapshot before-term");
  EXPECT_TRUE(backlog());
  EXPECT_THAT(Lines("snapshots"), ElementsAre(Row({"SNAPSHOT", "TOPIC", "EXPIRES"}),
                                              StartsWith("before-term  events  2022-10-10")));
  Lines("delete-snapshot before-term");
  EXPECT_THAT(Lines("snapshots"), ElementsAre("no snapshots"));
  for (const char* const words :
       {"seek mis", "seek mis --beginning --end", "seek mis --time 2000-01-01T00:00:00Z --end",
        "seek mis --snapshot one --time 2000-01-01T00:00:00Z", "seek"}) {
    EXPECT_EQ(Queue(words).exit_code, 2) << words;
  }
}

TEST_F(QueueCommandsTest, DeadLettersAreListedAndSentAgain) {
  Lines("create mis --minimum-backoff 0s --maximum-backoff 0s --dead-letter-topic failed");
  Lines("create other --minimum-backoff 0s --maximum-backoff 0s --dead-letter-topic broken");
  EXPECT_THAT(Lines("dead"), ElementsAre("no dead letters"));
  Open();
  GiveUp("mis");
  GiveUp("other");
  const auto of_failed = Lines("dead failed");
  ASSERT_GT(of_failed.size(), 3u);
  EXPECT_THAT(of_failed[0], StartsWith("DEAD LETTER  POSITION  TYPE"));
  EXPECT_THAT(of_failed[1],
              Row({"failed/1", "[0-9]+", "trellis.v1.SupportPlanOpened", "supportPlans/[-0-9a-f]+",
                   "mis", "5", "nack", "2022-10-03 09:00:00 BST", "-"}));
  EXPECT_THAT(Lines("dead"), SizeIs(2 * of_failed.size() - 1)) << "those of both topics";
  EXPECT_THAT(Queue("dead-letter failed/1").out, HasSubstr("\"number\": \"1\""));

  EXPECT_THAT(Lines("redrive failed 1 3"), ElementsAre("sent again: 2"));
  EXPECT_THAT(Lines("redrive failed --numbers 1 2"), ElementsAre("sent again: 2"))
      << "a flag's and the rest";
  EXPECT_THAT(Lines("redrive failed --all"),
              ElementsAre(absl::StrCat("sent again: ", of_failed.size() - 1 - 3)));
  EXPECT_EQ(Queue("redrive failed").exit_code, 3);
  EXPECT_EQ(Queue("redrive failed one").exit_code, 2);
  EXPECT_EQ(Queue("redrive failed 4711").exit_code, 4);
  EXPECT_EQ(Queue("redrive").exit_code, 2);
  EXPECT_EQ(Queue("dead nothing").exit_code, 4);
}

TEST_F(QueueCommandsTest, TheTailShowsALinePerEventAndLeavesNothingBehind) {
  const v1::SupportPlan plan = Open();
  // The directory's events come first.
  const int64_t first = WriteOne(plan.name()) - plan.revision();
  const auto lines = Lines(absl::StrCat("tail --from beginning --count ", first));
  ASSERT_THAT(lines, SizeIs(first));
  EXPECT_THAT(lines.front(), StartsWith("       1  2022-10-03 09:00:00 BST  "));
  EXPECT_THAT(lines.back(),
              AllOf(StartsWith(absl::StrFormat(
                        "%8d  2022-10-03 09:00:00 BST  trellis.v1.SupportPlanOpened ", first)),
                    HasSubstr(plan.name() + "  -")));
  EXPECT_THAT(Lines("list"), ElementsAre("no subscriptions"));
  EXPECT_THAT(Lines("tail --from 2022-10-03T08:00:00Z --count 1"), ElementsAre(lines.front()));

  const Done json = Queue("tail --from beginning --count 1 --output json");
  EXPECT_THAT(
      json.out,
      AllOf(StartsWith("{\"attempt\":0,\"message\":{"), HasSubstr("\"messageId\":\"1\""),
            HasSubstr(",\"event\":{\"occurredOn\":\"2022-10-03\""), Not(HasSubstr("\"data\""))));
}

TEST_F(QueueCommandsTest, TheTailWritesOutEachEventAsWhatItsStreamHas) {
  const v1::SupportPlan plan = Open();
  const int64_t last = WriteOne(plan.name());
  const auto lines = Lines(absl::StrCat("tail --from beginning --count ", last, " --output json"));
  ASSERT_THAT(lines, SizeIs(last));
  for (const auto& line : lines) {
    // As the attributes say; `PersonRegistered` is the field `personRegistered`.
    const std::vector<std::string> parts = absl::StrSplit(line, "\"ce-type\":\"trellis.v1.");
    ASSERT_THAT(parts, SizeIs(2)) << line;
    std::string kind = parts[1].substr(0, parts[1].find('"'));
    kind[0] = absl::ascii_tolower(static_cast<unsigned char>(kind[0]));
    EXPECT_THAT(parts[1], HasSubstr(absl::StrCat(",\"", kind, "\":{")));
  }
  EXPECT_THAT(
      lines,
      Contains(HasSubstr(
          "\"personRegistered\":{\"personName\":{\"nameId\":\"n1\",\"fullName\":\"Somebody")));
}

TEST_F(QueueCommandsTest, TheTailGoesOnUntilItIsInterrupted) {
  const std::string plan = Open().name();
  const int64_t last = WriteOne(plan);
  std::string seen;
  int asked = 0;
  // Asked first once before anything is made, then while it waits: only then is there an event.
  const auto interrupted = [&] {
    if (++asked == 2) WriteOne(plan);
    return !seen.empty();
  };
  const Done done = Queue("tail", interrupted, [&](const std::string& out) { seen = out; });
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith(absl::StrFormat("%8d  ", last + 1)));
  EXPECT_THAT(Lines("list"), ElementsAre("no subscriptions"));
}

TEST_F(QueueCommandsTest, TheTailOfASubscriptionTakesNothingFromIt) {
  Lines("create mis --filter attributes.ce-type=\"trellis.v1.OutcomeRecorded\"");
  const std::string plan = Open().name();
  const int64_t first = WriteOne(plan);
  WriteOne(plan);
  const auto lines = Lines("tail mis --count 2");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], StartsWith(absl::StrFormat("%8d  ", first)));
  EXPECT_THAT(Lines("tail mis --count 2"), ElementsAre(lines[0], lines[1]));
  EXPECT_THAT(Lines("snapshots"), ElementsAre("no snapshots"));
  EXPECT_THAT(Lines("list"), SizeIs(2));
  // To take part in it is another matter.
  EXPECT_THAT(Lines("tail mis --count 2 --ack"), ElementsAre(lines[0], lines[1]));
  EXPECT_THAT(Queue("show mis --output json").out, HasSubstr("\"acknowledgements\":\"2\""));
  WriteOne(plan);
  EXPECT_THAT(Lines("tail mis --count 1 --ack"), Not(ElementsAre(lines[0])));
}

TEST_F(QueueCommandsTest, TheTailOfDeadLettersCountsAsAnyOther) {
  Lines("create mis --minimum-backoff 0s --maximum-backoff 0s --dead-letter-topic failed");
  Open();
  GiveUp("mis");
  EXPECT_THAT(Lines("tail --topic failed --from beginning --count 1"),
              ElementsAre(AllOf(ContainsRegex("^ +[0-9]+  "), HasSubstr("SupportPlanOpened"))));
}

TEST_F(QueueCommandsTest, TailsThatCannotBeAreRefusedBeforeAnythingIsMade) {
  Lines("create mis");
  for (const char* const words :
       {"tail --ack", "tail mis --filter attributes:x", "tail mis --topic events",
        "tail mis --ack --from beginning", "tail --from yesterday", "tail --count 0",
        "tail --count many", "tail a b"}) {
    EXPECT_EQ(Queue(words).exit_code, 2) << words;
  }
  EXPECT_EQ(Queue("tail none").exit_code, 4);
  EXPECT_EQ(Queue("tail none --ack").exit_code, 4);
  EXPECT_EQ(Queue("tail --filter x=").exit_code, 3);
  EXPECT_THAT(Lines("list"), SizeIs(2));
}

TEST_F(QueueCommandsTest, ATailWhoseOutputIsLostStopsAndTidiesUp) {
  Open();
  std::istringstream in;
  std::ostringstream err;
  std::ostream full(nullptr);
  const Process process{.variables = [](const std::string&) { return std::nullopt; },
                        .in = in,
                        .out = full,
                        .err = err};
  EXPECT_EQ(cli::Run({"--server", server_.grpc_address(), "queue", "tail", "--from", "beginning"},
                     process),
            1);
  EXPECT_THAT(err.str(), HasSubstr("standard output"));
  EXPECT_THAT(Lines("list"), ElementsAre("no subscriptions"));
}

TEST_F(QueueCommandsTest, ASubscriptionThatIsDeletedEndsItsTail) {
  Open();
  Lines("create mis");
  int asked = 0;
  const auto interrupted = [&] {
    if (++asked == 1) Lines("delete mis");
    return false;
  };
  const Done done = Queue("tail mis --ack", interrupted);
  EXPECT_EQ(done.exit_code, 4);
  EXPECT_THAT(done.err, HasSubstr("(SUBSCRIPTION_NOT_FOUND)"));
}

}  // namespace
}  // namespace trellis::cli
