// Files of a log that were changed while it was closed: whatever was done to them, the log is
// refused or says which record it cannot give; it never shows fewer records, or others.
//
// TRELLIS_SAMPLES says how many damages; 300 by default.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <set>

#include "absl/strings/match.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/support/seed.h"

namespace trellis::eventstore {
namespace {

namespace fs = std::filesystem;

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string KindOf(const fs::path& path) {
  const std::string name = path.filename();
  if (path.extension() == ".log") return "write-ahead log";
  if (path.extension() == ".sst") return "sorted rows";
  return name.substr(0, name.find_first_of("-0123456789"));
}

class CorruptionTest : public LogTest {
 protected:
  void SetUp() override {
    // On the machine's own disk: what is tested is the log's reading.
    options_ = Options();
    options_.env = nullptr;
    Fill(150);
    fs::copy(directory_.path(), older_.path(), fs::copy_options::recursive);
    Fill(150);
    const auto log = *EventLog::Open(options_, clock_);
    records_ = AllRecords(*log);
    ASSERT_GE(records_.size(), 300u);
  }

  void Fill(int commits) {
    const auto log = *EventLog::Open(options_, clock_);
    for (int i = 0; i < commits; ++i) {
      const std::string stream = absl::StrCat("s", random_() % 5);
      std::string payload(random_() % 3000, '\0');
      for (char& byte : payload) byte = static_cast<char>(random_());
      ASSERT_TRUE(Append(*log, NewCommit({ToStream(stream, log->StreamRevision(stream).value(),
                                                   {payload})}))
                      .ok());
    }
  }

  // A file of the kind, drawn by lot.
  std::string Draw(const std::vector<std::string>& files) {
    return files[random_() % files.size()];
  }

  // Does something to `file`, which has `others` of its kind; says what.
  std::string Damage(const std::string& file, const std::vector<std::string>& others) {
    std::string bytes = BytesOf(file);
    switch (random_() % 5) {
      case 0: {
        if (bytes.empty()) break;
        const size_t bit = random_() % (8 * bytes.size());
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        Write(file, bytes);
        return absl::StrCat("bit ", bit, " flipped");
      }
      case 1: {
        if (bytes.empty()) break;
        const size_t size = random_() % bytes.size();
        fs::resize_file(file, size);
        return absl::StrCat("cut from ", bytes.size(), " to ", size);
      }
      case 2: {
        const std::string other = Draw(others);
        Write(file, BytesOf(other));
        Write(other, bytes);
        return "swapped with " + other;
      }
      case 3: {
        const fs::path old = older_.path() / fs::relative(file, copy_);
        if (!fs::exists(old)) break;
        fs::copy_file(old, file, fs::copy_options::overwrite_existing);
        return "rolled back";
      }
      default:
        break;
    }
    fs::remove(file);
    return "deleted";
  }

  // What became of the damaged log: "refused", "says what is gone", or "whole".
  std::string Outcome() {
    EventLogOptions options = options_;
    options.directory = copy_ + "/log";
    const auto opened = EventLog::Open(options, clock_);
    if (!opened.ok()) {
      const std::set<std::string> reasons = {
          "LOG_DAMAGED",        "LOG_TRUNCATED",  "LOG_REWRITTEN",   "CHECKPOINT_MISSING",
          "CHECKPOINT_DAMAGED", "LOG_UNREADABLE", "LEDGER_MISMATCH", "RECORD_DAMAGED",
          "RECORD_MISSING",     "FORMAT_TOO_NEW"};
      EXPECT_TRUE(reasons.contains(ReasonOf(opened))) << opened.status();
      const std::string message(opened.status().message());
      EXPECT_TRUE(absl::StrContains(message, copy_) || absl::StrContains(message, "position"))
          << message;
      return "refused";
    }
    EXPECT_EQ((*opened)->durable_position(), records_.size()) << "another history";
    size_t next = 0;
    const absl::Status read = (*opened)->ReadAll(1, records_.size(), [&](const Record& record) {
      EXPECT_EQ(record.leaf_digest, records_[next].leaf_digest) << "another history";
      ++next;
      return absl::OkStatus();
    });
    if (!read.ok()) {
      EXPECT_THAT(ReasonOf(read), ::testing::AnyOf("RECORD_DAMAGED", "RECORD_MISSING",
                                                   "LOG_DAMAGED", "LOG_UNREADABLE"));
      return "says what is gone";
    }
    EXPECT_EQ(next, records_.size()) << "a shorter history";
    return "whole";
  }

  std::mt19937_64 random_{testing::Seed()};
  testing::TempDirectory older_;
  testing::TempDirectory scratch_;
  const std::string copy_ = scratch_ / "copy";
  EventLogOptions options_;
  std::vector<Record> records_;
};

TEST_F(CorruptionTest, OfAnyFileIsRefusedOrNamed) {
  std::map<std::string, std::map<std::string, int>> outcomes;
  const uint64_t samples = testing::NumberFrom("TRELLIS_SAMPLES", 300);
  for (uint64_t sample = 0; sample < samples && !HasFailure(); ++sample) {
    fs::remove_all(copy_);
    fs::copy(directory_.path(), copy_, fs::copy_options::recursive);
    std::map<std::string, std::vector<std::string>> kinds;
    for (const auto& entry : fs::recursive_directory_iterator(copy_)) {
      if (entry.is_regular_file()) kinds[KindOf(entry.path())].push_back(entry.path());
    }
    const auto& [kind, files] =
        *std::next(kinds.begin(), static_cast<long>(random_() % kinds.size()));
    const std::string file = Draw(files);
    const std::string what = Damage(file, files);
    SCOPED_TRACE(absl::StrCat("sample ", sample, ": ", file, " ", what));
    ++outcomes[kind][Outcome()];
  }
  for (const auto& [kind, counts] : outcomes) {
    for (const auto& [outcome, count] : counts) {
      std::cout << kind << ", " << outcome << ": " << count << '\n';
    }
  }
  EXPECT_GT(outcomes["write-ahead log"]["refused"], 0);
  EXPECT_GT(outcomes["sorted rows"]["says what is gone"] + outcomes["sorted rows"]["refused"], 0);
  EXPECT_GT(outcomes["MANIFEST"]["refused"], 0);
  EXPECT_GT(outcomes["log.checkpoint"]["refused"], 0);
}

}  // namespace
}  // namespace trellis::eventstore
