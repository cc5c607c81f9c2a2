// A witness that is killed, at any moment.
#include <csignal>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "tests/support/seed.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using testing::Fork;
using testing::TestLog;
using testing::WitnessTest;

constexpr int kRounds = 25;

// Cosigns one size after the other and says each in a byte; never returns.
[[noreturn]] void CosignUntilKilled(const Options& options, const Clock& clock, const TestLog& log,
                                    uint64_t size, int out) {
  const auto witness = Witness::Open(options, clock);
  while (witness.ok() && size < log.size()) {
    if ((*witness)->AddCheckpoint(log.Request(size, size + 1)).status != 200) break;
    ++size;
    const char said = static_cast<char>(size);
    if (write(out, &said, 1) != 1) break;
  }
  _exit(1);
}

TEST_F(WitnessTest, KilledItHasKeptWhatItAnswered) {
  std::mt19937_64 lots(trellis::testing::Seed());
  const TestLog log(200);
  Open();
  uint64_t size = 0;
  for (int round = 0; round < kRounds && size < 180; ++round) {
    witness_.reset();
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) CosignUntilKilled(TheOptions(), clock_, log, size, ends[1]);
    close(ends[1]);
    uint64_t answered = size;
    char said = 0;
    for (size_t answers = lots() % 8; answers > 0 && read(ends[0], &said, 1) == 1; --answers) {
      answered = static_cast<uint8_t>(said);
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    // What it said before it died.
    while (read(ends[0], &said, 1) == 1) answered = static_cast<uint8_t>(said);
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    Open();
    const proofs::Checkpoint served = Served();
    // One more than it answered, if it was killed between the two.
    ASSERT_GE(served.size, answered);
    ASSERT_LE(served.size, answered + 1);
    ASSERT_EQ(served, log.CheckpointAt(served.size));
    size = served.size;
    if (size == 0) continue;
    const TestLog fork = Fork(size - 1, "another last entry");
    ASSERT_EQ(witness_->AddCheckpoint(fork.Request(size, size)).status, 422);
    ASSERT_EQ(witness_->AddCheckpoint(log.Request(size, size)).status, 200);
  }
  EXPECT_GT(size, 20u);
}

}  // namespace
}  // namespace trellis::witness
