// The views after power cuts: whatever they lost of what was not synced, they catch up to what a
// fold of the log gives.
#include <random>

#include "audit/view_check.h"
#include "tests/projections/views_fixture.h"
#include "tests/support/fault_file_system.h"
#include "tests/support/seed.h"

namespace trellis::audit {
namespace {

class ViewCrashTest : public projections::ViewsTest {
 protected:
  void SetUp() override { OpenBoth(); }

  eventstore::EventLogOptions LogOptions() {
    return {.directory = directory_ / "log", .ledger = "test", .env = disk_.env()};
  }
  void OpenBoth() {
    auto log = eventstore::EventLog::Open(LogOptions(), clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    auto views = projections::Views::Open(views_directory(), *log_, vault_, nullptr, disk_.env());
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }

  testing::TempDirectory trash_;
  testing::FaultFileSystem disk_{trash_.path()};
  std::mt19937_64 random_{testing::Seed()};
};

TEST_F(ViewCrashTest, AreWhatTheLogSays) {
  constexpr int kCuts = 20;
  for (int cut = 0; cut < kCuts; ++cut) {
    SCOPED_TRACE(absl::StrCat("cut ", cut));
    PlayLifecycle();
    const eventstore::Position events = log_->durable_position();
    // Sometimes the views have applied all of it, and sometimes not.
    if (random_() % 2 == 0) {
      ASSERT_TRUE(Applied(events).ok());
    }
    disk_.CutPowerAfter(random_() % 3);
    CloseBoth();
    disk_.Restart(random_());
    ASSERT_NO_FATAL_FAILURE(OpenBoth());
    EXPECT_EQ(log_->durable_position(), events);
    EXPECT_EQ(views_->position(), events);
    CloseBoth();
    Findings findings;
    CheckViews({.views = views_directory(),
                .log = LogOptions(),
                .events = events,
                .vault = vault_,
                .progress = nullptr},
               findings);
    ASSERT_EQ(findings.count(), 0u) << findings.kept().front();
    ASSERT_NO_FATAL_FAILURE(OpenBoth());
  }
}

}  // namespace
}  // namespace trellis::audit
