#include "clients/trellis/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/trellis/errors.h"
#include "tests/clients/testing.h"

namespace trellis::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Help, ListsGroupsCommandsAndFlags) {
  const std::string help = ProgramHelp(TheTree());
  for (const char* const word : {"raise-concern", "standards", "play FILE", "--server HOST:PORT",
                                 "TRELLIS_ACTOR", "exit-codes"}) {
    EXPECT_THAT(help, HasSubstr(word));
  }
  EXPECT_THAT(GroupHelp(TheTree(), "plan"),
              HasSubstr("raise-concern                Raises a concern against a Teachers' "
                        "Standard.\n"));
  EXPECT_THAT(GroupHelp(TheTree(), "standards"), Not(HasSubstr("raise-concern")));
}

TEST(Help, TellsACommandFromTheContract) {
  EXPECT_EQ(
      CommandHelp(TheTree(), *TheTree().Find("plan", "resolve-concern")),
      "Resolves a concern. Given by the induction tutor or the headteacher.\n"
      "\n"
      "Usage: trellis plan resolve-concern PLAN [flags]\n"
      "\n"
      "Flags:\n"
      "  PLAN, --name        The plan, `supportPlans/{uuid}`. REQUIRED\n"
      "  --request-id UUID   A UUID for this command; sent again, it gets the first answer. "
      "Default:\n"
      "                      random.\n"
      "  --etag ETAG         The plan's etag as last read; ABORTED if the plan has changed since.\n"
      "  --occurred-on DATE  The day it was resolved. Default: today.\n"
      "  --late-reason TEXT  Why it is recorded late; needed when `occurred_on` is more than 7 "
      "days "
      "ago.\n"
      "  --concern-id ID     The concern. REQUIRED\n"
      "  --resolution TEXT   How it was resolved. REQUIRED\n"
      "  --input FILE        The whole request from a .json, .txtpb or .textproto file, or - for "
      "standard\n"
      "                      input. Flags override it.\n"
      "\n"
      "Example:\n"
      "    trellis plan resolve-concern 6f1c2d3e-4b5a-4978-8c6d-0a1b2c3d4e5f --concern-id c1 \\\n"
      "    --resolution '...'\n"
      "\n"
      "Flags of every command: --server, --as, --as-name, --capacity, --token-file, --tls, "
      "--tls-roots, --tls-certificate, --tls-key, --output, --timeout, --help, --version; see "
      "trellis --help\n");
}

TEST(Help, TellsWhoseFieldItIs) {
  EXPECT_THAT(CommandHelp(TheTree(), *TheTree().Find("plan", "open")),
              HasSubstr("The early career teacher: `people/{uuid}`. REQUIRED"));
}

TEST(Help, NamesAFileAfterWhatIsInIt) {
  EXPECT_THAT(CommandHelp(TheTree(), *TheTree().Find("plan", "export-evidence")),
              HasSubstr("--out evidence.zip"));
  EXPECT_THAT(CommandHelp(TheTree(), *TheTree().Find("access", "export-subject")),
              HasSubstr("--out subject.json"));
}

TEST(Help, HasTopics) {
  EXPECT_EQ(*TopicHelp(TheTree(), {}), ProgramHelp(TheTree()));
  EXPECT_EQ(*TopicHelp(TheTree(), {"exit-codes"}), ExitCodesHelp());
  EXPECT_EQ(*TopicHelp(TheTree(), {"plan"}), GroupHelp(TheTree(), "plan"));
  EXPECT_EQ(*TopicHelp(TheTree(), {"plan", "sign"}),
            CommandHelp(TheTree(), *TheTree().Find("plan", "sign")));
  EXPECT_THAT(*TopicHelp(TheTree(), {"play"}), HasSubstr("Usage: trellis play FILE\n"));
  EXPECT_EQ(ErrorOf(TopicHelp(TheTree(), {"exit-code"})),
            "no help on \"exit-code\"; did you mean exit-codes?");
  EXPECT_EQ(ErrorOf(TopicHelp(TheTree(), {"plan", "sing"})),
            "no help on \"plan sing\"; did you mean sign?");
}

}  // namespace
}  // namespace trellis::cli
