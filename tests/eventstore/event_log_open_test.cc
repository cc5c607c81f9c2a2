// What EventLog::Open refuses, and says.
#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eventstore/keys.h"
#include "tests/eventstore/log_fixture.h"

namespace trellis::eventstore {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EventLogOpenTest : public LogTest {
 protected:
  void SetUp() override {
    LogTest::SetUp();
    ASSERT_TRUE(Write(NewCommit({ToStream("a", 0, {"1", "2"}), ToStream("b", 0, {"3"})})).ok());
    log_.reset();
  }

  absl::Status OpenStatus(const EventLogOptions& options) {
    return EventLog::Open(options, clock_).status();
  }
  absl::Status OpenStatus() { return OpenStatus(Options()); }

  // Changes the closed log behind its back. Families: log, streams, requests, tiles, meta.
  void Tamper(const std::function<void(rocksdb::DB&,
                                       const std::vector<rocksdb::ColumnFamilyHandle*>&)>& change) {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const char* const name : {"default", "log", "streams", "requests", "tiles", "meta"}) {
      families.push_back({name, {}});
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, Options().directory, families, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    change(*db, {handles.begin() + 1, handles.end()});
    for (rocksdb::ColumnFamilyHandle* const handle : handles) {
      ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
  }
};

TEST_F(EventLogOpenTest, RefusesTheLogOfAnotherLedger) {
  EventLogOptions options = Options();
  options.ledger = "other";
  const absl::Status status = OpenStatus(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "LEDGER_MISMATCH");
  EXPECT_THAT(std::string(status.message()), HasSubstr("holds ledger \"test\", want \"other\""));
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(EventLogOpenTest, RefusesASecondOpener) {
  Open();
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "LOG_IN_USE");
  EXPECT_EQ(status.message(),
            absl::StrCat("log ", Options().directory, " is open in another process"));
}

TEST_F(EventLogOpenTest, RefusesWhileAnotherProcessHoldsTheLock) {
  const std::string lock_name = Options().directory + "/LOCK";
  int locked[2];
  int done[2];
  ASSERT_EQ(pipe(locked), 0);
  ASSERT_EQ(pipe(done), 0);
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open(lock_name.c_str(), O_RDWR);
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    char byte = fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
    if (write(locked[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(locked[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_IN_USE");
  EXPECT_EQ(ReasonOf(EventLog::OpenReadOnly(Options(), 3, clock_)), "LOG_IN_USE");
  ASSERT_EQ(write(done[1], &byte, 1), 1);
  int exit_status = 0;
  ASSERT_EQ(waitpid(child, &exit_status, 0), child);
  EXPECT_EQ(exit_status, 0);
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(EventLogOpenTest, SaysWhyADirectoryCannotBeUsed) {
  EventLogOptions options = Options();
  for (const std::string& directory : {directory_ / "none/log", directory_ / "file"}) {
    std::ofstream(directory_ / "file") << "not a directory";
    options.directory = directory;
    const absl::Status status = OpenStatus(options);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), "LOG_UNREADABLE");
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("log ", directory, ": ")));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  }
}

TEST_F(EventLogOpenTest, SaysThatTheDiskIsFull) {
  disk_.FillDisk();
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "LOG_UNREADABLE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("the disk is full"));
  disk_.Restart(1);
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(EventLogOpenTest, RefusesANewerFormat) {
  Tamper([](rocksdb::DB& db, const auto& families) {
    const std::string two("\0\0\0\0\0\0\0\2", 8);
    ASSERT_TRUE(db.Put({}, families[4], "format", two).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "FORMAT_TOO_NEW");
}

TEST_F(EventLogOpenTest, RefusesAColumnFamilyThatItDoesNotKnow) {
  Tamper([](rocksdb::DB& db, const auto&) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(db.CreateColumnFamily({}, "later", &handle).ok());
    ASSERT_TRUE(db.DestroyColumnFamilyHandle(handle).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "FORMAT_TOO_NEW");
}

TEST_F(EventLogOpenTest, RefusesALogWithoutItsFormatNumber) {
  Tamper([](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Delete({}, families[4], "format").ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_DAMAGED");
}

// RocksDB would take it for a new directory, and delete the log.
TEST_F(EventLogOpenTest, RefusesALogWithoutCurrent) {
  std::filesystem::rename(Options().directory + "/CURRENT", directory_ / "CURRENT");
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_DAMAGED");
  std::filesystem::rename(directory_ / "CURRENT", Options().directory + "/CURRENT");
  Open();
  EXPECT_EQ(log_->durable_position(), 3u);
}

TEST_F(EventLogOpenTest, RefusesADamagedLastRecord) {
  Tamper([](rocksdb::DB& db, const auto& families) {
    std::string bytes;
    ASSERT_TRUE(db.Get({}, families[0], PositionBytes(3).slice(), &bytes).ok());
    bytes[10] = static_cast<char>(bytes[10] ^ 1);
    ASSERT_TRUE(db.Put({}, families[0], PositionBytes(3).slice(), bytes).ok());
  });
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "LOG_DAMAGED");
}

TEST_F(EventLogOpenTest, RefusesALogThatEndsWithinACommit) {
  Tamper([](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Delete({}, families[0], PositionBytes(3).slice()).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_DAMAGED");
}

TEST_F(EventLogOpenTest, RefusesALogWhoseIndexesLackTheLastRecord) {
  Tamper([](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Delete({}, families[1], StreamKey("b", 1).slice()).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_DAMAGED");
  Tamper([](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Put({}, families[1], StreamKey("b", 1).slice(), PositionBytes(3).slice()).ok());
  });
  ASSERT_TRUE(OpenStatus().ok());
  Tamper([](rocksdb::DB& db, const auto& families) {
    const std::unique_ptr<rocksdb::Iterator> requests(db.NewIterator({}, families[2]));
    requests->SeekToFirst();
    ASSERT_TRUE(db.Delete({}, families[2], requests->key()).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_DAMAGED");
}

// Those of the last tile are read to go on with the tree.
TEST_F(EventLogOpenTest, RefusesALogThatLostOrChangedARecentRecord) {
  std::string bytes;
  Tamper([&](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Get({}, families[0], PositionBytes(1).slice(), &bytes).ok());
    ASSERT_TRUE(db.Delete({}, families[0], PositionBytes(2).slice()).ok());
  });
  absl::Status status = OpenStatus();
  EXPECT_EQ(ReasonOf(status), "LOG_DAMAGED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("position 2 "));
  Tamper([&](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Put({}, families[0], PositionBytes(2).slice(), bytes).ok());
  });
  status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "LOG_REWRITTEN");
}

TEST_F(EventLogOpenTest, RefusesALogWithoutATile) {
  Open();
  ASSERT_TRUE(Write(NewCommit({ToStream("c", 0, std::vector<std::string>(300, "x"))})).ok());
  log_.reset();
  Tamper([](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Delete({}, families[3], TileKey(1, 0).slice()).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_DAMAGED");
  Tamper([](rocksdb::DB& db, const auto& families) {
    const std::string wrong(32, '!');
    ASSERT_TRUE(db.Put({}, families[3], TileKey(1, 0).slice(), wrong).ok());
  });
  EXPECT_EQ(ReasonOf(OpenStatus()), "LOG_REWRITTEN");
}

TEST_F(EventLogOpenTest, ReadingNamesTheDamagedOrMissingPosition) {
  // Beyond the last tile nothing is read at the start.
  Open();
  ASSERT_TRUE(Write(NewCommit({ToStream("c", 0, std::vector<std::string>(300, "x"))})).ok());
  log_.reset();
  Tamper([](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.Delete({}, families[0], PositionBytes(2).slice()).ok());
  });
  Open();
  const auto ignore = [](const Record&) { return absl::OkStatus(); };
  EXPECT_EQ(ReasonOf(log_->ReadAll(1, 1, ignore)), "OK");
  absl::Status status = log_->ReadAll(1, 3, ignore);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "RECORD_MISSING");
  EXPECT_THAT(std::string(status.message()), HasSubstr("position 2:"));
  EXPECT_EQ(ReasonOf(log_->ReadStream("a", 1, 2)), "RECORD_MISSING");
  log_.reset();

  // A whole record, but not the one that belongs here.
  Tamper([](rocksdb::DB& db, const auto& families) {
    std::string bytes;
    ASSERT_TRUE(db.Get({}, families[0], PositionBytes(1).slice(), &bytes).ok());
    ASSERT_TRUE(db.Put({}, families[0], PositionBytes(2).slice(), bytes).ok());
  });
  Open();
  status = log_->ReadAll(1, 3, ignore);
  EXPECT_EQ(ReasonOf(status), "RECORD_DAMAGED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("position 2:"));
}

// A whole record of the write-ahead log that is damaged is no torn tail.
TEST_F(EventLogOpenTest, RefusesADamagedWriteAheadLog) {
  Open();
  ASSERT_TRUE(Write(NewCommit({ToStream("c", 0, {std::string(1000, 'x')})})).ok());
  ASSERT_TRUE(Write(NewCommit({ToStream("c", 1, {std::string(1000, 'y')})})).ok());
  log_.reset();
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(Options().directory)) {
    if (entry.path().extension() == ".log") newest = std::max(newest, entry.path().string());
  }
  std::fstream file(newest, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(600);
  file.put('!');
  file.close();
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(ReasonOf(status), "LOG_DAMAGED");
}

}  // namespace
}  // namespace trellis::eventstore
