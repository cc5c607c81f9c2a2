// `trellis verify`, from its words to its exit code.
#include <filesystem>
#include <optional>
#include <sstream>

#include "base/clock.h"
#include "clients/trellis/run.h"
#include "eventstore/event_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"

namespace trellis::cli {
namespace {

using ::testing::HasSubstr;

class VerifyTest : public ::testing::Test {
 protected:
  // An empty ledger, which its key has signed.
  void SetUp() override {
    const SystemClock clock;
    const auto log = eventstore::EventLog::Open(
        {.directory = data_ / "log", .ledger = "harbour", .key = key_}, clock);
    ASSERT_TRUE(log.ok()) << log.status();
  }

  int Verify(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "verify");
    std::istringstream in;
    out_.str("");
    err_.str("");
    return cli::Run(arguments, {.variables = [](const std::string&) { return std::nullopt; },
                                .in = in,
                                .out = out_,
                                .err = err_});
  }
  std::vector<std::string> Good() {
    return {"--data", data_.path(), "--ledger", "harbour", "--key", key_.verifier().ToString()};
  }

  const proofs::SignerKey key_ =
      proofs::SignerKey::Generate("harbour", proofs::KeyType::kNote).value();
  testing::TempDirectory data_;
  std::ostringstream out_, err_;
};

TEST_F(VerifyTest, SaysWhatHoldsAndEndsWithZero) {
  EXPECT_EQ(Verify(Good()), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("holds    records: 0 events in 0 commits and 0 streams"));
  EXPECT_THAT(out_.str(), HasSubstr("holds    checkpoint: signed over the first 0 events"));
}

TEST_F(VerifyTest, SaysWhatDoesNotHoldAndEndsWithOne) {
  std::filesystem::remove(data_ / "log.checkpoint");
  EXPECT_EQ(Verify(Good()), 1);
  EXPECT_THAT(out_.str(), HasSubstr("DAMAGED  checkpoint: "));
  EXPECT_THAT(out_.str(), HasSubstr("  checkpoint: there is no "));
  EXPECT_THAT(err_.str(), HasSubstr("does not hold: 1 findings (LEDGER_DAMAGED)"));
  auto arguments = Good();
  arguments.insert(arguments.end(), {"--output", "json"});
  EXPECT_EQ(Verify(arguments), 1);
  EXPECT_THAT(out_.str(), HasSubstr("\"holds\":false"));
}

TEST_F(VerifyTest, SaysWhatIsWrongWithTheCommandLine) {
  EXPECT_EQ(Verify({"--ledger", "harbour"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--data is missing"));
  EXPECT_EQ(Verify({"--data", data_.path()}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--ledger is missing"));
  EXPECT_EQ(Verify({"--data", data_ / "none", "--ledger", "harbour"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("holds no directory log"));
  EXPECT_EQ(Verify({"--data", data_.path(), "--ledger", "harbour", "--key", "x"}), 2);
  EXPECT_EQ(Verify({"--data", data_.path(), "--ledger", "other"}), 5);
  EXPECT_THAT(err_.str(), HasSubstr("LEDGER_MISMATCH"));
}

}  // namespace
}  // namespace trellis::cli
