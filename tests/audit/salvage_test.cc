// What can be read of logs that are damaged.
#include "eventstore/salvage.h"

#include "absl/strings/match.h"
#include "tests/audit/ledger_fixture.h"

namespace trellis::audit {
namespace {

using ::testing::HasSubstr;

class SalvageTest : public LedgerTest {
 protected:
  struct Salvaged {
    std::map<Position, Digest> leaves;
    eventstore::Salvage salvage;
  };

  void SetUp() override {
    LedgerTest::SetUp();
    ASSERT_NO_FATAL_FAILURE(FillLedger(8));
    all_ = SalvageOf(directory_.path()).leaves;
    ASSERT_GT(all_.size(), 100u);
  }

  static Salvaged SalvageOf(const std::string& data) {
    Salvaged salvaged;
    const auto salvage = eventstore::SalvageLog(data, [&](const eventstore::Record& record) {
      EXPECT_TRUE(salvaged.leaves.emplace(record.header.position, record.leaf_digest).second);
    });
    EXPECT_TRUE(salvage.ok()) << salvage.status();
    if (salvage.ok()) salvaged.salvage = *salvage;
    return salvaged;
  }

  // The files of the log with this extension.
  static std::vector<std::string> Files(const std::string& data, const std::string& extension) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(data + "/log")) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    return files;
  }

  std::map<Position, Digest> all_;
};

TEST_F(SalvageTest, GivesEveryRecordOfAGoodLogOnce) {
  const Salvaged salvaged = SalvageOf(directory_.path());
  EXPECT_EQ(salvaged.salvage.records, all_.size());
  EXPECT_EQ(salvaged.salvage.last, all_.rbegin()->first);
  EXPECT_EQ(salvaged.leaves.size(), salvaged.salvage.last);
  EXPECT_EQ(salvaged.salvage.findings.count(), 0u);
}

TEST_F(SalvageTest, NeedsNeitherManifestNorCurrent) {
  const std::string copy = Copy();
  for (const auto& entry : fs::directory_iterator(copy + "/log")) {
    const std::string name = entry.path().filename();
    if (absl::StartsWith(name, "MANIFEST") || name == "CURRENT") fs::remove(entry.path());
  }
  EXPECT_EQ(SalvageOf(copy).leaves, all_);
}

// Whatever was flipped: what is given was written so, and what is missing is said.
TEST_F(SalvageTest, OfDamagedFilesGivesNothingElse) {
  int incomplete = 0;
  for (int sample = 0; sample < 60; ++sample) {
    const std::string copy = Copy();
    std::vector<std::string> files = Files(copy, ".sst");
    for (const std::string& log : Files(copy, ".log")) files.push_back(log);
    const std::string& file = files[Below(files.size())];
    std::string bytes = FilesOf(copy).at(file);
    if (bytes.empty()) continue;
    for (int flips = 0; flips < 3; ++flips) {
      const size_t bit = Below(8 * bytes.size());
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    SCOPED_TRACE(absl::StrCat("sample ", sample, ": ", file));
    const Salvaged salvaged = SalvageOf(copy);
    for (const auto& [position, leaf] : salvaged.leaves) ASSERT_EQ(leaf, all_.at(position));
    if (salvaged.leaves.size() == all_.size()) continue;
    ++incomplete;
    ASSERT_GT(salvaged.salvage.findings.count(), 0u);
  }
  EXPECT_GT(incomplete, 5);
}

TEST_F(SalvageTest, SaysWhatIsGoneWithAFile) {
  const std::string copy = Copy();
  for (const char* const extension : {".sst", ".log"}) {
    for (const std::string& file : Files(copy, extension)) fs::remove(file);
  }
  const Salvaged salvaged = SalvageOf(copy);
  EXPECT_TRUE(salvaged.leaves.empty());
  EXPECT_THAT(salvaged.salvage.findings.kept(),
              ::testing::ElementsAre(
                  HasSubstr(absl::StrCat("positions 1 to ", all_.size(), ": were signed"))));
}

TEST_F(SalvageTest, RefusesADirectoryThatHoldsNoLog) {
  const auto salvage =
      eventstore::SalvageLog(scratch_ / "nothing", [](const eventstore::Record&) {});
  EXPECT_EQ(ReasonOf(salvage.status()), "LOG_NOT_FOUND");
}

}  // namespace
}  // namespace trellis::audit
