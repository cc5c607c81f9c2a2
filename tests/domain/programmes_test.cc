#include "domain/programmes.h"

#include "domain/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

v1::SessionNote Note(const std::string& provider, const std::string& module,
                     const std::string& part, int week) {
  v1::SessionNote note;
  note.mutable_programme()->set_provider(provider);
  note.set_module(module);
  note.set_part(part);
  note.set_week(week);
  return note;
}

TEST(KnownProgrammes, HaveWeeksInEveryModuleAndTitlesForAllOrNone) {
  ASSERT_EQ(KnownProgrammes().size(), 4);
  for (const v1::KnownProgramme& known : KnownProgrammes()) {
    EXPECT_TRUE(Validate(known.programme()).ok());
    EXPECT_GT(known.modules_size(), 0);
    for (const v1::KnownModule& module : known.modules()) {
      EXPECT_GT(module.weeks(), 0) << module.ShortDebugString();
      if (module.week_titles_size() > 0) {
        EXPECT_EQ(module.week_titles_size(), module.weeks());
      }
    }
  }
}

TEST(SessionTitle, IsWhatTheProgrammeCallsTheSession) {
  EXPECT_EQ(SessionTitle(Note("UCL", "9", "", 4)), "Programme review and planning for year 3");
  EXPECT_EQ(SessionTitle(Note("ucl", "fulfilling professional responsibilities (ii)", "", 1)),
            "Managing professional development");
  // EDT's module 9 is another one; its sessions have no titles here.
  EXPECT_EQ(SessionTitle(Note("EDT", "9", "", 4)), "");
  EXPECT_EQ(SessionTitle(Note("UCL", "9", "", 5)), "");
  EXPECT_EQ(SessionTitle(Note("Our own", "9", "", 4)), "");
}

TEST(FindModule, WantsThePartOfAModuleThatHasSeveral) {
  EXPECT_EQ(FindModule(Note("UCL", "3", "2", 1))->weeks(), 5);
  EXPECT_EQ(FindModule(Note("UCL", "3", "", 1)), nullptr);
  v1::SessionNote note = Note("UCL", "9", "", 4);
  note.set_year(1);
  EXPECT_EQ(FindModule(note), nullptr);
  note.set_year(2);
  note.mutable_programme()->set_edition("2025");
  EXPECT_EQ(FindModule(note), nullptr);
}

}  // namespace
}  // namespace trellis::domain
