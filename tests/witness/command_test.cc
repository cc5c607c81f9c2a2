// `trellis witness`, from its flags to its end.
#include <future>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "clients/trellis/run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/witness/testing.h"
#include "witness/collector.h"
#include "witness/http_sender.h"

namespace trellis::cli {
namespace {

using proofs::testing::LogKey;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using witness::testing::TestLog;

class WitnessCommandTest : public ::testing::Test {
 protected:
  // Runs it, and does `meanwhile` with what it printed once it serves.
  int Run(const std::vector<std::string>& words,
          const std::function<void(const std::string&)>& meanwhile = {}) {
    std::istringstream in;
    std::ostringstream out;
    err_.str("");
    const Process process{.variables = [](const std::string&) { return std::nullopt; },
                          .in = in,
                          .out = out,
                          .err = err_,
                          .hold_signals = [&] { return [&] { meanwhile(out.str()); }; }};
    return cli::Run(words, process);
  }
  std::vector<std::string> Words() const {
    return {"witness",
            "--listen",
            "127.0.0.1:0",
            "--state",
            directory_ / "state",
            "--key",
            key_,
            "--log",
            LogKey().verifier().ToString(),
            "--name",
            "witness.example/school"};
  }

  trellis::testing::TempDirectory directory_;
  const std::string key_ = directory_ / "witness.key";
  std::ostringstream err_;
};

TEST_F(WitnessCommandTest, ServesUntilItIsToEnd) {
  std::string first_key;
  for (size_t run = 0; run < 2; ++run) {
    const int exit_code = Run(Words(), [&](const std::string& printed) {
      ASSERT_THAT(printed, MatchesRegex("trellis witness serves on http://127.0.0.1:[0-9]+ with "
                                        "key witness.example/school\\+[0-9a-f]+\\+.*\n"));
      const std::vector<std::string> said = absl::StrSplit(printed, absl::ByAnyChar(" \n"));
      if (first_key.empty()) first_key = said[7];
      EXPECT_EQ(said[7], first_key);
      witness::Peer peer{said[4], *proofs::VerifierKey::Parse(said[7]), 5 * run};
      const TestLog log(10);
      const size_t size = 5 * (run + 1);
      const auto cosignature = witness::Collect(
          log.NoteAt(size), peer,
          [&](uint64_t old) -> absl::StatusOr<std::vector<Digest>> {
            return log.Growth(old, size);
          },
          witness::HttpSender(absl::Seconds(10)));
      EXPECT_TRUE(cosignature.ok()) << cosignature.status();
    });
    EXPECT_EQ(exit_code, 0) << err_.str();
  }
}

TEST_F(WitnessCommandTest, SaysWhichFlagIsMissing) {
  for (const char* const flag : {"--listen", "--state", "--key", "--log"}) {
    std::vector<std::string> words = Words();
    const auto found = std::find(words.begin(), words.end(), flag);
    words.erase(found, found + 2);
    EXPECT_EQ(Run(words), 2);
    EXPECT_THAT(err_.str(), HasSubstr(std::string(flag) + " is missing"));
  }
}

TEST_F(WitnessCommandTest, SaysWhatIsWrongWithTheAddress) {
  for (const char* const address : {"7490", ":7490", "127.0.0.1:", "127.0.0.1:65536",
                                    "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:1 "}) {
    std::vector<std::string> words = Words();
    words[2] = address;
    EXPECT_EQ(Run(words), 2) << address;
    EXPECT_THAT(err_.str(), HasSubstr("want HOST:PORT"));
  }
}

TEST_F(WitnessCommandTest, SaysWhyItCannotServe) {
  std::vector<std::string> words = Words();
  words.resize(words.size() - 2);
  EXPECT_EQ(Run(words), 3);
  EXPECT_THAT(err_.str(), HasSubstr("there is no name for a new key (KEY_UNFIT)"));
}

TEST_F(WitnessCommandTest, HasHelp) {
  std::istringstream in;
  std::ostringstream out;
  const Process process{.variables = [](const std::string&) { return std::nullopt; },
                        .in = in,
                        .out = out,
                        .err = err_};
  EXPECT_EQ(cli::Run({"witness", "--help"}, process), 0);
  EXPECT_THAT(out.str(), HasSubstr("trellis witness --listen 127.0.0.1:7490 --state witness/"));
}

}  // namespace
}  // namespace trellis::cli
