// Many callers at once: optimistic concurrency, and each reads their own writes.
#include <set>
#include <thread>

#include "base/mutex.h"
#include "tests/services/service_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;

constexpr int kThreads = 16;

// Runs `work` in each of kThreads threads, with the thread's number.
void InThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

using ConcurrencyTest = ServiceTest;

TEST_F(ConcurrencyTest, CommandsOnOnePlanAreAllDoneOrAborted) {
  constexpr int kEach = 20;
  const v1::SupportPlan plan = Open();
  Mutex mutex;
  std::multiset<std::string> acknowledged;
  std::set<int64_t> revisions;
  int aborted = 0;
  InThreads([&](int thread) {
    for (int i = 0; i < kEach; ++i) {
      const std::string words = absl::StrCat(thread, ".", i);
      const Reply reply =
          client().Give(testing::Tutor(), testing::OutcomeRequest(plan.name(), words));
      MutexLock lock(mutex);
      if (reply.ok()) {
        acknowledged.insert(words);
        EXPECT_TRUE(revisions.insert(reply->support_plan().revision()).second);
      } else {
        ExpectError(reply.status(), StatusCode::kAborted, "REVISION_MISMATCH");
        ++aborted;
      }
    }
  });
  RecordProperty("aborted", aborted);
  const auto after = client().Get(plan.name());
  ASSERT_TRUE(after.ok()) << after.status();
  std::multiset<std::string> there;
  for (const v1::Outcome& outcome : after->outcomes()) there.insert(outcome.words());
  EXPECT_EQ(there, acknowledged);
  EXPECT_EQ(static_cast<int>(acknowledged.size()) + aborted, kThreads * kEach);
  // Every revision was one reply's.
  ASSERT_EQ(static_cast<int64_t>(revisions.size()), after->revision() - plan.revision());
  EXPECT_EQ(*revisions.begin(), plan.revision() + 1);
  EXPECT_EQ(*revisions.rbegin(), after->revision());
}

TEST_F(ConcurrencyTest, FewCommandsOnOnePlanAreAllDone) {
  // As many as there are attempts: each lets one of the others through at least.
  constexpr int kAtOnce = 3;
  const v1::SupportPlan plan = Open();
  for (int round = 0; round < 30; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kAtOnce; ++i) {
      threads.emplace_back([&] {
        const Reply reply =
            client().Give(testing::Tutor(), testing::OutcomeRequest(plan.name(), "Calm."));
        EXPECT_TRUE(reply.ok()) << reply.status();
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(client().Get(plan.name())->revision(), plan.revision() + 30 * kAtOnce);
}

TEST_F(ConcurrencyTest, OneEtagHasOneWinner) {
  for (int round = 0; round < 10; ++round) {
    const v1::SupportPlan plan = Open();
    std::atomic<int> winners = 0;
    InThreads([&](int) {
      auto request = testing::OutcomeRequest(plan.name(), "Calm.");
      request.set_etag(plan.etag());
      const Reply reply = client().Give(testing::Tutor(), request);
      winners += reply.ok();
      if (reply.ok()) return;
      ExpectError(reply.status(), StatusCode::kAborted, "ETAG_MISMATCH");
      // The present one, so that the caller can go on from there.
      EXPECT_EQ(testing::ErrorMetadataOf(reply.status(), "etag"),
                absl::StrCat("\"", plan.revision() + 1, "\""));
    });
    EXPECT_EQ(winners, 1);
  }
}

TEST_F(ConcurrencyTest, EachReadsTheirOwnWrites) {
  const v1::SupportPlan shared = Open();
  InThreads([&](int thread) {
    const v1::SupportPlan own = Open();
    for (int i = 0; i < 10; ++i) {
      const std::string& name = thread % 2 == 0 ? own.name() : shared.name();
      const Reply reply = client().Give(testing::Tutor(), testing::OutcomeRequest(name, "Calm."));
      if (!reply.ok()) continue;
      const auto plan = client().Get(name);
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_GE(plan->revision(), reply->support_plan().revision());
      v1::ListSupportPlansRequest list;
      list.set_page_size(1000);
      const auto plans = client().Read<v1::ListSupportPlansResponse>(list);
      ASSERT_TRUE(plans.ok()) << plans.status();
      for (const auto& summary : plans->support_plans()) {
        if (summary.name() == name) {
          EXPECT_GE(summary.revision(), reply->support_plan().revision());
        }
      }
    }
    EXPECT_GE(client().Get(own.name())->revision(), own.revision());
  });
}

TEST_F(ConcurrencyTest, AnIdIsTakenByOne) {
  for (int round = 0; round < 5; ++round) {
    const std::string id = testing::NewId();
    std::atomic<int> winners = 0;
    InThreads([&](int) {
      auto request = testing::OpenRequest();
      request.set_support_plan_id(id);
      const Reply reply = client().Give(testing::Tutor(), request);
      winners += reply.ok();
      if (!reply.ok()) {
        ExpectError(reply.status(), StatusCode::kAlreadyExists, "SUPPORT_PLAN_EXISTS");
      }
    });
    EXPECT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace trellis::services
