#include "rendering/display.h"

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::rendering {
namespace {

using ::testing::ElementsAre;

TEST(CleanText, KeepsOrdinaryTextOfAnyScript) {
  const std::string text = "Siân O’Connor – 李雷 – Zoë 👩‍🏫 – سارة";
  EXPECT_EQ(CleanText(text), text);
}

TEST(CleanText, TakesEveryLineEndAsOne) {
  EXPECT_EQ(CleanText("a\r\nb\rc\nd\u2028e\u2029f\tg"), "a\nb\nc\nd\ne\nf g");
}

TEST(CleanText, ReplacesWhatCouldDeceiveATerminal) {
  EXPECT_EQ(CleanText("\x1b[2Ja\x7f\u009b\u202Eevil\u2066"), "�[2Ja���evil�");
  EXPECT_EQ(CleanText(absl::string_view("a\0b", 3)), "a�b");
}

TEST(CleanText, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(CleanText("\xff"
                      "a\xc3"),
            "�a�");
  EXPECT_EQ(CleanText("\xc0\xaf"), "��");            // "/" in too long a form.
  EXPECT_EQ(CleanText("\xed\xa0\x80"), "���");       // A surrogate.
  EXPECT_EQ(CleanText("\xf4\x90\x80\x80"), "����");  // Beyond U+10FFFF.
  EXPECT_EQ(CleanText("\xe2\x82"), "��");            // Cut off.
}

TEST(OneLine, JoinsLinesAndRunsOfSpaces) { EXPECT_EQ(OneLine("  a \n\n b\t c "), "a b c"); }

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("Zoë"), 3);
  EXPECT_EQ(DisplayWidth("Zoe\u0308"), 3);
  EXPECT_EQ(DisplayWidth("李雷"), 4);
  EXPECT_EQ(DisplayWidth("✓ 👍"), 4);
  EXPECT_EQ(DisplayWidth("│ – ’"), 5);
}

TEST(Wrap, BreaksAtSpacesAndKeepsParagraphs) {
  EXPECT_THAT(Wrap("one two three\n\nfour", 8), ElementsAre("one two", "three", "", "four"));
  EXPECT_THAT(Wrap("", 8), ElementsAre(""));
  EXPECT_THAT(Wrap("   ", 8), ElementsAre(""));
}

TEST(Wrap, BreaksAWordThatIsLongerThanALine) {
  EXPECT_THAT(Wrap("a abcdefghij b", 4), ElementsAre("a", "abcd", "efgh", "ij b"));
  EXPECT_THAT(Wrap("李雷李", 5), ElementsAre("李雷", "李"));
}

TEST(Wrap, NeverPartsACombiningMarkFromItsLetter) {
  EXPECT_THAT(Wrap("ababe\u0301e\u0301e\u0301", 5), ElementsAre("ababe\u0301", "e\u0301e\u0301"));
}

TEST(Wrap, KeepsAMarkThatStandsAlone) {
  EXPECT_THAT(Wrap("\u0301 abc", 3), ElementsAre("\u0301", "abc"));
}

TEST(PadRight, FillsByColumns) {
  EXPECT_EQ(PadRight("李", 4), "李  ");
  EXPECT_EQ(PadRight("abcdef", 4), "abcdef");
}

}  // namespace
}  // namespace trellis::rendering
