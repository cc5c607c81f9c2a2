#include "projections/audit_trail.h"

#include "tests/projections/views_fixture.h"

namespace trellis::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditTrailTest : public ViewsTest {
 protected:
  void SetUp() override {
    ViewsTest::SetUp();
    OpenViews();
    Play(testing::Lifecycle().at(0));
    ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
  }

  std::vector<v1::TrailEntry> Trail(uint64_t first = 1, int count = 1000) {
    auto trail = views_->Trail(plan_, first, count);
    EXPECT_TRUE(trail.ok()) << trail.status();
    return trail.ok() ? *trail : std::vector<v1::TrailEntry>();
  }
  v1::TrailEntry Row(int64_t revision) { return Trail(static_cast<uint64_t>(revision), 1).at(0); }
  // What the plan's last event changed, as `field: before -> after`.
  std::vector<std::string> Changes() { return ChangesOf(Row(plans_[plan_].revision())); }
  static std::vector<std::string> ChangesOf(const v1::TrailEntry& row) {
    std::vector<std::string> changes;
    for (const v1::FieldChange& change : row.changes()) {
      changes.push_back(
          absl::StrCat(change.field(), ": ", change.before(), " -> ", change.after()));
    }
    return changes;
  }
};

TEST_F(AuditTrailTest, HasAnEntryForEachEventInOrder) {
  const std::vector<v1::PlayStep> steps = testing::Lifecycle();
  for (size_t i = 1; i < steps.size(); ++i) Play(steps[i]);
  ASSERT_EQ(ReasonOf(Applied(log_->durable_position())), "OK");
  size_t rows = 0;
  for (const auto& [name, plan] : plans_) {
    plan_ = name;
    const std::vector<v1::TrailEntry> trail = Trail();
    ASSERT_EQ(static_cast<int64_t>(trail.size()), plan.revision()) << name;
    for (size_t i = 0; i < trail.size(); ++i, ++rows) {
      EXPECT_EQ(trail[i].revision(), static_cast<int64_t>(i + 1));
    }
  }
  EXPECT_EQ(rows, log_->durable_position());
}

TEST_F(AuditTrailTest, IsReadInPartsFromAnyRevision) {
  const size_t all = Trail().size();
  ASSERT_GT(all, 3u);
  EXPECT_EQ(Trail(1, 2).size(), 2u);
  EXPECT_EQ(Trail(3, 1).at(0).revision(), 3);
  EXPECT_EQ(Trail(all).size(), 1u);
  EXPECT_THAT(Trail(all + 1), IsEmpty());
  // A name that begins another one has rows of its own.
  plan_.pop_back();
  EXPECT_THAT(Trail(), IsEmpty());
}

TEST_F(AuditTrailTest, SaysNothingChangedWhereAnEventOnlyAdds) {
  for (const v1::TrailEntry& row : Trail()) EXPECT_THAT(row.changes(), IsEmpty());
  Give(v1::INDUCTION_TUTOR, "record_outcome { outcome { concern_id: 'c1' words: 'Calm.' } }");
  EXPECT_THAT(Changes(), IsEmpty());
}

TEST_F(AuditTrailTest, SaysWhatARevisionChanged) {
  Give(v1::INDUCTION_TUTOR, "revise_target { target_id: 't1' due_on: '2022-10-21' reason: 'Why' }");
  EXPECT_THAT(Changes(),
              ElementsAre("t1.due_on: 2022-10-14 -> 2022-10-21", "t1.revision_reason:  -> Why"));
  Give(v1::INDUCTION_TUTOR, "withdraw_target { target_id: 't1' reason: 'Twice.' }");
  EXPECT_THAT(Changes(), ElementsAre("t1.withdrawal_reason:  -> Twice."));
}

TEST_F(AuditTrailTest, SaysWhatWasDone) {
  Give(v1::ECT, "complete_action { action_id: 'a1' note: 'Seen.' }");
  EXPECT_THAT(Changes(),
              ElementsAre("a1.completed: false -> true", "a1.completed_on:  -> 2022-10-03",
                          "a1.completion_note:  -> Seen."));
  Give(v1::ECT, "record_support { support_id: 's1' note: 'Cancelled.' }");
  EXPECT_THAT(Changes(),
              ElementsAre("s1.state: ARRANGED -> NOT_DELIVERED", "s1.recorded_on:  -> 2022-10-03",
                          "s1.record_note:  -> Cancelled."));
  Give(v1::INDUCTION_TUTOR, "resolve_concern { concern_id: 'c1' resolution: 'Settled.' }");
  EXPECT_THAT(Changes(), ElementsAre("c1.state: OPEN -> RESOLVED", "c1.resolution:  -> Settled."));
}

TEST_F(AuditTrailTest, SaysWhatAReviewChangedInTargetsToo) {
  Give(v1::INDUCTION_TUTOR,
       "complete_review { review_id: 'r1'"
       " judgements { target_id: 't1' judgement: PARTLY_MET words: 'Often.' } }");
  EXPECT_THAT(Changes(), ElementsAre("r1.state: SCHEDULED -> COMPLETED",
                                     "r1.held_on:  -> 2022-10-03", "t1.judgement:  -> PARTLY_MET"));
}

TEST_F(AuditTrailTest, SaysWhenThePlanItselfChangesState) {
  Give(v1::HEADTEACHER, "pause_plan { reason: ABSENCE }");
  EXPECT_THAT(Changes(), ElementsAre("state: ACTIVE -> PAUSED"));
  Give(v1::HEADTEACHER, "resume_plan { }");
  EXPECT_THAT(Changes(), ElementsAre("state: PAUSED -> ACTIVE"));
  Give(v1::HEADTEACHER, "close_plan { reason: LEFT words: 'Moved.' }");
  EXPECT_THAT(Changes(), ElementsAre("state: ACTIVE -> CLOSED"));
}

TEST_F(AuditTrailTest, MarksTheEventWhoseEntryWasPutRightAndThenStruckOut) {
  Give(v1::INDUCTION_TUTOR, "record_outcome { outcome { concern_id: 'c1' words: 'Clam.' } }");
  const int64_t made = plans_[plan_].revision();
  EXPECT_EQ(Row(made).corrected_by_revision(), 0);

  Give(v1::INDUCTION_TUTOR,
       "correct_entry { entry_id: 'u1' reason: 'Typo.'"
       " corrections { field: 'words' value: 'Calm.' } }");
  const int64_t corrected = plans_[plan_].revision();
  EXPECT_THAT(Changes(), ElementsAre("u1.words: Clam. -> Calm."));
  EXPECT_EQ(Row(made).corrected_by_revision(), corrected);
  EXPECT_EQ(Row(made).struck_out_by_revision(), 0);

  Give(v1::INDUCTION_TUTOR, "correct_entry { entry_id: 'u1' reason: 'Another class.' }");
  EXPECT_THAT(Changes(), IsEmpty());
  EXPECT_EQ(Row(made).struck_out_by_revision(), plans_[plan_].revision());
  EXPECT_EQ(Row(made).corrected_by_revision(), corrected);
  // What else stood in the row stands in it still.
  EXPECT_EQ(Row(made).revision(), made);
}

TEST_F(AuditTrailTest, KeepsTheChangesOfARowThatIsMarked) {
  Give(v1::INDUCTION_TUTOR,
       "raise_concern { concern { standard_code: '1b' cause: 'Slwo.'"
       " discussed_on: '2022-10-03' } }");
  const int64_t made = plans_[plan_].revision();
  Give(v1::INDUCTION_TUTOR, "resolve_concern { concern_id: 'c2' resolution: 'Done.' }");
  const v1::TrailEntry resolved = Row(plans_[plan_].revision());
  Give(v1::INDUCTION_TUTOR,
       "correct_entry { entry_id: 'c2' reason: 'Typo.'"
       " corrections { field: 'cause' value: 'Slow.' } }");
  EXPECT_EQ(Row(made).corrected_by_revision(), plans_[plan_].revision());
  EXPECT_EQ(Row(resolved.revision()).SerializeAsString(), resolved.SerializeAsString());
}

}  // namespace
}  // namespace trellis::projections
