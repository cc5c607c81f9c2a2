// Views can be deleted, and come back equal, byte for byte.
#include <filesystem>

#include "tests/projections/views_fixture.h"

namespace trellis::projections {
namespace {

using RebuildTest = ViewsTest;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST_F(RebuildTest, GivesTheSameRowsInOneBatchAsInMany) {
  OpenViews();
  for (int i = 0; i < 3; ++i) {
    for (const v1::PlayStep& step : testing::Lifecycle()) {
      ASSERT_EQ(ReasonOf(Applied(Play(step))), "OK");
    }
  }
  CloseBoth();
  const std::map<std::string, std::string> followed = Rows();
  ASSERT_GT(followed.size(), 30u);
  std::filesystem::remove_all(views_directory());
  OpenLog();
  OpenViews();
  CloseBoth();
  EXPECT_EQ(Rows(), followed);
}

TEST_F(RebuildTest, CatchesUpFromAnOlderPosition) {
  PlayLifecycle();
  Reopen();
  EXPECT_EQ(views_->position(), log_->durable_position());
  CloseBoth();
  // The views stay behind while the log goes on; a correction is of a plan that they know.
  OpenLog();
  PlayLifecycle();
  const Position last = log_->durable_position();
  std::vector<std::pair<Position, Position>> progress;
  auto views = Views::Open(views_directory(), *log_, vault_, [&](Position position, Position of) {
    progress.emplace_back(position, of);
  });
  ASSERT_TRUE(views.ok()) << views.status();
  views_ = *std::move(views);
  EXPECT_EQ(views_->position(), last);
  EXPECT_THAT(progress, ::testing::ElementsAre(Pair(last, last)));
  CloseBoth();
  const std::map<std::string, std::string> caught_up = Rows();
  std::filesystem::remove_all(views_directory());
  OpenLog();
  OpenViews();
  CloseBoth();
  EXPECT_EQ(Rows(), caught_up);
}

TEST_F(RebuildTest, StaysAsItIsWithoutNewEvents) {
  PlayLifecycle();
  Reopen();
  CloseBoth();
  const std::map<std::string, std::string> before = Rows();
  Reopen();
  EXPECT_EQ(views_->position(), log_->durable_position());
  CloseBoth();
  EXPECT_EQ(Rows(), before);
}

TEST_F(RebuildTest, BeginsAnewWhenTheVersionChanges) {
  PlayLifecycle();
  OpenViews();
  CloseBoth();
  const std::map<std::string, std::string> rows = Rows();
  {
    const auto older = ViewStore::Open(views_directory(), "support-plans.0");
    ASSERT_TRUE(older.ok()) << older.status();
    EXPECT_EQ((*older)->Position().value_or(99), 0u);
    ASSERT_TRUE((*older)->Write({{"t of an older version", "x"}}, 7).ok());
  }
  OpenLog();
  OpenViews();
  CloseBoth();
  EXPECT_EQ(Rows(), rows);
}

TEST_F(RebuildTest, IsRefusedWhereTheViewsAreAheadOfTheLog) {
  PlayLifecycle();
  OpenViews();
  CloseBoth();
  std::filesystem::remove_all(directory_ / "log");
  OpenLog();
  auto views = Views::Open(views_directory(), *log_, vault_);
  EXPECT_EQ(ReasonOf(views.status()), "VIEWS_AHEAD_OF_LOG") << views.status();
  EXPECT_THAT(std::string(views.status().message()), HasSubstr("delete the directory"));
}

TEST_F(RebuildTest, SaysWhyItCannotOpenADirectory) {
  const auto views = Views::Open("/proc/none/views", *log_, vault_);
  EXPECT_EQ(ReasonOf(views.status()), "VIEWS_UNREADABLE") << views.status();
}

}  // namespace
}  // namespace trellis::projections
