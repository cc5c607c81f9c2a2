// What the tests of the log share.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/uuid.h"
#include "eventstore/event_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fault_file_system.h"
#include "tests/support/temp_directory.h"

namespace trellis::eventstore {

// Stands still until it is set.
class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  void Set(absl::Time time) { micros_ = absl::ToUnixMicros(time); }

 private:
  std::atomic<int64_t> micros_ = 1'800'000'000'000'000;
};

// One event for each payload, for the end of one stream.
inline StreamAppend ToStream(std::string stream, Revision expected,
                             const std::vector<std::string>& payloads) {
  StreamAppend append{std::move(stream), expected, {}};
  for (const std::string& payload : payloads) append.events.push_back({"test.Event", payload});
  return append;
}

// A commit of a new request; its fingerprint follows from the appends.
inline Commit NewCommit(std::vector<StreamAppend> appends) {
  Commit commit;
  commit.origin.actor = "people/7c2ab8f4-0000-4000-8000-000000000001";
  commit.origin.capacity = 3;
  commit.origin.request_id = RandomUuid();
  std::string content;
  for (const StreamAppend& append : appends) {
    absl::StrAppend(&content, append.stream, "@", append.expected_revision);
    for (const NewEvent& event : append.events) absl::StrAppend(&content, ",", event.payload);
  }
  commit.fingerprint = Sha256(content);
  commit.appends = std::move(appends);
  return commit;
}

using Answer = absl::StatusOr<Appended>;

// Appends, and waits for nothing.
inline std::future<Answer> Begin(EventLog& log, Commit commit) {
  auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> answer = promise->get_future();
  log.Append(std::move(commit),
             [promise](Answer appended) { promise->set_value(std::move(appended)); });
  return answer;
}

// The same from a thread of its own: one that finds nobody committing commits, and a test that
// holds its sync must go on meanwhile.
inline std::future<Answer> BeginApart(EventLog& log, Commit commit) {
  return std::async(std::launch::async, [&log, commit = std::move(commit)]() mutable {
    return Begin(log, std::move(commit)).get();
  });
}

inline Answer Append(EventLog& log, Commit commit) { return Begin(log, std::move(commit)).get(); }

// Waits until what was acknowledged can be read.
inline void AwaitPosition(EventLog& log, Position position) {
  if (position > 0) log.WaitForMore(position - 1);
}

inline std::vector<Record> AllRecords(const EventLog& log) {
  std::vector<Record> records;
  const absl::Status status =
      log.ReadAll(1, log.durable_position(), [&records](const Record& record) {
        records.push_back(record);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return records;
}

template <typename T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ErrorReason(result.status());
}
inline std::string ReasonOf(const absl::Status& status) {
  return status.ok() ? "OK" : ErrorReason(status);
}

// What logs of these tests sign with; another in each run.
inline const proofs::SignerKey& TestKey() {
  static const auto* const key =
      new auto(proofs::SignerKey::Generate("test", proofs::KeyType::kNote).value());
  return *key;
}

// A log in a directory of its own, on a disk that can fail.
class LogTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  EventLogOptions Options() {
    return {.directory = directory_ / "log",
            .ledger = "test",
            .env = disk_.env(),
            .memtable_bytes = 64 * 1024,
            .key = TestKey()};
  }
  std::string CheckpointPath() const { return directory_ / "log.checkpoint"; }
  void Open() {
    absl::StatusOr<std::unique_ptr<EventLog>> log = EventLog::Open(Options(), clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void Reopen() {
    log_.reset();
    Open();
  }
  // Appends and waits until it can be read.
  Answer Write(Commit commit) {
    Answer answer = Append(*log_, std::move(commit));
    if (answer.ok()) AwaitPosition(*log_, answer->last_position);
    return answer;
  }

  testing::TempDirectory directory_;
  testing::TempDirectory trash_;
  testing::FaultFileSystem disk_{trash_.path()};
  SetClock clock_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace trellis::eventstore
