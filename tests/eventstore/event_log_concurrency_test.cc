#include <map>
#include <random>
#include <thread>

#include "tests/eventstore/log_fixture.h"

namespace trellis::eventstore {
namespace {

using ::testing::IsEmpty;

using EventLogConcurrencyTest = LogTest;

bool IsReady(const std::future<Answer>& answer) {
  return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

TEST_F(EventLogConcurrencyTest, NumbersHaveNoGapsUnderConflicts) {
  constexpr int kThreads = 32;
  constexpr int kCommits = 50;
  constexpr int kStreams = 5;
  std::atomic<size_t> events = 0;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(static_cast<uint64_t>(t));
      for (int done = 0; done < kCommits;) {
        const uint64_t a = random() % kStreams;
        const uint64_t b = (a + 1 + random() % (kStreams - 1)) % kStreams;
        std::vector<StreamAppend> appends;
        for (const uint64_t stream : {a, b}) {
          const std::string name = absl::StrCat("s", stream);
          const Revision revision = log_->StreamRevision(name).value();
          appends.push_back(
              ToStream(name, revision, std::vector<std::string>(1 + random() % 3, "x")));
        }
        const Answer answer = Append(*log_, NewCommit(std::move(appends)));
        if (answer.ok()) {
          events += answer->records.size();
          ++done;
        } else {
          ASSERT_EQ(ReasonOf(answer), "REVISION_MISMATCH");
          ++conflicts;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  log_->Close();
  EXPECT_GT(conflicts, 0);
  EXPECT_EQ(log_->durable_position(), events);
  std::map<std::string, Revision> revisions;
  Position position = 0;
  for (const Record& record : AllRecords(*log_)) {
    EXPECT_EQ(record.header.position, ++position);
    EXPECT_EQ(record.header.revision, ++revisions[record.header.stream]);
  }
  EXPECT_EQ(position, events);
}

// While the first group syncs, the others gather and share the next sync.
TEST_F(EventLogConcurrencyTest, CommitsThatWaitShareOneSyncAndAreAnsweredAfterIt) {
  const int syncs = disk_.wal_syncs();
  disk_.HoldWalSyncs();
  std::vector<std::future<Answer>> answers;
  answers.push_back(BeginApart(*log_, NewCommit({ToStream("first", 0, {"x"})})));
  disk_.AwaitHeldWalSync();
  for (int i = 0; i < 20; ++i) {
    answers.push_back(Begin(*log_, NewCommit({ToStream(absl::StrCat("s", i), 0, {"x"})})));
  }
  for (const auto& answer : answers) EXPECT_FALSE(IsReady(answer));
  EXPECT_EQ(log_->durable_position(), 0u);
  EXPECT_THAT(AllRecords(*log_), IsEmpty());
  EXPECT_EQ(log_->StreamRevision("first").value(), 0u);
  disk_.ReleaseWalSyncs();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(disk_.wal_syncs(), syncs + 2);
}

TEST_F(EventLogConcurrencyTest, NoCallbackRunsBeforeItsSync) {
  constexpr int kThreads = 8;
  std::atomic<int> commits = 0;
  const int before = disk_.wal_syncs();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (Revision i = 0; i < 50; ++i) {
        const int syncs = disk_.wal_syncs();
        std::promise<void> done;
        log_->Append(NewCommit({ToStream(absl::StrCat("s", t), i, {"x"})}), [&](Answer answer) {
          EXPECT_TRUE(answer.ok());
          EXPECT_GT(disk_.wal_syncs(), syncs);
          // Readers see it after the callbacks only.
          EXPECT_LT(log_->durable_position(), answer->first_position);
          ++commits;
          done.set_value();
        });
        done.get_future().wait();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(commits, kThreads * 50);
  EXPECT_LE(disk_.wal_syncs() - before, commits);
}

TEST_F(EventLogConcurrencyTest, CommitsOfOneGroupSeeEachOther) {
  disk_.HoldWalSyncs();
  auto first = BeginApart(*log_, NewCommit({}));
  disk_.AwaitHeldWalSync();
  const Commit commit = NewCommit({ToStream("a", 0, {"a1", "a2"})});
  Commit reusing = NewCommit({ToStream("b", 0, {"x"})});
  reusing.origin.request_id = commit.origin.request_id;
  const Commit refused = NewCommit({ToStream("a", 1, {"x"})});
  auto original = Begin(*log_, commit);
  auto duplicate = Begin(*log_, commit);
  auto reused = Begin(*log_, reusing);
  auto mismatch = Begin(*log_, refused);
  auto again_mismatch = Begin(*log_, refused);
  auto next = Begin(*log_, NewCommit({ToStream("a", 2, {"a3"})}));
  const int syncs = disk_.wal_syncs();
  disk_.ReleaseWalSyncs();

  const Answer repeated = duplicate.get();
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->first_position, 1u);
  EXPECT_EQ(repeated->last_position, 2u);
  EXPECT_FALSE(original.get()->repeated);
  EXPECT_EQ(ReasonOf(reused.get()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(mismatch.get()), "REVISION_MISMATCH");
  EXPECT_EQ(ReasonOf(again_mismatch.get()), "REVISION_MISMATCH");
  EXPECT_EQ(next.get()->first_position, 3u);
  EXPECT_TRUE(first.get().ok());
  EXPECT_EQ(disk_.wal_syncs(), syncs + 1);
}

TEST_F(EventLogConcurrencyTest, ConcurrentDuplicatesAreWrittenOnce) {
  const Commit commit = NewCommit({ToStream("a", 0, {"x"})});
  std::atomic<int> written = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      const Answer answer = Append(*log_, commit);
      ASSERT_TRUE(answer.ok()) << answer.status();
      if (!answer->repeated) ++written;
      EXPECT_EQ(answer->first_position, 1u);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written, 1);
  EXPECT_EQ(log_->durable_position(), 1u);
}

TEST_F(EventLogConcurrencyTest, RefusesWhenTooManyWait) {
  disk_.HoldWalSyncs();
  auto first = BeginApart(*log_, NewCommit({}));
  disk_.AwaitHeldWalSync();
  std::vector<std::future<Answer>> waiting;
  for (size_t i = 0; i < kWaitingMax; ++i) waiting.push_back(Begin(*log_, NewCommit({})));
  const Answer refused = Append(*log_, NewCommit({}));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "LOG_BUSY");
  disk_.ReleaseWalSyncs();
  for (auto& answer : waiting) EXPECT_TRUE(answer.get().ok());
}

TEST_F(EventLogConcurrencyTest, RefusesWhenTooMuchWaitsAndSplitsItIntoGroups) {
  disk_.HoldWalSyncs();
  auto first = BeginApart(*log_, NewCommit({}));
  disk_.AwaitHeldWalSync();
  const std::string quarter(kEventBytesMax, 'x');
  const auto large = [&](int i) {
    return NewCommit({ToStream(absl::StrCat("s", i), 0, {quarter, quarter, quarter, quarter})});
  };
  std::vector<std::future<Answer>> waiting;
  const int syncs = disk_.wal_syncs();
  for (int i = 0; i < 63; ++i) waiting.push_back(Begin(*log_, large(i)));
  EXPECT_EQ(ReasonOf(Append(*log_, large(63))), "LOG_BUSY");
  disk_.ReleaseWalSyncs();
  for (auto& answer : waiting) EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(disk_.wal_syncs(), syncs + 8);
}

}  // namespace
}  // namespace trellis::eventstore
