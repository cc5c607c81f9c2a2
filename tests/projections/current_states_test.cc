#include "projections/current_states.h"

#include <google/protobuf/util/message_differencer.h>

#include "tests/projections/views_fixture.h"

namespace trellis::projections {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;

TEST_F(ViewsTest, ShowEachPlanAsItsEventsMadeIt) {
  OpenViews();
  PlayLifecycle();
  PlayLifecycle();
  ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
  EXPECT_EQ(views_->position(), log_->durable_position());
  ASSERT_EQ(plans_.size(), 4u + 1u);
  for (const auto& [name, folded] : plans_) {
    const absl::StatusOr<PlanPointer> plan = views_->FindPlan(name);
    ASSERT_TRUE(plan.ok()) << plan.status();
    if (folded.revision() == 0) {
      EXPECT_EQ(*plan, nullptr) << name;
      continue;
    }
    ASSERT_NE(*plan, nullptr) << name;
    EXPECT_TRUE(MessageDifferencer::Equals(**plan, folded)) << name;
    EXPECT_EQ((*views_->FindRow(name))->bytes, folded.SerializeAsString()) << name;
  }
}

TEST_F(ViewsTest, KnowNoPlanThatWasNeverOpened) {
  OpenViews();
  PlayLifecycle();
  ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
  for (const char* const name : {"", "supportPlans/", "supportPlans/x", "canteens/1"}) {
    const absl::StatusOr<PlanPointer> plan = views_->FindPlan(name);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(*plan, nullptr) << name;
  }
}

// Current plans over a store, without a log.
class CurrentStatesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = ViewStore::Open(directory_ / "views", "test");
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    states_ = std::make_unique<CurrentStates>(*store_);
  }

  // Opens a plan whose row has about `bytes` bytes.
  absl::Status Open(const std::string& name, size_t bytes, uint64_t revision = 1) {
    v1::SupportPlanEvent event;
    auto& plan = *event.mutable_support_plan_opened()->mutable_support_plan();
    plan.mutable_school()->set_name(std::string(bytes, 'x'));
    eventstore::Record record;
    record.header.position = ++position_;
    record.header.stream = name;
    record.header.revision = revision;
    const auto change = states_->Apply(record, event);
    if (!change.ok()) return change.status();
    states_->Publish();
    Rows rows;
    states_->AddRows(rows);
    if (absl::Status status = store_->Write(rows, position_); !status.ok()) return status;
    states_->Written();
    return absl::OkStatus();
  }

  StateRowPointer Find(const std::string& name) {
    const absl::StatusOr<StateRowPointer> row = states_->Find(name);
    EXPECT_TRUE(row.ok()) << row.status();
    return row.ok() ? *row : nullptr;
  }

  testing::TempDirectory directory_;
  std::unique_ptr<ViewStore> store_;
  std::unique_ptr<CurrentStates> states_;
  uint64_t position_ = 0;
};

TEST_F(CurrentStatesTest, KeepsThePlansUsedLastInMemoryUpToItsLimit) {
  // In memory each takes a few times its bytes.
  constexpr size_t kRowBytes = 2 << 20;
  constexpr size_t kPlans = 20;
  std::vector<std::weak_ptr<const StateRow>> seen;
  for (size_t i = 0; i < kPlans; ++i) {
    ASSERT_EQ(ReasonOf(Open(absl::StrCat("supportPlans/", i), kRowBytes)), "OK");
    seen.push_back(Find(absl::StrCat("supportPlans/", i)));
    // The first one stays in use.
    Find("supportPlans/0");
  }
  size_t kept = 0;
  for (const auto& plan : seen) kept += !plan.expired();
  EXPECT_LE(kept * kRowBytes, kCacheBytes / 2);
  EXPECT_GE(kept, 4u);
  EXPECT_FALSE(seen.front().expired());
  EXPECT_TRUE(seen[1].expired());
  EXPECT_FALSE(seen.back().expired());
  // One that went is read again.
  const StateRowPointer again = Find("supportPlans/1");
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->as<v1::SupportPlan>().school().name().size(), kRowBytes);
}

TEST_F(CurrentStatesTest, KeepsAPlanThatIsLargerThanItsLimitWhileItIsTheOnlyOne) {
  ASSERT_EQ(ReasonOf(Open("supportPlans/large", kCacheBytes / 4 + 1)), "OK");
  const std::weak_ptr<const StateRow> large = Find("supportPlans/large");
  EXPECT_FALSE(large.expired());
  ASSERT_EQ(ReasonOf(Open("supportPlans/small", 1)), "OK");
  EXPECT_TRUE(large.expired());
}

TEST_F(CurrentStatesTest, RefusesAnEventThatDoesNotFollow) {
  ASSERT_EQ(ReasonOf(Open("supportPlans/1", 1)), "OK");
  for (const uint64_t revision : {1, 3}) {
    const absl::Status status = Open("supportPlans/1", 1, revision);
    EXPECT_EQ(ReasonOf(status), "VIEW_OUT_OF_STEP") << status;
    states_->Discard();
  }
  EXPECT_EQ(Find("supportPlans/1")->revision, 1);
}

TEST_F(CurrentStatesTest, SaysWhichRowIsDamaged) {
  ASSERT_TRUE(store_->Write({{"psupportPlans/1", "\xff"}}, 1).ok());
  const absl::StatusOr<StateRowPointer> row = states_->Find("supportPlans/1");
  EXPECT_EQ(ReasonOf(row.status()), "VIEWS_DAMAGED");
  EXPECT_THAT(std::string(row.status().message()), HasSubstr("supportPlans/1"));
}

}  // namespace
}  // namespace trellis::projections
