#include "clients/trellis/completion.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/clients/testing.h"

namespace trellis::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// bash with the script in a file of its own.
class Completion : public testing::Test {
 protected:
  void SetUp() override {
    std::string directory = testing::TempDir() + "completion_test_XXXXXX";
    directory_ = mkdtemp(directory.data());
    std::ofstream(Script()) << *CompletionScript(TheTree(), "bash");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Script() const { return directory_ + "/trellis.bash"; }

  // What `command` printed; its exit code is checked.
  static std::string Output(const std::string& command) {
    FILE* const pipe = popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer;
    while (const size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
      output.append(buffer.data(), size);
    }
    EXPECT_EQ(pclose(pipe), 0) << command;
    return output;
  }

  // What the shell offers for the last of `words`.
  std::string Offered(const std::vector<std::string>& words) const {
    return Output(absl::StrCat("bash -c 'source ", Script(), "; COMP_WORDS=(",
                               absl::StrJoin(words, " "), "); COMP_CWORD=", words.size() - 1,
                               "; _trellis; echo -n \"${COMPREPLY[*]}\"'"));
  }

  std::string directory_;
};

TEST_F(Completion, IsAcceptedByBash) {
  EXPECT_EQ(Output(absl::StrCat("bash -n ", Script(), " 2>&1")), "");
}

TEST_F(Completion, OffersCommands) {
  EXPECT_EQ(Offered({"trellis", "pla"}), "plan play");
  EXPECT_EQ(Offered({"trellis", "plan", "ra"}), "raise-concern");
  EXPECT_EQ(Offered({"trellis", "standards", "\"\""}), "get list");
  EXPECT_EQ(Offered({"trellis", "help", "exit"}), "exit-codes");
  EXPECT_EQ(Offered({"trellis", "help", "plan", "ra"}), "raise-concern");
  EXPECT_EQ(Offered({"trellis", "completion", "z"}), "zsh");
}

TEST_F(Completion, OffersFlagsAndTheirValues) {
  EXPECT_EQ(Offered({"trellis", "plan", "raise-concern", "--ca"}), "--cause --capacity");
  EXPECT_EQ(Offered({"trellis", "plan", "raise-concern", kUuid, "--disc"}), "--discussed-on");
  EXPECT_EQ(Offered({"trellis", "plan", "sign", "--no-a"}), "--no-agreed");
  EXPECT_EQ(Offered({"trellis", "plan", "pause", kUuid, "--reason", "s"}), "statutory-leave");
  EXPECT_EQ(Offered({"trellis", "plan", "sign", "--capacity", "head"}), "headteacher");
  EXPECT_EQ(Offered({"trellis", "plan", "sign", "--statement", "s"}), "");
}

TEST_F(Completion, StepsOverFlagsBeforeTheCommand) {
  EXPECT_EQ(Offered({"trellis", "--server", "h", ":", "7443", "plan", "ra"}), "raise-concern");
  EXPECT_EQ(Offered({"trellis", "--output", "=", "json", "plan", "ra"}), "raise-concern");
  EXPECT_EQ(Offered({"trellis", "--as-name", "plan", "standards", "ge"}), "get");
}

TEST(CompletionScript, KnowsOtherShells) {
  EXPECT_THAT(*CompletionScript(TheTree(), "zsh"),
              AllOf(HasSubstr("#compdef trellis\n"), HasSubstr("bashcompinit")));
  EXPECT_THAT(*CompletionScript(TheTree(), "fish"),
              AllOf(HasSubstr("-a raise-concern -d 'Raises a concern against a Teachers\\' "
                              "Standard.'\n"),
                    HasSubstr("-l reason -x -a 'statutory-leave absence ")));
  EXPECT_EQ(ErrorOf(CompletionScript(TheTree(), "fisch")),
            "completion: got \"fisch\", want bash, zsh or fish; did you mean fish?");
}

}  // namespace
}  // namespace trellis::cli
