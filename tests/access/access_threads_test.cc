// Many threads at once; and how fast entries are taken.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <thread>

#include "base/clock.h"
#include "tests/access/access_fixture.h"

namespace trellis::access {
namespace {

using AccessThreadsTest = AccessTest;

TEST_F(AccessThreadsTest, KeepEachOneItsOrder) {
  constexpr int kThreads = 4;
  constexpr int kEntries = 2'000;
  std::atomic<bool> ended = false;
  std::thread reader([&] {
    while (!ended) {
      EXPECT_EQ(ReasonOf(log_->Verify(0, 0)), "OK");
      EXPECT_EQ(ReasonOf(log_->List(Person(1), 10, 0)), "OK");
      EXPECT_EQ(ReasonOf(log_->ForgetReasons(Person(2))), "OK");
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEntries; ++i) {
        v1::AccessEntry entry = Look({t}, "why");
        entry.set_record(absl::StrCat("supportPlans/", i));
        ASSERT_TRUE(log_->Record(entry).ok());
        if (i % 500 == 0) {
          ASSERT_TRUE(log_->Flush().ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ended = true;
  reader.join();
  Flush();
  EXPECT_EQ(log_->Verify(0, 0)->number, kThreads * kEntries);
  for (int t = 0; t < kThreads; ++t) {
    int next = kEntries;
    for (int64_t before = 0; next > 0;) {
      const AccessPage page = log_->List(Person(t), kPageMax, before).value();
      for (const v1::AccessEntry& entry : page.entries) {
        ASSERT_EQ(entry.record(), absl::StrCat("supportPlans/", --next));
      }
      if (page.next == 0) break;
      before = page.next;
    }
    EXPECT_EQ(next, 0) << "entries of thread " << t << " are missing";
  }
}

TEST_F(AccessThreadsTest, DropWhileOthersRecord) {
  constexpr int kEntries = 3'000;
  std::thread recorder([this] {
    for (int i = 0; i < kEntries; ++i) {
      ASSERT_TRUE(log_->Record(Look({1}, "why")).ok());
      clock_.Advance(absl::Seconds(1));
      if (i % 100 == 0) {
        ASSERT_TRUE(log_->Flush().ok());
      }
    }
  });
  int64_t dropped = 0;
  while (log_->head().number < kEntries / 2) {
    const absl::StatusOr<int64_t> some = log_->DropBefore(clock_.Now() - absl::Seconds(200));
    ASSERT_TRUE(some.ok()) << some.status();
    dropped += *some;
    EXPECT_EQ(ReasonOf(log_->ListAll(10, 0)), "OK");
    EXPECT_EQ(ReasonOf(log_->Verify(0, 0)), "OK");
  }
  recorder.join();
  Flush();
  EXPECT_EQ(static_cast<int64_t>(NumbersOf(log_->ListAll(kPageMax, 0).value()).size()),
            std::min<int64_t>(kPageMax, kEntries - dropped));
  EXPECT_EQ(log_->Verify(0, 0)->number, kEntries);
}

// Measured, not judged: a machine that has other work is slower, and right.
TEST(AccessRateTest, IsSaid) {
  constexpr int kEntries = 50'000;
  const testing::TempDirectory directory;
  const SystemClock clock;
  auto log = AccessLog::Open({.directory = directory / "access", .ledger = "test"}, clock);
  ASSERT_TRUE(log.ok()) << log.status();
  const v1::AccessEntry entry = Look({1}, "asked by the tutor");
  const absl::Time begin = clock.Now();
  for (int i = 0; i < kEntries; ++i) ASSERT_TRUE((*log)->Record(entry).ok());
  ASSERT_TRUE((*log)->Flush().ok());
  const absl::Time flushed = clock.Now();
  ASSERT_EQ((*log)->Verify(0, 0)->number, kEntries);
  const absl::Time verified = clock.Now();
  const auto per_second = [](absl::Duration time) {
    return static_cast<int64_t>(kEntries / std::max(absl::ToDoubleSeconds(time), 1e-9));
  };
  std::cout << "recorded and flushed: " << per_second(flushed - begin)
            << " entries/s; verified: " << per_second(verified - flushed) << " entries/s\n";
}

}  // namespace
}  // namespace trellis::access
