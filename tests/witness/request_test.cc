#include "witness/request.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using ::testing::HasSubstr;
using testing::TestLog;

TEST(WitnessRequest, RoundTrips) {
  const TestLog log(70);
  for (const auto& [from, to] : {std::pair<size_t, size_t>{0, 0}, {0, 70}, {3, 70}, {70, 70}}) {
    const std::string bytes = log.Request(from, to);
    const absl::StatusOr<AddCheckpointRequest> read = ParseRequest(bytes);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->old_size, from);
    EXPECT_EQ(read->proof, log.Growth(from, to));
    EXPECT_EQ(read->checkpoint.text, log.NoteAt(to).text);
    EXPECT_EQ(FormatRequest(*read), bytes);
  }
}

// The example of C2SP tlog-witness.
TEST(WitnessRequest, ReadsTheExampleOfTheSpecification) {
  const std::string checkpoint =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
      "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
      "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
  const absl::StatusOr<AddCheckpointRequest> read =
      ParseRequest(absl::StrCat("old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
                                "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\n",
                                checkpoint));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->old_size, 20852014u);
  EXPECT_EQ(read->proof.size(), 2u);
  EXPECT_EQ(proofs::FormatNote(read->checkpoint), checkpoint);
}

std::string WithHashes(size_t count) {
  return FormatRequest(
      {.old_size = 1, .proof = testing::Proof(count), .checkpoint = TestLog(2).NoteAt(2)});
}

TEST(WitnessRequest, TakesUpTo63Hashes) {
  const std::string most = WithHashes(63);
  EXPECT_TRUE(ParseRequest(most).ok());
  const size_t line = most.find('\n') + 1;
  const std::string more = most.substr(0, line) + most.substr(line, 45) + most.substr(line);
  const absl::Status status = ParseRequest(more).status();
  EXPECT_EQ(ErrorReason(status), "WITNESS_REQUEST_MALFORMED");
  EXPECT_THAT(status.message(), HasSubstr("over 63 hashes"));
}

TEST(WitnessRequest, TakesUpTo64KiB) {
  const auto with_line_of = [](size_t size) {
    proofs::Checkpoint checkpoint = TestLog(1).CheckpointAt(1);
    checkpoint.extensions = {std::string(size, 'x')};
    return FormatRequest({.old_size = 0, .proof = {}, .checkpoint = TestLog().Sign(checkpoint)});
  };
  const size_t rest = with_line_of(1).size() - 1;
  EXPECT_TRUE(ParseRequest(with_line_of(kRequestBytesMax - rest)).ok());
  const absl::Status status = ParseRequest(with_line_of(kRequestBytesMax - rest + 1)).status();
  EXPECT_EQ(ErrorReason(status), "WITNESS_REQUEST_MALFORMED");
  EXPECT_THAT(status.message(), HasSubstr("has 65537 bytes, limit 65536"));
}

TEST(WitnessRequest, RefusesWhatIsNone) {
  const std::string note = proofs::FormatNote(TestLog(2).NoteAt(2));
  const std::string hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
  for (const std::string& bytes : {std::string(),
                                   std::string("\n"),
                                   "old 0" + note,
                                   "old 0\n" + note,
                                   note,
                                   "\n" + note,
                                   "old\n\n" + note,
                                   "old \n\n" + note,
                                   "old  0\n\n" + note,
                                   "old 00\n\n" + note,
                                   "old 01\n\n" + note,
                                   "old +1\n\n" + note,
                                   "old -1\n\n" + note,
                                   "old 1 \n\n" + note,
                                   "Old 1\n\n" + note,
                                   " old 1\n\n" + note,
                                   "old 0x1\n\n" + note,
                                   "old 1.0\n\n" + note,
                                   "old 18446744073709551616\n\n" + note,
                                   "old 1\r\n\r\n" + note,
                                   "old 1\n" + hash + note,
                                   "old 1\n" + hash.substr(1) + "\n" + note,
                                   "old 1\n " + hash + "\n" + note,
                                   "old 1\n" + hash.substr(0, 44) + " \n\n" + note,
                                   "old 1\nAAAA\n\n" + note,
                                   std::string("old 1\n\n"),
                                   std::string("old 1\n\n\n"),
                                   "old 1\nold 1\n\n" + note}) {
    const absl::Status status = ParseRequest(bytes).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bytes;
  }
}

}  // namespace
}  // namespace trellis::witness
