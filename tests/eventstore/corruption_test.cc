// Files of a log that were changed while it was closed: whatever was done to them, the log is
// refused or says which record it cannot give; it never shows fewer records, or others.
//
// TRELLIS_SAMPLES says how many damages; 200 by default.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/support/seed.h"

namespace trellis::eventstore {
namespace {

namespace fs = std::filesystem;

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteBytes(const std::string& path, const std::string& bytes) {
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
    std::string leaves;
    const auto log = *EventLog::Open(options_, clock_);
    const std::vector<Record> records = AllRecords(*log);
    for (const Record& record : records) absl::StrAppend(&leaves, AsBytes(record.leaf_digest));
    whole_ = absl::StrCat("whole ", records.size(), " ",
                          absl::BytesToHexString(AsBytes(Sha256(leaves))));
    ASSERT_GE(records.size(), 300u);
    WriteBytes(key_file_, TestKey().ToSecretString());
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
        WriteBytes(file, bytes);
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
        WriteBytes(file, BytesOf(other));
        WriteBytes(other, bytes);
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

  // What became of the damaged log: "refused", "gone" if it says which record is, "whole", or
  // "ended" by an assertion of RocksDB.
  std::string Outcome() {
    const std::string command = absl::StrCat(OPEN_LOG_PATH, " ", copy_, " <", key_file_, " 2>&1");
    FILE* const pipe = popen(command.c_str(), "r");
    std::string said;
    for (int byte = fgetc(pipe); byte != EOF; byte = fgetc(pipe)) said += static_cast<char>(byte);
    if (pclose(pipe) != 0) {
      EXPECT_THAT(said, ::testing::HasSubstr("Assertion"));
      return "ended";
    }
    // The last line; lines of the program's log stand before it.
    const std::vector<std::string> lines = absl::StrSplit(absl::StripSuffix(said, "\n"), '\n');
    const std::vector<std::string> words = absl::StrSplit(lines.back(), absl::MaxSplits(' ', 2));
    if (words[0] == "whole") {
      EXPECT_EQ(lines.back(), whole_) << "another history";
      return words[0];
    }
    EXPECT_THAT(words[0], ::testing::AnyOf("refused", "gone")) << said;
    EXPECT_TRUE(absl::StrContains(words[1], "LOG_") || absl::StrContains(words[1], "CHECKPOINT_") ||
                absl::StrContains(words[1], "RECORD_") || words[1] == "LEDGER_MISMATCH" ||
                words[1] == "FORMAT_TOO_NEW")
        << said;
    EXPECT_TRUE(absl::StrContains(words[2], copy_) || absl::StrContains(words[2], "position"))
        << said;
    return words[0];
  }

  std::mt19937_64 random_{testing::Seed()};
  testing::TempDirectory older_;
  testing::TempDirectory scratch_;
  const std::string copy_ = scratch_ / "copy";
  EventLogOptions options_;
  const std::string key_file_ = scratch_ / "key";
  // What open_log says of the log as it was.
  std::string whole_;
};

TEST_F(CorruptionTest, OfAnyFileIsRefusedOrNamed) {
  std::map<std::string, std::map<std::string, int>> outcomes;
  const uint64_t samples = testing::NumberFrom("TRELLIS_SAMPLES", 200);
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
  EXPECT_GT(outcomes["sorted rows"]["gone"] + outcomes["sorted rows"]["refused"], 0);
  EXPECT_GT(outcomes["MANIFEST"]["refused"], 0);
  EXPECT_GT(outcomes["log.checkpoint"]["refused"], 0);
}

}  // namespace
}  // namespace trellis::eventstore
