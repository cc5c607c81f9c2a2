#include "domain/entries.h"

#include "gtest/gtest.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {
namespace {

v1::SupportPlan PlanWithThreeTargets() {
  v1::SupportPlan plan;
  for (int i = 0; i < 3; ++i) plan.add_targets()->set_target_id(NextEntryId('t', i));
  plan.add_outcomes()->set_outcome_id("u1");
  return plan;
}

TEST(FindEntry, FindsEntriesByTheirIds) {
  v1::SupportPlan plan = PlanWithThreeTargets();
  EXPECT_EQ(FindEntry(plan, "t1"), &plan.targets(0));
  EXPECT_EQ(FindEntry(plan, "t3"), &plan.targets(2));
  EXPECT_EQ(FindEntry(plan, "u1"), &plan.outcomes(0));
  EXPECT_EQ(plan.targets(2).target_id(), "t3");
}

TEST(FindEntry, FindsNothingElse) {
  const v1::SupportPlan plan = PlanWithThreeTargets();
  for (const char* const id :
       {"", "t", "t0", "t4", "t-1", "x1", "c1", "1", "tt", "t1x", "t99999999999999999999"}) {
    EXPECT_EQ(FindEntry(plan, id), nullptr) << id;
  }
}

TEST(EntryList, IsThereForEachLetter) {
  EXPECT_EQ(EntryList(*v1::SupportPlan::descriptor(), 'c')->name(), "concerns");
  EXPECT_EQ(EntryList(*v1::SupportPlan::descriptor(), 's')->name(), "support");
  EXPECT_EQ(EntryList(*v1::SupportPlan::descriptor(), 'm')->name(), "comments");
  EXPECT_EQ(EntryList(*v1::SupportPlan::descriptor(), 'x'), nullptr);
}

TEST(IsStruckOut, IsFalseForAnEntryThatWasPutRight) {
  v1::SupportPlan plan = PlanWithThreeTargets();
  EXPECT_FALSE(IsStruckOut(plan.targets(0)));
  EntryOf(*plan.mutable_targets(0)).mutable_correction()->set_reason("A typing error.");
  EXPECT_FALSE(IsStruckOut(plan.targets(0)));
  EntryOf(*plan.mutable_targets(0)).mutable_correction()->set_struck_out(true);
  EXPECT_TRUE(IsStruckOut(plan.targets(0)));
}

}  // namespace
}  // namespace trellis::domain
