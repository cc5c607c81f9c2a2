#include "proofs/checkpoint.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gtest/gtest.h"
#include "tests/proofs/signed_log.h"

namespace trellis::proofs {
namespace {

// The example of the specification.
constexpr char kKnown[] =
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(Checkpoint, ReadsAndWritesTheExample) {
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(kKnown);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20'852'163U);
  EXPECT_EQ(absl::BytesToHexString(AsBytes(checkpoint->root)),
            "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  EXPECT_TRUE(checkpoint->extensions.empty());
  EXPECT_EQ(FormatCheckpoint(*checkpoint), kKnown);
}

TEST(Checkpoint, KeepsExtensionLines) {
  const std::string text = absl::StrCat(kKnown, "one line\n20852163\n");
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(text);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->extensions, (std::vector<std::string>{"one line", "20852163"}));
  EXPECT_EQ(FormatCheckpoint(*checkpoint), text);
}

TEST(Checkpoint, HasTheSmallestAndTheLargestSize) {
  for (const uint64_t size : {uint64_t{0}, UINT64_MAX}) {
    const Checkpoint checkpoint{"o", size, EmptyRoot(), {}};
    EXPECT_EQ(*ParseCheckpoint(FormatCheckpoint(checkpoint)), checkpoint);
  }
}

// A text has one meaning and a meaning one text: whatever is read is written back as it was.
TEST(Checkpoint, AnyMistakeIsRefusedOrAnotherCheckpoint) {
  const Checkpoint right = *ParseCheckpoint(kKnown);
  size_t refused = 0;
  testing::ForEachMistake(kKnown, [&](const std::string& wrong, size_t) {
    const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(wrong);
    if (checkpoint.ok()) {
      EXPECT_FALSE(*checkpoint == right);
      EXPECT_EQ(FormatCheckpoint(*checkpoint), wrong);
    } else {
      EXPECT_EQ(ErrorReason(checkpoint.status()), "CHECKPOINT_MALFORMED");
      ++refused;
    }
  });
  EXPECT_GT(refused, 500U);
}

TEST(Checkpoint, WantsItsForm) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("o\n1\n"), absl::StrCat("o\n1\n", root),
        absl::StrCat("\n1\n", root, "\n"), absl::StrCat("o\n\n", root, "\n"),
        absl::StrCat("o\n01\n", root, "\n"), absl::StrCat("o\n+1\n", root, "\n"),
        absl::StrCat("o\n-1\n", root, "\n"), absl::StrCat("o\n1 \n", root, "\n"),
        absl::StrCat("o\n0x1\n", root, "\n"), absl::StrCat("o\n18446744073709551616\n", root, "\n"),
        absl::StrCat("o\n1\n", root, "\n\n"), absl::StrCat("o\n1\n", root, "\n\next\n"),
        absl::StrCat("o\n1\n ", root, "\n"), absl::StrCat("o\n1\n", root, " \n"),
        absl::StrCat("o\n1\n", root.substr(0, 43), "\n"), std::string("o\n1\n\n"),
        absl::StrCat("o\n1\n", absl::Base64Escape(std::string(31, 'r')), "\n"),
        absl::StrCat("o\n1\n", absl::Base64Escape(std::string(33, 'r')), "\n"),
        // The last digit has bits that stand for nothing.
        std::string("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")}) {
    EXPECT_EQ(ErrorReason(ParseCheckpoint(text).status()), "CHECKPOINT_MALFORMED")
        << absl::CHexEscape(text);
  }
}

TEST(CheckpointDeathTest, CrashesOnALineThatIsNone) {
  EXPECT_DEATH(FormatCheckpoint({"", 1, EmptyRoot(), {}}), "CHECK failed");
  EXPECT_DEATH(FormatCheckpoint({"a\nb", 1, EmptyRoot(), {}}), "CHECK failed");
  EXPECT_DEATH(FormatCheckpoint({"o", 1, EmptyRoot(), {""}}), "CHECK failed");
}

}  // namespace
}  // namespace trellis::proofs
