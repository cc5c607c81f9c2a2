// Reminders of the real server, by a clock that is moved: each once, whatever happens to the server
// and to the clock.
#include "domain/reminders.h"

#include <filesystem>
#include <httplib.h>

#include "absl/strings/str_cat.h"
#include "tests/services/queue_fixture.h"
#include "tests/support/pull_client.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::services {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PullClient;

// The plans that Open opens on Monday, 3 October 2022, at 9:00 have reviews on the four Mondays
// that follow: r1 on the 10th, r2 on the 17th, r3 on the 24th, r4 on the 31st.
class RemindersTest : public QueueServicesTest {
 protected:
  ReminderRun Look() {
    const auto run = server_.reminders().RunOnce();
    EXPECT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->failures, 0) << run->why;
    return run.value_or(ReminderRun());
  }
  // Looks at the same hour of each of the next `days`.
  void LiveThrough(int days) {
    for (int i = 0; i < days; ++i) {
      clock_.Advance(absl::Hours(24));
      Look();
    }
  }
  // Sets the clock to this time.
  void SetClock(const std::string& time) {
    absl::Time to;
    std::string error;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, time, &to, &error)) << error;
    clock_.Advance(to - clock_.Now());
  }

  // A line for each reminder of the plan: when it was recorded, of what, which.
  std::vector<std::string> Given(const std::string& plan) {
    v1::ListTrailRequest request;
    request.set_parent(domain::RemindersOf(plan));
    const auto trail = client().Read<v1::ListTrailResponse>(request);
    std::vector<std::string> lines;
    if (!trail.ok()) return lines;
    const v1::Reminders all = All(plan);
    for (int i = 0; i < trail->entries_size(); ++i) {
      lines.push_back(absl::StrCat(trail->entries(i).occurred_on(), " ",
                                   all.reminders(i).entry_id(), " ",
                                   v1::Reminder::Kind_Name(all.reminders(i).kind())));
    }
    return lines;
  }
  v1::Reminders All(const std::string& plan) {
    v1::GetRemindersRequest request;
    request.set_name(plan);
    const auto reminders = client().Read<v1::Reminders>(request);
    EXPECT_TRUE(reminders.ok()) << reminders.status();
    return reminders.value_or(v1::Reminders());
  }
};

TEST_F(RemindersTest, FallDueOnceEachAndLeaveThePlanAlone) {
  const v1::SupportPlan plan = Open();
  LiveThrough(30);
  // r1 was planned a week ahead, on that very day: its first moment was over.
  EXPECT_THAT(
      Given(plan.name()),
      ElementsAre("2022-10-09 r1 DAY_BEFORE", "2022-10-10 r2 WEEK_BEFORE", "2022-10-11 r1 OVERDUE",
                  "2022-10-16 r2 DAY_BEFORE", "2022-10-17 r3 WEEK_BEFORE", "2022-10-18 r2 OVERDUE",
                  "2022-10-23 r3 DAY_BEFORE", "2022-10-24 r4 WEEK_BEFORE", "2022-10-25 r3 OVERDUE",
                  "2022-10-30 r4 DAY_BEFORE", "2022-11-01 r4 OVERDUE"));
  EXPECT_EQ(client().Get(plan.name())->etag(), plan.etag());
}

TEST_F(RemindersTest, AreNotGivenAgainOnTheSameDayNorAfterARestart) {
  const std::string plan = Open().name();
  LiveThrough(8);
  const std::vector<std::string> given = Given(plan);
  ASSERT_EQ(given.size(), 3u);
  EXPECT_EQ(Look().reminders, 0);
  server_.Restart();
  EXPECT_EQ(Look().reminders, 0);
  // Nor where the views are made again from the log.
  server_.Stop();
  ASSERT_GT(std::filesystem::remove_all(directory_ / "data/views"), 0u);
  server_.Restart();
  EXPECT_EQ(Look().reminders, 0);
  EXPECT_EQ(Given(plan), given);
}

TEST_F(RemindersTest, ThatWereMissedAreMadeUpAsFarAsTheyAreTrue) {
  const std::string plan = Open().name();
  server_.Stop();
  clock_.Advance(absl::Hours(24 * 9));
  server_.Restart();
  Look();
  EXPECT_THAT(Given(plan), ElementsAre("2022-10-12 r1 OVERDUE", "2022-10-12 r2 WEEK_BEFORE"));
}

TEST_F(RemindersTest, AreRecordedByTheServerItself) {
  Create("reminders", "filter: 'attributes.\"ce-type\" = \"trellis.v1.ReminderFellDue\"'");
  const std::string plan = Open().name();
  server_.Stop();
  clock_.Advance(absl::Hours(24 * 9));
  server_.Restart();
  PullClient stream(server_.grpc_address());
  PullClient::Request first;
  first.set_subscription(SubscriptionName("reminders"));
  first.set_stream_ack_deadline_seconds(10);
  stream.Send(first);
  // Nobody has asked it to look.
  const auto messages = stream.Messages(2);
  ASSERT_EQ(messages.size(), 2u);
  const pubsub::PubsubMessage& message = messages.front().message();
  EXPECT_EQ(message.attributes().at("ce-subject"), domain::RemindersOf(plan));
  v1::RemindersEvent event;
  ASSERT_TRUE(event.ParseFromString(message.data()));
  const v1::Reminder& reminder = event.reminder_fell_due().reminder();
  EXPECT_EQ(reminder.resource(), plan);
  EXPECT_THAT(reminder.people(),
              ElementsAre(testing::Ect().party.person(), testing::Tutor().party.person()));
  // Nothing in it tells a name, a standard or a word of the plan.
  EXPECT_EQ(event.actor_name(), "Trellis");
  EXPECT_THAT(message.data(), Not(HasSubstr(testing::Ect().party.name())));
  EXPECT_THAT(message.data(), Not(HasSubstr(testing::Tutor().party.name())));
  EXPECT_THAT(message.data(), Not(HasSubstr("7d")));
}

TEST_F(RemindersTest, AreNeitherLostNorRepeatedWhenTheClockIsSetBack) {
  const std::string plan = Open().name();
  LiveThrough(6);
  ASSERT_THAT(Given(plan), ElementsAre("2022-10-09 r1 DAY_BEFORE"));
  clock_.Advance(-absl::Hours(24 * 2));
  EXPECT_EQ(Look().reminders, 0);
  LiveThrough(4);
  EXPECT_THAT(Given(plan), ElementsAre("2022-10-09 r1 DAY_BEFORE", "2022-10-10 r2 WEEK_BEFORE",
                                       "2022-10-11 r1 OVERDUE"));
}

TEST_F(RemindersTest, FollowMidnightInLondonWhenSummerTimeEnds) {
  const std::string plan = Open().name();
  LiveThrough(25);  // To Friday, 28 October; the clocks go back on Sunday.
  const size_t before = Given(plan).size();
  SetClock("2022-10-29T22:59:59Z");
  EXPECT_EQ(Look().reminders, 0);
  SetClock("2022-10-29T23:00:00Z");
  EXPECT_EQ(Look().reminders, 1);
  SetClock("2022-10-30T23:30:00Z");
  EXPECT_EQ(Look().reminders, 0);
  SetClock("2022-10-31T23:59:59Z");
  EXPECT_EQ(Look().reminders, 0);
  SetClock("2022-11-01T00:00:00Z");
  EXPECT_EQ(Look().reminders, 1);
  const std::vector<std::string> given = Given(plan);
  EXPECT_THAT(std::vector<std::string>(given.begin() + static_cast<int>(before), given.end()),
              ElementsAre("2022-10-30 r4 DAY_BEFORE", "2022-11-01 r4 OVERDUE"));
}

TEST_F(RemindersTest, FollowMidnightInLondonWhenItBegins) {
  SetClock("2023-03-13T09:00:00Z");
  const std::string plan = Open().name();
  LiveThrough(12);  // To Saturday, 25 March; the clocks go forward on Sunday. r2 is on the 27th.
  const size_t before = Given(plan).size();
  SetClock("2023-03-26T00:00:00Z");
  EXPECT_EQ(Look().reminders, 1);
  SetClock("2023-03-26T23:00:00Z");
  EXPECT_EQ(Look().reminders, 1) << "r3, in a week";
  SetClock("2023-03-27T22:59:59Z");
  EXPECT_EQ(Look().reminders, 0);
  SetClock("2023-03-27T23:00:00Z");
  EXPECT_EQ(Look().reminders, 1);
  const std::vector<std::string> given = Given(plan);
  EXPECT_THAT(std::vector<std::string>(given.begin() + static_cast<int>(before), given.end()),
              ElementsAre("2023-03-26 r2 DAY_BEFORE", "2023-03-27 r3 WEEK_BEFORE",
                          "2023-03-28 r2 OVERDUE"));
}

TEST_F(RemindersTest, AreNoneOfAMomentBeforeTheEntryWasPlannedOrMovedThere) {
  const std::string plan = Open().name();
  const auto schedule = [&](const std::string& day) {
    Give(testing::Tutor(), testing::RequestFor<v1::ScheduleReviewRequest>(
                               plan, absl::StrCat("review { scheduled_on: '", day, "' }")));
  };
  schedule("2022-10-06");  // r5, three days ahead: no reminder a week before.
  Give(testing::Tutor(), testing::RequestFor<v1::RescheduleReviewRequest>(
                             plan, "review_id: 'r1' reason: 'Ill.' scheduled_on: '2022-10-13'"));
  LiveThrough(1);  // To the 4th.
  EXPECT_THAT(Look().reminders, 0);
  schedule("2022-10-05");  // r6, tomorrow: who plans it so knows it.
  LiveThrough(3);          // To the 7th.
  EXPECT_THAT(Given(plan), ElementsAre("2022-10-05 r5 DAY_BEFORE", "2022-10-06 r1 WEEK_BEFORE",
                                       "2022-10-06 r6 OVERDUE", "2022-10-07 r5 OVERDUE"));
}

TEST_F(RemindersTest, WaitWhileThePlanIsPaused) {
  const std::string plan = Open().name();
  Give(testing::Tutor(), testing::RequestFor<v1::AddActionRequest>(
                             plan,
                             "action { concern_id: 'c1' statement: 'Set out the rules.' "
                             "ends_on: '2022-10-12' }"));
  Give(testing::Tutor(),
       testing::RequestFor<v1::PausePlanRequest>(plan, "reason: STATUTORY_LEAVE"));
  LiveThrough(10);
  EXPECT_THAT(Given(plan), IsEmpty());
  // The reviews move on by ten days; what the action was to be done by stays.
  Give(testing::Tutor(), testing::RequestFor<v1::ResumePlanRequest>(plan));
  Look();
  LiveThrough(7);
  EXPECT_THAT(Given(plan), ElementsAre("2022-10-13 a1 OVERDUE", "2022-10-19 r1 DAY_BEFORE",
                                       "2022-10-20 r2 WEEK_BEFORE"));
}

TEST_F(RemindersTest, AreToldInTheTrailAsWhatTrellisDid) {
  const std::string plan = Open().name();
  LiveThrough(6);
  v1::ListTrailRequest request;
  request.set_parent(domain::RemindersOf(plan));
  const auto trail = client().Read<v1::ListTrailResponse>(request);
  ASSERT_TRUE(trail.ok()) << trail.status();
  ASSERT_EQ(trail->entries_size(), 1);
  EXPECT_EQ(trail->entries(0).sentence(),
            "Trellis reminded of review r1, due Mon 10 Oct 2022: day before.");
  EXPECT_EQ(trail->entries(0).capacity(), v1::SYSTEM);
  EXPECT_EQ(trail->entries(0).actor().person(), "");
  EXPECT_EQ(All(plan).resource(), plan);
}

TEST_F(RemindersTest, AreNotFoundBeforeTheFirst) {
  v1::GetRemindersRequest request;
  request.set_name(Open().name());
  ExpectError(client().Read<v1::Reminders>(request).status(), absl::StatusCode::kNotFound,
              "REMINDERS_NOT_FOUND");
}

TEST_F(RemindersTest, AreCounted) {
  Open();
  const auto metrics = [&] {
    httplib::Client http("http://" + server_.http_address());
    const auto got = http.Get("/metrics");
    return got ? got->body : std::string();
  };
  LiveThrough(6);
  EXPECT_THAT(metrics(), HasSubstr("\ntrellis_reminders_total 1"));
  EXPECT_THAT(metrics(), HasSubstr(absl::StrCat("\ntrellis_reminders_complete_seconds ",
                                                absl::ToUnixSeconds(clock_.Now()))));
}

// More than are in flight at once.
TEST_F(RemindersTest, AreGivenOfEveryPlanThatHasSome) {
  std::vector<std::string> plans;
  for (int i = 0; i < 3 * kRemindersInFlight; ++i) plans.push_back(Open().name());
  LiveThrough(6);
  for (const std::string& plan : plans) {
    ASSERT_THAT(Given(plan), ElementsAre("2022-10-09 r1 DAY_BEFORE")) << plan;
  }
  const ReminderRun again = Look();
  EXPECT_EQ(again.reminders, 0);
  EXPECT_EQ(again.streams, static_cast<int64_t>(plans.size()));
}

// What the plan has a week and more ahead is not looked at.
TEST_F(RemindersTest, AreLookedForWhereSomethingIsNearAlone) {
  Open();
  SetClock("2022-10-02T12:00:00Z");
  EXPECT_EQ(Look().streams, 0);
  SetClock("2022-10-03T12:00:00Z");
  EXPECT_EQ(Look().streams, 1);
}

TEST_F(RemindersTest, NobodyWhoCallsIsTrellis) {
  testing::Actor actor = testing::Tutor();
  actor.capacity = v1::SYSTEM;
  ExpectError(client().Give(actor, testing::OpenRequest()).status(),
              absl::StatusCode::kUnauthenticated, "ACTOR_INVALID");
}

}  // namespace
}  // namespace trellis::services
