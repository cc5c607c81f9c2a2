#include "projections/views.h"

#include "tests/projections/views_fixture.h"

namespace trellis::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ViewsTest, SkipStreamsOfOtherAggregates) {
  OpenViews();
  AppendRaw("canteens/900001", 0, "trellis.v1.SchoolJoined", "\xff no plan");
  Play(testing::Lifecycle().at(0));
  const Position last = AppendRaw("supportPlan/x", 0, "trellis.v1.Other", "\xff no plan");
  EXPECT_EQ(ReasonOf(Applied(last)), "OK");
  EXPECT_EQ((*views_->FindPlan(plan_))->revision(), plans_[plan_].revision());
}

TEST_F(ViewsTest, CallBackInTheOrderOfPositions) {
  OpenViews();
  Play(testing::Lifecycle().at(0));
  const Position last = log_->durable_position();
  ASSERT_EQ(ReasonOf(Applied(last)), "OK");
  Mutex mutex;
  std::vector<Position> called;
  const auto note = [&](Position position) {
    views_->WhenApplied(position, [&mutex, &called, position](const absl::Status& status) {
      MutexLock lock(mutex);
      EXPECT_TRUE(status.ok()) << status;
      called.push_back(position);
    });
  };
  // What is applied is called back at once.
  note(last);
  note(0);
  EXPECT_THAT(called, ElementsAre(last, 0));
  note(last + 3);
  note(last + 1);
  note(last + 2);
  {
    MutexLock lock(mutex);
    EXPECT_EQ(called.size(), 2u);
  }
  for (uint64_t i = 0; i < 3; ++i) AppendRaw("canteens/900001", i, "trellis.v1.Other", "");
  ASSERT_EQ(ReasonOf(Applied(last + 3)), "OK");
  MutexLock lock(mutex);
  EXPECT_THAT(called, ElementsAre(last, 0, last + 1, last + 2, last + 3));
}

TEST_F(ViewsTest, ShowWhatTheyCallBackFor) {
  OpenViews();
  Play(testing::Lifecycle().at(0));
  ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
  for (int i = 0; i < 50; ++i) {
    Give(v1::INDUCTION_TUTOR, "record_outcome { outcome { concern_id: 'c1' words: 'Calm.' } }");
    ASSERT_EQ((*views_->FindPlan(plan_))->revision(), plans_[plan_].revision());
  }
}

TEST_F(ViewsTest, TellThoseWhoWaitThatTheLogWasClosed) {
  OpenViews();
  std::promise<absl::Status> promise;
  views_->WhenApplied(1000, [&](const absl::Status& status) { promise.set_value(status); });
  log_->Close();
  EXPECT_EQ(ReasonOf(promise.get_future().get()), "SHUTTING_DOWN");
  EXPECT_EQ(ReasonOf(Applied(1000)), "SHUTTING_DOWN");
}

// An event that cannot be applied, and what it is.
struct Damage {
  std::string what;
  std::string type;
  std::string payload;
};

class QuarantineTest : public ViewsTest, public ::testing::WithParamInterface<Damage> {
 protected:
  void SetUp() override {
    ViewsTest::SetUp();
    OpenViews();
    PlayLifecycle();
    ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
    good_ = plan_;
  }
  void ExpectQuarantined(const absl::Status& status) const {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(ReasonOf(status), "VIEW_QUARANTINED") << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("position ", bad_, " (", GetParam().type)));
  }
  void ExpectEveryReadQuarantined() {
    ExpectQuarantined(views_->health());
    ExpectQuarantined(views_->FindPlan(good_).status());
    ExpectQuarantined(views_->FindPlan("supportPlans/none").status());
    ExpectQuarantined(views_->Trail(good_, 1, 10).status());
    ExpectQuarantined(views_->Caseload({}, "", 10, LondonDay(clock_.Now())).status());
  }

  std::string good_;
  Position bad_ = 0;
};

TEST_P(QuarantineTest, StopsReadsAndSaysWhichEvent) {
  std::promise<absl::Status> waiter;
  bad_ = log_->durable_position() + 1;
  views_->WhenApplied(bad_, [&](const absl::Status& status) { waiter.set_value(status); });
  ASSERT_EQ(AppendRaw("supportPlans/bad", 0, GetParam().type, GetParam().payload), bad_);
  ExpectQuarantined(waiter.get_future().get());
  ExpectQuarantined(Applied(bad_));
  // What was applied before stays applied.
  EXPECT_EQ(ReasonOf(Applied(bad_ - 1)), "OK");
  ExpectEveryReadQuarantined();

  // The log goes on.
  const Position next = AppendRaw("canteens/900001", 0, "trellis.v1.Other", "");
  EXPECT_EQ(next, bad_ + 1);
  ExpectQuarantined(Applied(next));

  // A restart finds the same event, and deleting the views does not hide it.
  Reopen();
  ExpectEveryReadQuarantined();
  EXPECT_EQ(AppendRaw("canteens/900001", 1, "trellis.v1.Other", ""), bad_ + 2);
}

INSTANTIATE_TEST_SUITE_P(
    , QuarantineTest,
    ::testing::Values(
        // Field 1000 of a newer version: no kind that this one knows.
        Damage{"UnknownKind", "trellis.v1.SomethingNewer", std::string("\xc2\x3e\x00", 3)},
        Damage{"Empty", "trellis.v1.ConcernRaised", ""},
        Damage{"Damaged", "trellis.v1.ConcernRaised", "\x5a\x7f damaged"}),
    [](const ::testing::TestParamInfo<Damage>& damage) { return damage.param.what; });

}  // namespace
}  // namespace trellis::projections
