// A key and its state: made together, and never taken without each other.
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include "base/error.h"
#include "gmock/gmock.h"
#include "proofs/key_file.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using ::testing::HasSubstr;
using testing::LogKey;
using testing::TestLog;
using testing::WitnessTest;

class WitnessIdentityTest : public WitnessTest {
 protected:
  std::string OpenReason() { return ErrorReason(OpenError(TheOptions())); }
};

TEST_F(WitnessIdentityTest, IsMadeOnTheFirstRun) {
  Open();
  EXPECT_EQ(Key().name(), "witness.example/school");
  EXPECT_EQ(Key().type(), proofs::KeyType::kCosignature);
  struct stat found;
  ASSERT_EQ(stat(TheOptions().key_file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
  ASSERT_EQ(stat(TheOptions().state.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0700U);
}

TEST_F(WitnessIdentityTest, NeedsANameOnTheFirstRunOnly) {
  Options options = TheOptions();
  options.name = "";
  EXPECT_EQ(ErrorReason(OpenError(options)), "KEY_UNFIT");
  EXPECT_FALSE(std::filesystem::exists(options.state));
  options.name = "no name";
  EXPECT_EQ(ErrorReason(OpenError(options)), "KEY_MALFORMED");
  const std::string key = Open().vkey();
  options.name = "";
  EXPECT_EQ(Open(options).vkey(), key);
  options.name = "witness.example/another";
  EXPECT_THAT(std::string(OpenError(options).message()), HasSubstr("want witness.example/another"));
}

TEST_F(WitnessIdentityTest, IsNoLogs) {
  ASSERT_TRUE(proofs::WriteKeyFile(TheOptions().key_file, LogKey()).ok());
  EXPECT_EQ(OpenReason(), "KEY_UNFIT");
}

TEST_F(WitnessIdentityTest, AKeyThatOthersCanReadIsRefused) {
  Open();
  ASSERT_EQ(chmod(TheOptions().key_file.c_str(), 0644), 0);
  EXPECT_EQ(OpenReason(), "KEY_FILE_EXPOSED");
}

TEST_F(WitnessIdentityTest, AKeyWithoutItsStateIsRefused) {
  Open();
  std::filesystem::remove_all(TheOptions().state);
  EXPECT_EQ(OpenReason(), "WITNESS_STATE_MISSING");
  // The mount point of a disk that is not there.
  std::filesystem::create_directory(TheOptions().state);
  EXPECT_EQ(OpenReason(), "WITNESS_STATE_MISSING");
}

TEST_F(WitnessIdentityTest, AStateWithoutItsKeyIsRefused) {
  ASSERT_EQ(Open().AddCheckpoint(TestLog(5).Request(0, 5)).status, 200);
  std::filesystem::remove(TheOptions().key_file);
  EXPECT_EQ(OpenReason(), "WITNESS_STATE_FOREIGN");
}

// Stopped between making its state and writing its key: nothing was cosigned with it.
TEST_F(WitnessIdentityTest, AFirstRunThatWasCutShortCanBeRepeated) {
  Options options = TheOptions();
  options.key_file = directory_ / "missing/witness.key";
  EXPECT_EQ(ErrorReason(OpenError(options)), "KEY_FILE_UNREADABLE");
  EXPECT_EQ(Open().AddCheckpoint(TestLog(5).Request(0, 5)).status, 200);
}

TEST_F(WitnessIdentityTest, TheStateOfAnotherWitnessIsRefused) {
  Open();
  Options other = TheOptions();
  other.state = directory_ / "other";
  other.key_file = directory_ / "other.key";
  Open(other);
  other.state = TheOptions().state;
  EXPECT_EQ(ErrorReason(OpenError(other)), "WITNESS_STATE_FOREIGN");
}

TEST_F(WitnessIdentityTest, ACheckpointThatAnotherWitnessCosignedIsRefused) {
  Open();
  proofs::Note note = TestLog(5).NoteAt(5);
  note.signatures.push_back(proofs::testing::WitnessKey(0).Cosign(note.text, clock_.Now()));
  std::ofstream(StateFile()) << proofs::FormatNote(note);
  const absl::Status status = OpenError(TheOptions());
  EXPECT_EQ(ErrorReason(status), "WITNESS_STATE_DAMAGED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("has no cosignature of witness.example/"));
}

TEST_F(WitnessIdentityTest, TheCheckpointOfAnotherLogIsRefused) {
  ASSERT_EQ(Open().AddCheckpoint(TestLog(5).Request(0, 5)).status, 200);
  std::filesystem::rename(StateFile(), TheOptions().state + "/" + OriginHash("another.example"));
  const absl::Status status = OpenError(TheOptions());
  EXPECT_EQ(ErrorReason(status), "WITNESS_STATE_DAMAGED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("is of another log: ledger.example/log"));
}

TEST_F(WitnessIdentityTest, OneProcessHasTheState) {
  Open();
  EXPECT_EQ(ErrorReason(Witness::Open(TheOptions(), clock_).status()), "WITNESS_STATE_IN_USE");
  EXPECT_TRUE(Open().AddCheckpoint(TestLog(5).Request(0, 5)).status == 200);
}

TEST_F(WitnessIdentityTest, OtherFilesInTheDirectoryAreNotLookedAt) {
  Options options = TheOptions();
  options.key_file = options.state + "/key";
  std::filesystem::create_directory(options.state);
  Open(options);
  std::ofstream(options.state + "/README") << "Do not restore from a backup.";
  EXPECT_EQ(Open(options).AddCheckpoint(TestLog(5).Request(0, 5)).status, 200);
}

}  // namespace
}  // namespace trellis::witness
