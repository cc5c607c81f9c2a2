// The log on a disk that fails and loses power.
#include <iostream>
#include <iterator>
#include <limits>
#include <map>

#include "tests/eventstore/crash_fixture.h"
#include "tests/support/fault_disk.h"

namespace trellis::eventstore {
namespace {

using EventLogFailureTest = LogTest;

TEST_F(EventLogFailureTest, TakesNoCommitsAfterAFailedSync) {
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1"})})).ok());
  disk_.HoldWalSyncs();
  std::vector<std::future<Answer>> answers;
  answers.push_back(BeginApart(*log_, NewCommit({ToStream("a", 1, {"a2"})})));
  disk_.AwaitHeldWalSync();
  for (int i = 0; i < 5; ++i) {
    answers.push_back(Begin(*log_, NewCommit({ToStream(absl::StrCat("s", i), 0, {"x"})})));
  }
  // It would be a mismatch, but what it rests on is not certain.
  answers.push_back(Begin(*log_, NewCommit({ToStream("a", 0, {"x"})})));
  disk_.FailWalSyncs();
  disk_.ReleaseWalSyncs();
  for (auto& future : answers) {
    const Answer answer = future.get();
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(answer), "LOG_FAILED");
  }
  EXPECT_EQ(ReasonOf(Append(*log_, NewCommit({}))), "LOG_FAILED");
  EXPECT_EQ(log_->durable_position(), 1u);
  EXPECT_EQ(AllRecords(*log_).size(), 1u);
  EXPECT_EQ(log_->StreamRevision("a").value(), 1u);

  log_.reset();
  disk_.Restart(1);
  Open();
  ASSERT_GE(log_->durable_position(), 1u);
  EXPECT_EQ(AllRecords(*log_)[0].payload, "a1");
  const Revision revision = log_->StreamRevision("a").value();
  EXPECT_TRUE(Write(NewCommit({ToStream("a", revision, {"next"})})).ok());
}

TEST_F(EventLogFailureTest, SaysOnceThatAWriteFailed) {
  log_.reset();
  EventLogOptions options = Options();
  int told = 0;
  options.on_failure = [&told] { ++told; };
  log_ = *EventLog::Open(options, clock_);
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1"})})).ok());
  EXPECT_EQ(told, 0);
  disk_.FailWalSyncs();
  EXPECT_EQ(ReasonOf(Write(NewCommit({ToStream("a", 1, {"a2"})}))), "LOG_FAILED");
  EXPECT_EQ(ReasonOf(Write(NewCommit({ToStream("a", 1, {"a2"})}))), "LOG_FAILED");
  EXPECT_EQ(told, 1);
}

TEST_F(EventLogFailureTest, GoesOnByItselfOnceThereIsRoom) {
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1"})})).ok());
  disk_.FillDisk();
  const Commit commit = NewCommit({ToStream("a", 1, {"a2"})});
  for (int i = 0; i < 3; ++i) {
    const Answer answer = Write(commit);
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(ReasonOf(answer), "DISK_FULL");
    EXPECT_TRUE(answer.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  }
  EXPECT_EQ(AllRecords(*log_).size(), 1u);
  EXPECT_EQ(log_->checkpoint()->size, 1u);
  disk_.FreeDisk();
  EXPECT_TRUE(Write(commit).ok());
  EXPECT_EQ(AllRecords(*log_).size(), 2u);
}

// Others fill the disk between the look at its room and the write.
TEST_F(EventLogFailureTest, TakesNoCommitsAfterAWriteThatFoundNoRoom) {
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1"})})).ok());
  disk_.FailCallAfter(0, testing::DiskFault::kNoSpace);
  const Commit commit = NewCommit({ToStream("a", 1, {"a2"})});
  EXPECT_EQ(ReasonOf(Write(commit)), "LOG_FAILED");
  EXPECT_EQ(ReasonOf(Write(commit)), "LOG_FAILED");
  EXPECT_EQ(AllRecords(*log_).size(), 1u);
  Reopen();
  EXPECT_TRUE(Write(commit).ok());
  EXPECT_EQ(AllRecords(*log_).size(), 2u);
}

constexpr int kUntilItFails = std::numeric_limits<int>::max();

// How many ledgers lose power 25 times each: what the environment says as TRELLIS_LEDGERS; 20 by
// default, which are 500 cuts.
uint64_t Ledgers() { return testing::NumberFrom("TRELLIS_LEDGERS", 20); }

using PowerCutTest = CrashTest;

TEST_F(PowerCutTest, LosesNothingAcknowledgedAndWritesNothingInPart) {
  constexpr int kCuts = 25;
  SCOPED_TRACE(::testing::Message() << "run again with TRELLIS_SEED=" << seed_);
  for (uint64_t ledger = 0; ledger < Ledgers(); ++ledger) {
    StartOver();
    for (int cut = 0; cut < kCuts; ++cut) {
      SCOPED_TRACE(::testing::Message() << "ledger " << ledger << " cut " << cut);
      // Sometimes at once, in the middle of opening.
      disk_.CutPowerAfter(random_() % 200);
      absl::StatusOr<std::unique_ptr<EventLog>> opened = EventLog::Open(Options(), clock_);
      if (opened.ok()) {
        log_ = *std::move(opened);
        ASSERT_NO_FATAL_FAILURE(CheckLog());
        RunClients(kUntilItFails);
        log_.reset();
      } else {
        ASSERT_TRUE(disk_.power_is_cut()) << opened.status();
        ASSERT_EQ(ReasonOf(opened), "LOG_UNREADABLE") << opened.status();
      }
      disk_.Restart(random_());
    }
    Open();
    ASSERT_NE(log_, nullptr);
    ASSERT_NO_FATAL_FAILURE(CheckLog());
  }
}

using FailingCallTest = CrashTest;

// One call of the file system fails, at any place, in any way; then the power goes.
TEST_F(FailingCallTest, EndsTheLogOrIsSurvivedAndLosesNothing) {
  constexpr int kFaults = 25;
  constexpr int kCommits = 20;
  constexpr testing::DiskFault kKinds[] = {testing::DiskFault::kError, testing::DiskFault::kNoSpace,
                                           testing::DiskFault::kShortWrite};
  SCOPED_TRACE(::testing::Message() << "run again with TRELLIS_SEED=" << seed_);
  std::map<std::string, int> outcomes;
  for (uint64_t ledger = 0; ledger < Ledgers(); ++ledger) {
    StartOver();
    for (int fault = 0; fault < kFaults; ++fault) {
      SCOPED_TRACE(::testing::Message() << "ledger " << ledger << " fault " << fault);
      const testing::DiskFault kind = kKinds[random_() % std::size(kKinds)];
      disk_.FailCallAfter(random_() % 120, kind);
      absl::StatusOr<std::unique_ptr<EventLog>> opened = EventLog::Open(Options(), clock_);
      if (opened.ok()) {
        log_ = *std::move(opened);
        ASSERT_NO_FATAL_FAILURE(CheckLog());
        RunClients(kCommits);
        const bool goes_on = Append(*log_, NewCommit({})).ok();
        ++outcomes[goes_on ? "survived" : "ended the log"];
        if (goes_on) {
          ASSERT_NO_FATAL_FAILURE(CheckLog());
        }
        log_.reset();
      } else {
        ++outcomes["not opened"];
        ASSERT_TRUE(disk_.has_failed()) << opened.status();
        ASSERT_EQ(ReasonOf(opened), "LOG_UNREADABLE") << opened.status();
      }
      disk_.Restart(random_());
    }
    Open();
    ASSERT_NE(log_, nullptr);
    ASSERT_NO_FATAL_FAILURE(CheckLog());
  }
  for (const auto& [outcome, count] : outcomes) std::cout << outcome << ": " << count << '\n';
  EXPECT_EQ(outcomes.size(), 3u) << "the faults reach less than they should";
}

// A read that fails gives an error, never fewer records.
TEST_F(FailingCallTest, OfAReadIsSaid) {
  constexpr int kFaults = 200;
  SCOPED_TRACE(::testing::Message() << "run again with TRELLIS_SEED=" << seed_);
  RunClients(100);
  const std::vector<Record> records = AllRecords(*log_);
  int failures = 0;
  for (int fault = 0; fault < kFaults; ++fault) {
    log_.reset();
    disk_.FailReadAfter(random_() % 60);
    auto opened = EventLog::Open(Options(), clock_);
    if (!opened.ok()) {
      EXPECT_EQ(ReasonOf(opened), "LOG_UNREADABLE") << opened.status();
      ++failures;
      continue;
    }
    log_ = *std::move(opened);
    ASSERT_EQ(log_->durable_position(), records.size());
    size_t read = 0;
    const absl::Status status = log_->ReadAll(1, records.size(), [&](const Record& record) {
      EXPECT_EQ(record.leaf_digest, records[read++].leaf_digest);
      return absl::OkStatus();
    });
    if (status.ok()) {
      EXPECT_EQ(read, records.size());
    } else {
      EXPECT_EQ(ReasonOf(status), "LOG_UNREADABLE") << status;
      ++failures;
    }
  }
  EXPECT_GT(failures, kFaults / 10);
}

}  // namespace
}  // namespace trellis::eventstore
