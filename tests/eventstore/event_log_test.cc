#include "eventstore/event_log.h"

#include <thread>

#include "eventstore/record_format.h"
#include "tests/eventstore/log_fixture.h"

namespace trellis::eventstore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Payloads(const std::vector<Record>& records) {
  std::vector<std::string> payloads;
  for (const Record& record : records) payloads.push_back(record.payload);
  return payloads;
}

using EventLogTest = LogTest;

TEST_F(EventLogTest, IsEmptyAtFirst) {
  EXPECT_EQ(log_->durable_position(), 0u);
  EXPECT_THAT(AllRecords(*log_), IsEmpty());
  EXPECT_EQ(log_->StreamRevision("a").value(), 0u);
  EXPECT_THAT(log_->ReadStream("a", 1, 10).value(), IsEmpty());
  EXPECT_FALSE(log_->FindRequest(RandomUuid()).value().has_value());
}

TEST_F(EventLogTest, GivesPositionsRevisionsAndWhatCameWithThem) {
  Commit commit = NewCommit({ToStream("a", 0, {"a1", "a2"}), ToStream("b", 0, {"b1"})});
  commit.origin.correlation_id = RandomUuid();
  commit.origin.causation_id = RandomUuid();
  const Origin origin = commit.origin;
  const Answer answer = Write(std::move(commit));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->first_position, 1u);
  EXPECT_EQ(answer->last_position, 3u);
  EXPECT_FALSE(answer->repeated);
  EXPECT_THAT(Payloads(answer->records), ElementsAre("a1", "a2", "b1"));

  const std::vector<Record> read = AllRecords(*log_);
  ASSERT_EQ(read.size(), 3u);
  const std::vector<std::pair<std::string, Revision>> want = {{"a", 1}, {"a", 2}, {"b", 1}};
  for (size_t i = 0; i < read.size(); ++i) {
    const Header& header = read[i].header;
    EXPECT_EQ(header.position, i + 1);
    EXPECT_EQ(header.stream, want[i].first);
    EXPECT_EQ(header.revision, want[i].second);
    EXPECT_EQ(header.type, "test.Event");
    EXPECT_EQ(header.recorded_at, clock_.Now());
    EXPECT_EQ(header.commit_first, 1u);
    EXPECT_EQ(header.commit_size, 3u);
    EXPECT_EQ(header.origin.actor, origin.actor);
    EXPECT_EQ(header.origin.request_id, origin.request_id);
    EXPECT_EQ(header.origin.correlation_id, origin.correlation_id);
    EXPECT_EQ(header.origin.causation_id, origin.causation_id);
    EXPECT_EQ(header.event_id, answer->records[i].header.event_id);
    EXPECT_EQ(read[i].leaf_digest, answer->records[i].leaf_digest);
  }
  EXPECT_NE(read[0].header.event_id, read[1].header.event_id);
}

TEST_F(EventLogTest, EventIdFollowsFromLedgerTimeAndPosition) {
  const Answer answer = Write(NewCommit({ToStream("a", 0, {"x"})}));
  const std::string position("\0\0\0\0\0\0\0\1", 8);
  EXPECT_EQ(answer->records[0].header.event_id, UuidV7(clock_.Now(), Sha256("test", position)));
}

TEST_F(EventLogTest, ReadsAStreamAndARange) {
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1", "a2"})})).ok());
  ASSERT_TRUE(Write(NewCommit({ToStream("ab", 0, {"ab1"})})).ok());
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 2, {"a3"})})).ok());
  EXPECT_THAT(Payloads(log_->ReadStream("a", 1, 100).value()), ElementsAre("a1", "a2", "a3"));
  EXPECT_THAT(Payloads(log_->ReadStream("a", 0, ~Revision{0}).value()),
              ElementsAre("a1", "a2", "a3"));
  EXPECT_THAT(Payloads(log_->ReadStream("a", 2, 2).value()), ElementsAre("a2"));
  EXPECT_THAT(log_->ReadStream("a", 3, 2).value(), IsEmpty());
  EXPECT_THAT(log_->ReadStream("a", 4, 9).value(), IsEmpty());
  EXPECT_EQ(log_->StreamRevision("a").value(), 3u);
  EXPECT_EQ(log_->StreamRevision("ab").value(), 1u);

  std::vector<std::string> payloads;
  const auto visit = [&payloads](const Record& record) {
    payloads.push_back(record.payload);
    return record.payload == "ab1" ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_EQ(log_->ReadAll(2, 100, visit), absl::CancelledError("enough"));
  EXPECT_THAT(payloads, ElementsAre("a2", "ab1"));
}

// More than a page, with its files flushed and in memory.
TEST_F(EventLogTest, ReadsManyPages) {
  constexpr Position kEvents = 9'000;
  for (Position i = 0; i < kEvents; i += 500) {
    std::vector<std::string> payloads;
    for (Position j = i + 1; j <= i + 500; ++j) payloads.push_back(absl::StrCat("payload ", j));
    ASSERT_TRUE(Write(NewCommit({ToStream("a", i, payloads)})).ok());
  }
  const std::vector<Record> read = AllRecords(*log_);
  ASSERT_EQ(read.size(), kEvents);
  for (Position i = 1; i <= kEvents; ++i) {
    ASSERT_EQ(read[i - 1].header.position, i);
    ASSERT_EQ(read[i - 1].payload, absl::StrCat("payload ", i));
  }
  EXPECT_EQ(log_->ReadStream("a", 1, kEvents).value().size(), kEvents);
}

TEST_F(EventLogTest, RefusesAnotherRevision) {
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1", "a2"})})).ok());
  for (const bool from_disk : {false, true}) {
    if (from_disk) Reopen();
    for (const Revision expected : {0, 1, 3, 100}) {
      const Answer answer = Write(NewCommit({ToStream("a", expected, {"x"})}));
      EXPECT_EQ(answer.status().code(), absl::StatusCode::kAborted);
      EXPECT_EQ(ReasonOf(answer), "REVISION_MISMATCH");
      EXPECT_EQ(answer.status().message(),
                absl::StrCat("stream a is at revision 2, expected ", expected));
    }
  }
  EXPECT_TRUE(Write(NewCommit({ToStream("a", 2, {"a3"})})).ok());
}

TEST_F(EventLogTest, WritesNothingIfOneOfSeveralStreamsIsAtAnotherRevision) {
  ASSERT_TRUE(Write(NewCommit({ToStream("b", 0, {"b1"})})).ok());
  Commit commit = NewCommit({ToStream("a", 0, {"a1"}), ToStream("b", 0, {"x"})});
  const Uuid request_id = commit.origin.request_id;
  EXPECT_EQ(ReasonOf(Write(std::move(commit))), "REVISION_MISMATCH");
  EXPECT_EQ(log_->durable_position(), 1u);
  EXPECT_EQ(log_->StreamRevision("a").value(), 0u);
  EXPECT_FALSE(log_->FindRequest(request_id).value().has_value());
  // The refused commit left nothing behind in memory either.
  EXPECT_TRUE(Write(NewCommit({ToStream("a", 0, {"a1"}), ToStream("b", 1, {"b2"})})).ok());
}

// What a commit rests on need not get events of it.
TEST_F(EventLogTest, WritesNothingIfAStreamThatGetsNoEventsHasMoved) {
  ASSERT_TRUE(Write(NewCommit({ToStream("b", 0, {"b1"})})).ok());
  EXPECT_EQ(ReasonOf(Write(NewCommit({ToStream("a", 0, {"a1"}), ToStream("b", 0, {})}))),
            "REVISION_MISMATCH");
  EXPECT_EQ(log_->StreamRevision("a").value(), 0u);
  const Answer answer = Write(NewCommit({ToStream("a", 0, {"a1"}), ToStream("b", 1, {})}));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->records.size(), 1u);
  EXPECT_EQ(log_->StreamRevision("b").value(), 1u);
  Reopen();
  EXPECT_EQ(log_->StreamRevision("b").value(), 1u);
}

TEST_F(EventLogTest, RemembersRequestsForEver) {
  const Commit commit = NewCommit({ToStream("a", 0, {"a1", "a2"})});
  ASSERT_TRUE(Write(commit).ok());
  for (const bool reopened : {false, true}) {
    if (reopened) Reopen();
    const Answer again = Write(commit);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->repeated);
    EXPECT_THAT(again->records, IsEmpty());
    EXPECT_EQ(again->first_position, 1u);
    EXPECT_EQ(again->last_position, 2u);

    Commit other = NewCommit({ToStream("b", 0, {"x"})});
    other.origin.request_id = commit.origin.request_id;
    const Answer reused = Write(other);
    EXPECT_EQ(reused.status().code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(ReasonOf(reused), "REQUEST_ID_REUSED");
    EXPECT_THAT(std::string(reused.status().message()),
                HasSubstr(UuidText(commit.origin.request_id)));

    const auto known = log_->FindRequest(commit.origin.request_id).value();
    ASSERT_TRUE(known.has_value());
    EXPECT_EQ(known->fingerprint, commit.fingerprint);
    EXPECT_EQ(known->first_position, 1u);
    EXPECT_EQ(known->last_position, 2u);
  }
  EXPECT_EQ(log_->durable_position(), 2u);
}

TEST_F(EventLogTest, RemembersTheRequestOfAnEmptyCommit) {
  const Commit commit = NewCommit({});
  const int syncs = disk_.wal_syncs();
  const Answer answer = Write(commit);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->repeated);
  EXPECT_EQ(answer->last_position, 0u);
  EXPECT_EQ(disk_.wal_syncs(), syncs + 1);
  Reopen();
  EXPECT_EQ(log_->durable_position(), 0u);
  EXPECT_TRUE(log_->FindRequest(commit.origin.request_id).value().has_value());
  const Answer again = Write(commit);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeated);
}

TEST_F(EventLogTest, RefusesWhatIsBeyondALimit) {
  const auto reason = [this](StreamAppend append) {
    return ReasonOf(Write(NewCommit({std::move(append)})));
  };
  EXPECT_EQ(reason(ToStream("a", 0, {std::string(kEventBytesMax + 1, 'x')})), "EVENT_TOO_LARGE");
  EXPECT_EQ(reason(ToStream("a", 0, std::vector<std::string>(kCommitEventsMax + 1, "x"))),
            "COMMIT_TOO_LARGE");
  const std::string largest(kEventBytesMax, 'x');
  EXPECT_EQ(reason(ToStream("a", 0, {largest, largest, largest, largest, "x"})),
            "COMMIT_TOO_LARGE");
  EXPECT_EQ(reason(ToStream("a", kStreamEventsMax, {"x"})), "STREAM_FULL");
  EXPECT_EQ(reason(ToStream("a", ~Revision{0}, {"x"})), "STREAM_FULL");
  EXPECT_EQ(log_->durable_position(), 0u);
  EXPECT_EQ(reason(ToStream("a", 0, {largest, largest, largest, largest})), "OK");
  EXPECT_EQ(reason(ToStream("b", 0, std::vector<std::string>(kCommitEventsMax, "x"))), "OK");
}

TEST_F(EventLogTest, RefusesWhatCannotBeStored) {
  const auto reason = [this](Commit commit) { return ReasonOf(Write(std::move(commit))); };
  for (const std::string& name :
       {std::string(), std::string(kStreamBytesMax + 1, 's'), std::string("a\0b", 3)}) {
    EXPECT_EQ(reason(NewCommit({ToStream(name, 0, {"x"})})), "COMMIT_MALFORMED");
    EXPECT_EQ(ReasonOf(log_->ReadStream(name, 1, 1)), "STREAM_NAME_INVALID");
    EXPECT_EQ(ReasonOf(log_->StreamRevision(name)), "STREAM_NAME_INVALID");
  }
  EXPECT_EQ(reason(NewCommit({ToStream("a", 0, {"x"}), ToStream("a", 1, {"x"})})),
            "COMMIT_MALFORMED");
  for (const size_t size : {size_t{0}, kTypeBytesMax + 1}) {
    Commit commit = NewCommit({ToStream("a", 0, {"x"})});
    commit.appends[0].events[0].type = std::string(size, 't');
    EXPECT_EQ(reason(std::move(commit)), "COMMIT_MALFORMED");
  }
  Commit commit = NewCommit({ToStream("a", 0, {"x"})});
  commit.origin.actor = std::string(kActorBytesMax + 1, 'a');
  EXPECT_EQ(reason(std::move(commit)), "COMMIT_MALFORMED");
  EXPECT_EQ(log_->durable_position(), 0u);

  Commit longest = NewCommit({ToStream(std::string(kStreamBytesMax, 's'), 0, {"x"})});
  longest.origin.actor = std::string(kActorBytesMax, 'a');
  longest.appends[0].events[0].type = std::string(kTypeBytesMax, 't');
  EXPECT_EQ(reason(std::move(longest)), "OK");
  EXPECT_EQ(AllRecords(*log_).size(), 1u);
}

TEST_F(EventLogTest, TimeDoesNotGoBackWhenTheClockDoes) {
  const absl::Time late = absl::FromUnixSeconds(2'000'000'000);
  clock_.Set(late + absl::Nanoseconds(1'500));
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"1"})})).ok());
  clock_.Set(late - absl::Hours(1));
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 1, {"2"})})).ok());
  Reopen();
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 2, {"3"})})).ok());
  clock_.Set(late + absl::Hours(1));
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 3, {"4"})})).ok());
  std::vector<absl::Time> times;
  for (const Record& record : AllRecords(*log_)) times.push_back(record.header.recorded_at);
  const absl::Time first = late + absl::Microseconds(1);
  EXPECT_THAT(times, ElementsAre(first, first, first, late + absl::Hours(1)));
}

TEST_F(EventLogTest, WaitForMoreWakesOnACommitAndOnClose) {
  std::thread waiter([this] {
    EXPECT_EQ(log_->WaitForMore(0), 2u);
    EXPECT_EQ(log_->WaitForMore(2), 2u);
  });
  ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"1", "2"})})).ok());
  log_->Close();
  waiter.join();
}

TEST_F(EventLogTest, TakesNoCommitsOnceClosed) {
  std::future<Answer> before = Begin(*log_, NewCommit({ToStream("a", 0, {"1"})}));
  log_->Close();
  log_->Close();
  EXPECT_TRUE(before.get().ok());
  const Answer after = Append(*log_, NewCommit({ToStream("a", 1, {"2"})}));
  EXPECT_EQ(after.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(after), "LOG_CLOSED");
  EXPECT_EQ(AllRecords(*log_).size(), 1u);
}

}  // namespace
}  // namespace trellis::eventstore
