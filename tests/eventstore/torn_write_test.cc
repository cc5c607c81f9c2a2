// What a power cut tore is cut off at the next start; what was synced and damaged later is not.
#include "eventstore/torn_write.h"

#include <filesystem>
#include <fstream>
#include <rocksdb/env.h>

#include "eventstore/database.h"
#include "tests/eventstore/log_fixture.h"

namespace trellis::eventstore {
namespace {

namespace fs = std::filesystem;

class TornWriteTest : public LogTest {
 protected:
  void Append(const std::string& payload, int events = 1) {
    const std::vector<std::string> payloads(static_cast<size_t>(events), payload);
    ASSERT_TRUE(Write(NewCommit({ToStream(absl::StrCat("s", ++streams_), 0, payloads)})).ok());
  }
  // Opens the log so that its write-ahead log grows to some MiB.
  void OpenLarge() {
    log_.reset();
    EventLogOptions options = Options();
    options.memtable_bytes = size_t{16} << 20;
    auto opened = EventLog::Open(options, clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = *std::move(opened);
  }
  // Leaves nothing in write-ahead logs.
  void Flush() {
    log_.reset();
    const auto database = Database::Open(Options());
    ASSERT_TRUE(database.ok() && (*database)->Flush().ok());
  }
  std::string NewestLog() {
    std::string newest;
    for (const auto& entry : fs::directory_iterator(Options().directory)) {
      if (entry.path().extension() == ".log") newest = std::max(newest, entry.path().string());
    }
    return newest;
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void AppendTo(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
  }
  std::vector<TornLog> Torn() {
    std::vector<TornLog> torn;
    EXPECT_TRUE(FindTornLogs(*rocksdb::Env::Default(), Options().directory, torn).ok());
    return torn;
  }
  // A log of one batch, which reaches over three blocks.
  std::string SomeBatch() {
    log_.reset();
    Open();
    Append(std::string(70'000, 'x'));
    log_.reset();
    return Read(NewestLog());
  }

  int streams_ = 0;
};

TEST_F(TornWriteTest, AnEndThatComesTooEarlyIsCutOffBeforeAnythingFollows) {
  const std::string batch = SomeBatch();
  AppendTo(NewestLog(), batch.substr(0, 40'000));
  ASSERT_EQ(Torn().size(), 1u);
  Open();
  ASSERT_NE(log_, nullptr);
  EXPECT_TRUE(Torn().empty());
  Append("after");
  log_.reset();
  EXPECT_TRUE(Torn().empty());
}

// The log between the two is not known to have been torn once something follows it.
TEST_F(TornWriteTest, TwoTornLogsWithAWholeOneBetweenThemAreNoDamage) {
  const std::string batch = SomeBatch();
  Flush();
  Open();
  log_.reset();
  AppendTo(NewestLog(), batch.substr(0, 1'000));
  Open();
  ASSERT_NE(log_, nullptr);
  Append("between");
  log_.reset();
  std::string torn = batch;
  torn.replace(50'000, 512, 512, '\0');
  AppendTo(NewestLog(), torn);
  Open();
  ASSERT_NE(log_, nullptr);
  EXPECT_EQ(log_->durable_position(), 2u);
}

TEST_F(TornWriteTest, ABatchThatBeginsWithTheNextBlockIsNoneThatStandsBehind) {
  const std::string batch = SomeBatch();
  Open();
  Append("12345678");
  log_.reset();
  const size_t around = Read(NewestLog()).size() - 8;
  Open();
  // So that no fragment fits into its block any more.
  constexpr size_t kBlock = 32 * 1024, kLeft = 3;
  Append(std::string(kBlock - kLeft - around, 'x'));
  log_.reset();
  const std::string log = Read(NewestLog());
  ASSERT_GE(log.size(), kBlock - kLeft - 2);
  ASSERT_LE(log.size(), kBlock - kLeft + 2);
  // Its first fragment is whole, the second is not.
  std::string torn = std::string(kLeft, '\0') + batch;
  torn.replace(40'000, 512, 512, '\0');
  AppendTo(NewestLog(), torn);
  ASSERT_EQ(Torn().size(), 1u);
  EXPECT_EQ(Torn()[0].whole_bytes, log.size());
}

TEST_F(TornWriteTest, BatchesLargerThanWhatIsReadAtOnceAreSeenWhole) {
  OpenLarge();
  for (int i = 0; i < 4; ++i) Append(std::string(250'000, static_cast<char>('a' + i)), 4);
  log_.reset();
  const uint64_t size = fs::file_size(NewestLog());
  ASSERT_GT(size, 3u * 1024 * 1024);
  EXPECT_TRUE(Torn().empty());
  AppendTo(NewestLog(), Read(NewestLog()).substr(0, 5'000));
  ASSERT_EQ(Torn().size(), 1u);
  EXPECT_EQ(Torn()[0].whole_bytes, size);
}

TEST_F(TornWriteTest, DamageWithAWholeBatchBehindItIsNotCutOff) {
  OpenLarge();
  Append(std::string(70'000, 'x'));
  for (int i = 0; i < 30; ++i) Append(std::string(100'000, 'y'));
  log_.reset();
  std::string log = Read(NewestLog());
  log[1'000] = static_cast<char>(log[1'000] ^ 1);
  std::ofstream(NewestLog(), std::ios::binary | std::ios::trunc) << log;
  EXPECT_TRUE(Torn().empty());
  EXPECT_EQ(ReasonOf(EventLog::Open(Options(), clock_)), "LOG_DAMAGED");
  EXPECT_TRUE(Read(NewestLog()) == log) << "it was changed";
}

TEST_F(TornWriteTest, WhatAnotherProcessIsWritingIsLeftAlone) {
  const std::string batch = SomeBatch();
  Open();
  Append("mine");
  AppendTo(NewestLog(), batch.substr(0, 1'000));
  const std::string log = Read(NewestLog());
  EXPECT_EQ(ReasonOf(EventLog::Open(Options(), clock_)), "LOG_IN_USE");
  EXPECT_TRUE(Read(NewestLog()) == log) << "it was changed";
}

}  // namespace
}  // namespace trellis::eventstore
