#include "base/log.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string Logged(std::initializer_list<std::pair<absl::string_view, std::string>> fields) {
  ::testing::internal::CaptureStderr();
  Log("append.done", fields);
  return ::testing::internal::GetCapturedStderr();
}

TEST(Log, IsALineWithATimeAnEventAndFields) {
  EXPECT_THAT(Logged({{"plan", "p1"}, {"ms", "3"}}),
              MatchesRegex("[0-9-]+T[0-9:]+\\.[0-9]+Z append\\.done plan=p1 ms=3\n"));
  EXPECT_THAT(Logged({}), MatchesRegex("[^ ]+ append\\.done\n"));
}

TEST(Log, QuotesWhatHasBlanks) {
  EXPECT_THAT(Logged({{"why", "disk is full"}, {"what", ""}}),
              HasSubstr("why=\"disk is full\" what=\"\""));
}

// One who can choose a value cannot write a line of their own.
TEST(Log, EscapesLineBreaksAndControlCharacters) {
  const std::string line = Logged({{"name", "x\n2026-11-21T09:00:00.000Z forged a=b\x1b[2J\"\r"}});
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
  EXPECT_THAT(line, HasSubstr("x\\n2026"));
  EXPECT_THAT(line, HasSubstr("\\033[2J\\\"\\r"));
}

TEST(Log, KeepsOtherScripts) { EXPECT_THAT(Logged({{"name", "Siân"}}), HasSubstr("name=Siân")); }

}  // namespace
}  // namespace trellis
