#include "clients/trellis/text.h"

#include <gtest/gtest.h>

namespace trellis::cli {
namespace {

TEST(AlignedTable, CountsCharactersAndNotBytes) {
  EXPECT_EQ(AlignedTable({{"NAME", "STATE"}, {"Zoë", "active"}, {"Anastasia", ""}}),
            "NAME       STATE\n"
            "Zoë        active\n"
            "Anastasia\n");
}

TEST(Wrapped, BreaksAtSpaces) {
  EXPECT_EQ(Wrapped("one two three four", 2, 11), "one two\n  three\n  four");
  EXPECT_EQ(Wrapped("unbreakable", 2, 5), "unbreakable");
}

TEST(OneLine, HoldsNoControlCharacters) { EXPECT_EQ(OneLine("a\nb\x1b[2Jc"), "a b [2Jc"); }

TEST(Indented, KeepsLinesAndDropsWhatSteersATerminal) {
  EXPECT_EQ(Indented("a\nb\x1b[2J\tc\r", "  "), "a\n  b[2J\tc");
}

}  // namespace
}  // namespace trellis::cli
