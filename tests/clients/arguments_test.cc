#include "clients/trellis/grammar/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/clients/testing.h"

namespace trellis::cli {
namespace {

using ::testing::ElementsAre;

// The value of the flag `name`; a dash if it was not given.
std::string Value(const absl::StatusOr<Invocation>& invocation, const std::string& name) {
  if (!invocation.ok()) return ErrorOf(invocation);
  for (const GivenFlag& given : invocation->flags) {
    if (given.flag->name == name) return given.value;
  }
  return "-";
}

TEST(Arguments, TakeFlagsBeforeAndAfterTheCommand) {
  const auto invocation = Parse({"--server", "h:1", "plan", "raise-concern", "--cause=Slow starts",
                                 kUuid, "--as-name", "Ruth"});
  ASSERT_TRUE(invocation.ok()) << invocation.status();
  EXPECT_EQ(invocation->command->Path(), "plan raise-concern");
  EXPECT_THAT(invocation->positionals, ElementsAre(kUuid));
  EXPECT_EQ(Value(invocation, "server"), "h:1");
  EXPECT_EQ(Value(invocation, "cause"), "Slow starts");
  EXPECT_EQ(Value(invocation, "as-name"), "Ruth");
}

TEST(Arguments, TakeAnyTextAsAValue) {
  for (const std::string text : {"-ve attitude", "[a, b]", "{}", "", "a=b", "-", "--- no", "--"}) {
    EXPECT_EQ(Value(Parse({"plan", "raise-concern", "--cause", text}), "cause"), text);
    EXPECT_EQ(Value(Parse({"plan", "raise-concern", "--cause=" + text}), "cause"), text);
  }
}

TEST(Arguments, RefuseAFlagWhereAValueBelongs) {
  EXPECT_EQ(ErrorOf(Parse({"plan", "raise-concern", "--cause", "--discussed-on", "2026-09-01"})),
            "--cause: got the flag --discussed-on, want TEXT; write --cause=--discussed-on if that "
            "is the value");
}

TEST(Arguments, TakeBooleansWithAndWithoutNo) {
  EXPECT_EQ(Value(Parse({"plan", "sign", "--agreed"}), "agreed"), "true");
  EXPECT_EQ(Value(Parse({"plan", "sign", "--no-agreed"}), "agreed"), "false");
  EXPECT_EQ(Value(Parse({"plan", "sign", "--agreed=false"}), "agreed"), "false");
  EXPECT_EQ(ErrorOf(Parse({"plan", "sign", "--no-agreed=true"})),
            "--no-agreed: got \"true\", want no value");
  EXPECT_EQ(ErrorOf(Parse({"plan", "sign", "--no-statement"})),
            "plan sign: unknown flag --no-statement; did you mean --statement?");
}

TEST(Arguments, SuggestTheNearest) {
  EXPECT_EQ(ErrorOf(Parse({"pln"})), "unknown command \"pln\"; did you mean plan?");
  EXPECT_EQ(ErrorOf(Parse({"plan", "rase-concern"})),
            "plan: unknown command \"rase-concern\"; did you mean raise-concern?");
  EXPECT_EQ(ErrorOf(Parse({"plan", "xyzzyxyzzy"})),
            "plan: unknown command \"xyzzyxyzzy\"; see trellis plan --help");
  EXPECT_EQ(ErrorOf(Parse({"plan", "raise-concern", "--standrd-code", "7d"})),
            "plan raise-concern: unknown flag --standrd-code; did you mean --standard-code?");
  EXPECT_EQ(ErrorOf(Parse({"--xyzzyxyzzy"})),
            "trellis: unknown flag --xyzzyxyzzy; a command's flags stand after the command");
}

TEST(Arguments, RefuseWhatIsMissingTwiceOrTooMuch) {
  EXPECT_EQ(ErrorOf(Parse({"plan", "sign", "--statement"})), "--statement: no value, want TEXT");
  EXPECT_EQ(ErrorOf(Parse({"plan", "list", "--state"})),
            "--state: no value, want one of active, paused, closed, erased");
  EXPECT_EQ(ErrorOf(Parse({"plan", "sign", "--statement", "a", "--statement", "b"})),
            "--statement: given twice, want it once");
  EXPECT_EQ(ErrorOf(Parse({"plan", "get", "a", "b"})),
            "plan get: got \"b\", want one PLAN; see trellis plan get --help");
  EXPECT_EQ(ErrorOf(Parse({"plan", "list", "a"})),
            "plan list: got \"a\", want flags only; see trellis plan list --help");
}

TEST(Arguments, EndFlagsAtTwoDashes) {
  const auto invocation = Parse({"plan", "get", "--", "--name"});
  ASSERT_TRUE(invocation.ok()) << invocation.status();
  EXPECT_THAT(invocation->positionals, ElementsAre("--name"));
}

TEST(Arguments, FindHelpAnywhere) {
  EXPECT_TRUE(Parse({"--help"})->help);
  EXPECT_TRUE(Parse({"plan", "-h"})->help);
  EXPECT_EQ(Parse({"plan", "-h"})->group, "plan");
  EXPECT_TRUE(Parse({"plan", "sign", "--help"})->help);
  EXPECT_TRUE(Parse({"--version"})->version);
}

}  // namespace
}  // namespace trellis::cli
