#include "clients/trellis/grammar/names.h"

#include <gtest/gtest.h>

namespace trellis::cli {
namespace {

TEST(KebabCase, TakesMethodsFieldsAndConstants) {
  EXPECT_EQ(KebabCase("OpenSupportPlan"), "open-support-plan");
  EXPECT_EQ(KebabCase("open_support_plan"), "open-support-plan");
  EXPECT_EQ(KebabCase("INDUCTION_TUTOR"), "induction-tutor");
  EXPECT_EQ(KebabCase("ECTPlan"), "ect-plan");
  EXPECT_EQ(KebabCase("Sign"), "sign");
  EXPECT_EQ(KebabCase(""), "");
}

TEST(ConstantCase, TakesAnySpelling) {
  EXPECT_EQ(ConstantCase("induction-tutor"), "INDUCTION_TUTOR");
  EXPECT_EQ(ConstantCase("Induction Tutor"), "INDUCTION_TUTOR");
}

TEST(SpokenWords, KeepTheAcronym) {
  EXPECT_EQ(SpokenWords("INDUCTION_TUTOR"), "induction tutor");
  EXPECT_EQ(SpokenWords("ECT"), "ECT");
}

TEST(Nearest, NamesWhatWasMeant) {
  const std::vector<std::string> words = {"raise-concern", "resolve-concern", "sign"};
  EXPECT_EQ(Nearest("rase-concern", words), "raise-concern");
  EXPECT_EQ(Nearest("sing", words), "sign");
  EXPECT_EQ(Nearest("resolve", words), "resolve-concern");
  EXPECT_EQ(Nearest("timetable", words), "");
  EXPECT_EQ(Nearest("", words), "");
}

TEST(DidYouMean, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(DidYouMean("caus", {"cause"}, "--"), "; did you mean --cause?");
  EXPECT_EQ(DidYouMean("timetable", {"cause"}, "--"), "");
}

}  // namespace
}  // namespace trellis::cli
