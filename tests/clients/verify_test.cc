// `trellis verify`, from its words to its exit code.
#include "tests/clients/ledger_command_fixture.h"

namespace trellis::cli {
namespace {

class VerifyTest : public LedgerCommandTest {
 protected:
  void SetUp() override {
    LedgerCommandTest::SetUp();
    log_.reset();
  }

  int Verify(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "verify");
    return program_.Run(arguments);
  }
  std::vector<std::string> Good() {
    return {"--data", data_.path(), "--ledger", "harbour", "--key", key_.verifier().ToString()};
  }
};

TEST_F(VerifyTest, SaysWhatHoldsAndEndsWithZero) {
  EXPECT_EQ(Verify(Good()), 0) << program_.err();
  EXPECT_THAT(program_.out(), HasSubstr("holds    records: 0 events in 0 commits and 0 streams"));
  EXPECT_THAT(program_.out(), HasSubstr("holds    checkpoint: signed over the first 0 events"));
}

TEST_F(VerifyTest, SaysWhatDoesNotHoldAndEndsWithOne) {
  std::filesystem::remove(data_ / "log.checkpoint");
  EXPECT_EQ(Verify(Good()), 1);
  EXPECT_THAT(program_.out(), HasSubstr("DAMAGED  checkpoint: "));
  EXPECT_THAT(program_.out(), HasSubstr("  checkpoint: there is no "));
  EXPECT_THAT(program_.err(), HasSubstr("does not hold: 1 findings (LEDGER_DAMAGED)"));
  auto arguments = Good();
  arguments.insert(arguments.end(), {"--output", "json"});
  EXPECT_EQ(Verify(arguments), 1);
  EXPECT_THAT(program_.out(), HasSubstr("\"holds\":false"));
}

TEST_F(VerifyTest, SaysWhatIsWrongWithTheCommandLine) {
  EXPECT_EQ(Verify({"--ledger", "harbour"}), 2);
  EXPECT_THAT(program_.err(), HasSubstr("--data is missing"));
  EXPECT_EQ(Verify({"--data", data_.path()}), 2);
  EXPECT_THAT(program_.err(), HasSubstr("--ledger is missing"));
  EXPECT_EQ(Verify({"--data", data_ / "none", "--ledger", "harbour"}), 2);
  EXPECT_THAT(program_.err(), HasSubstr("holds no directory log"));
  EXPECT_EQ(Verify({"--data", data_.path(), "--ledger", "harbour", "--key", "x"}), 2);
  EXPECT_EQ(Verify({"--data", data_.path(), "--ledger", "other"}), 5);
  EXPECT_THAT(program_.err(), HasSubstr("LEDGER_MISMATCH"));
}

}  // namespace
}  // namespace trellis::cli
