#include "domain/term_clock.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/dates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::CivilDay Day(const std::string& text) { return *ParseDate(text); }

// An induction as its lists describe it.
class Served {
 public:
  Served& At(const std::string& from, const std::string& until = "",
             const std::string& urn = "100001") {
    v1::InductionSchool& school = *induction_.add_schools();
    school.mutable_school()->set_urn(urn);
    school.set_starts_on(from);
    school.set_ends_on(until);
    return *this;
  }
  Served& Works(int fte_hundredths, const std::string& from) {
    v1::WorkingPattern& pattern = *induction_.add_working_patterns();
    pattern.set_fte_hundredths(fte_hundredths);
    pattern.set_starts_on(from);
    return *this;
  }
  Served& Held(const std::string& from, const std::string& until = "") {
    v1::InductionPause& pause = *induction_.add_pauses();
    pause.set_starts_on(from);
    pause.set_ends_on(until);
    return *this;
  }
  Served& Absent(const std::string& from, const std::string& until, int days,
                 v1::Absence::Category category = v1::Absence::AD_HOC) {
    v1::Absence& absence = *induction_.add_absences();
    absence.set_starts_on(from);
    absence.set_ends_on(until);
    absence.set_days(days);
    absence.set_category(category);
    return *this;
  }
  Served& Extended(int hundredths) {
    induction_.add_extensions()->set_terms_hundredths(hundredths);
    return *this;
  }
  Served& Reduced(int hundredths) {
    induction_.add_reductions()->set_terms_hundredths(hundredths);
    return *this;
  }
  Served& Brought(int hundredths) {
    induction_.set_brought_hundredths(hundredths);
    return *this;
  }

  v1::Induction& induction() { return induction_; }
  int By(const std::string& day) const { return TermClock(induction_).ServedBy(Day(day)); }
  std::string ExpectedEnd() const {
    return ClockOn(induction_, Day("2024-01-15")).expected_end_on();
  }
  // Such as "2024-03-31 PROGRESS_REVIEW at 200".
  std::vector<std::string> Due() const {
    std::vector<std::string> due;
    for (const v1::InductionDue& item : TermClock(induction_).Due()) {
      due.push_back(absl::StrCat(item.due_on(), " ", v1::InductionDue::Kind_Name(item.kind()),
                                 " at ", item.served_hundredths()));
    }
    return due;
  }

 private:
  v1::Induction induction_;
};

TEST(TermOf, LeavesNoDayOut) {
  for (absl::CivilDay day(2023, 1, 1); day < absl::CivilDay(2025, 1, 1); ++day) {
    const Term term = TermOf(day);
    ASSERT_LE(term.starts_on, day);
    ASSERT_GE(term.ends_on, day);
    ASSERT_EQ(TermOf(term.ends_on + 1).starts_on, term.ends_on + 1);
  }
}

struct Reading {
  const char* what;
  Served served;
  const char* day;
  int hundredths;
};

TEST(TermClock, CountsHundredthsOfTerms) {
  const Reading readings[] = {
      {"before the first day", Served().At("2023-09-01"), "2023-08-31", 0},
      {"a whole term", Served().At("2023-09-01"), "2023-12-31", 100},
      {"the day before the term is whole, nothing counts", Served().At("2023-09-01"), "2023-12-30",
       0},
      {"two school years", Served().At("2023-09-01"), "2025-08-31", 600},
      {"half of the second term, rounded down: 45 of 91 days", Served().At("2023-09-01"),
       "2024-02-14", 149},
      // The guidance's own example: 2.5 terms at half time are 1.25 (2.34).
      {"2.5 terms at half time", Served().At("2023-11-01", "2024-08-31").Works(50, "2023-11-01"),
       "2024-08-31", 125},
      {"2.5 terms at full time", Served().At("2023-11-01", "2024-08-31"), "2024-08-31", 250},
      {"four years at half time are two (2.36)", Served().At("2023-09-01").Works(50, "2023-09-01"),
       "2027-08-31", 600},
      {"three days of five", Served().At("2023-09-01").Works(60, "2023-09-01"), "2024-08-31", 180},
      {"full time, then half",
       Served().At("2023-09-01").Works(100, "2023-09-01").Works(50, "2024-01-01"), "2024-03-31",
       150},
      {"held for half a term", Served().At("2023-09-01").Held("2023-11-01", "2023-12-31"),
       "2024-03-31", 150},
      {"held and not yet back", Served().At("2023-09-01").Held("2024-01-01"), "2025-08-31", 100},
      {"brought along", Served().At("2023-09-01").Brought(250), "2023-12-31", 350},
      {"the post has not lasted a term yet", Served().At("2023-11-01"), "2024-02-14", 0},
      // Half of autumn is missing, so half of the 91 days of spring: 46.
      {"the post has lasted a term: 46 days of 91", Served().At("2023-11-01"), "2024-02-15", 100},
      {"less than a term at the first school counts for nothing",
       Served().At("2023-09-01", "2023-11-30").At("2024-01-01", "", "100002"), "2024-03-31", 100},
      {"another headteacher is no other post",
       Served().At("2023-09-01", "2023-11-30").At("2023-12-01"), "2023-12-31", 100},
      {"two schools in one term add up before rounding",
       Served().At("2023-09-01", "2024-02-14").At("2024-02-15", "", "100002"), "2024-08-31", 300},
      {"after leaving nothing is added", Served().At("2023-09-01", "2023-12-31"), "2024-08-31",
       100},
  };
  for (const Reading& reading : readings) {
    EXPECT_EQ(reading.served.By(reading.day), reading.hundredths) << reading.what;
  }
}

TEST(TermClock, NeverGoesBackAndNeverBeyondTheCalendar) {
  Served served =
      Served().At("2023-10-09").Works(73, "2023-10-09").Held("2024-05-01", "2024-06-03");
  int before = 0;
  for (absl::CivilDay day(2023, 9, 1); day < absl::CivilDay(2025, 9, 1); ++day) {
    const int now = TermClock(served.induction()).ServedBy(day);
    ASSERT_GE(now, before) << DateText(day);
    ASSERT_LE(now, 600 * 73 / 100) << DateText(day);
    before = now;
  }
}

TEST(TermClock, EndsWhenAllWasServed) {
  EXPECT_EQ(Served().At("2023-09-01").ExpectedEnd(), "2025-08-31");
  EXPECT_EQ(Served().At("2023-09-01").Works(50, "2023-09-01").ExpectedEnd(), "2027-08-31");
  EXPECT_EQ(Served().At("2023-09-01").Extended(100).ExpectedEnd(), "2025-12-31");
  EXPECT_EQ(Served().At("2023-09-01").Reduced(200).ExpectedEnd(), "2024-12-31");
  EXPECT_EQ(Served().At("2023-09-01").Brought(350).ExpectedEnd(), "2024-06-16");
  EXPECT_EQ(Served().At("2023-09-01").Held("2023-12-01").ExpectedEnd(), "");
  EXPECT_EQ(Served().At("2023-09-01", "2024-03-31").ExpectedEnd(), "");
  // What is left is less than a term, but a new post has to last one (3.9).
  EXPECT_EQ(Served().At("2024-01-01").Brought(580).ExpectedEnd(), "2024-03-31");
  // Never within forty years.
  EXPECT_EQ(Served().At("2023-09-01").Works(1, "2023-09-01").ExpectedEnd(), "");
}

TEST(TermClock, AddsAbsenceFromThirtyDaysInAYearOfTheInduction) {
  EXPECT_EQ(AbsenceHundredths(29), 0);
  EXPECT_EQ(AbsenceHundredths(30), 48);  // 30 of 190 days of three terms: 47.4.
  EXPECT_EQ(AbsenceHundredths(190), 300);
  const auto required = [](const Served& served) {
    return ClockOn(Served(served).induction(), Day("2025-07-01")).required_hundredths();
  };
  const Served base = Served().At("2023-09-01");
  EXPECT_EQ(required(Served(base).Absent("2023-10-02", "2023-11-10", 29)), 600);
  EXPECT_EQ(required(Served(base)
                         .Absent("2023-10-02", "2023-11-10", 29)
                         .Absent("2024-02-01", "2024-02-01", 1)),
            648);
  // 29 days in each of the two years: no extension.
  EXPECT_EQ(required(Served(base)
                         .Absent("2023-10-02", "2023-11-10", 29)
                         .Absent("2024-10-02", "2024-11-10", 29)),
            600);
  EXPECT_EQ(
      required(Served(base).Absent("2023-10-02", "2024-03-28", 100, v1::Absence::STATUTORY_LEAVE)),
      600);
  // At half time the first year of the induction lasts two years of the calendar.
  EXPECT_EQ(required(Served(base)
                         .Works(50, "2023-09-01")
                         .Absent("2023-10-02", "2023-11-10", 15)
                         .Absent("2024-10-02", "2024-11-10", 15)),
            648);
}

TEST(TermClock, ExtendsTheYearOfTheAbsence) {
  const Served ill = Served().At("2023-09-01").Absent("2023-10-02", "2023-11-10", 30);
  // The first year goes on for 0.48 of a term: 59 of the 122 days of autumn.
  EXPECT_THAT(ill.Due()[2], "2024-08-31 PROGRESS_REVIEW at 300");
  EXPECT_THAT(ill.Due()[3], "2024-10-29 FIRST_ASSESSMENT at 348");
}

TEST(TermClock, PlansReviewsInEachTermWithoutAFormalAssessment) {
  EXPECT_THAT(
      Served().At("2023-09-01").Due(),
      ElementsAre("2023-12-31 PROGRESS_REVIEW at 100", "2024-03-31 PROGRESS_REVIEW at 200",
                  "2024-08-31 FIRST_ASSESSMENT at 300", "2024-12-31 PROGRESS_REVIEW at 400",
                  "2025-03-31 PROGRESS_REVIEW at 500", "2025-08-31 FINAL_ASSESSMENT at 600"));
}

TEST(TermClock, LeavesOutAReviewLessThanATermBeforeAnAssessmentOfAPartTimer) {
  // At four days of five 3.0 terms come in the fourth: the third has no review.
  EXPECT_THAT(
      Served().At("2023-09-01").Works(80, "2023-09-01").Due(),
      ElementsAre("2023-12-31 PROGRESS_REVIEW at 80", "2024-03-31 PROGRESS_REVIEW at 160",
                  "2024-12-01 FIRST_ASSESSMENT at 300", "2025-03-31 PROGRESS_REVIEW at 400",
                  "2025-08-31 PROGRESS_REVIEW at 480", "2026-02-14 FINAL_ASSESSMENT at 600"));
}

TEST(TermClock, GivesThoseWhoJoinMidTermUntilTheMiddleOfTheNext) {
  const std::vector<std::string> due = Served().At("2023-11-13").Due();
  EXPECT_EQ(due[0].substr(0, 26), "2024-02-14 PROGRESS_REVIEW");
  EXPECT_EQ(due[1].substr(0, 26), "2024-08-31 PROGRESS_REVIEW");
  // In the first half: in the same term.
  EXPECT_EQ(Served().At("2023-09-18").Due()[0].substr(0, 26), "2023-12-31 PROGRESS_REVIEW");
}

TEST(TermClock, PutsOffAReviewUntilTheEctIsBack) {
  const std::vector<std::string> due =
      Served().At("2023-09-01").Held("2024-03-01", "2024-05-31").Due();
  EXPECT_EQ(due[1].substr(0, 26), "2024-06-01 PROGRESS_REVIEW");
  // Nothing falls due while nobody knows for how long.
  EXPECT_THAT(Served().At("2023-09-01").Held("2024-03-01").Due(),
              ElementsAre("2023-12-31 PROGRESS_REVIEW at 100"));
}

TEST(TermClock, OwesAnInterimAssessmentToWhoeverLeavesAfterATerm) {
  EXPECT_THAT(
      Served().At("2023-09-01", "2024-02-14").Due(),
      ElementsAre("2023-12-31 PROGRESS_REVIEW at 100", "2024-02-14 INTERIM_ASSESSMENT at 149"));
  EXPECT_THAT(Served().At("2023-09-01", "2023-11-30").Due(), IsEmpty());
}

TEST(TermClock, HasOneAssessmentOnceReducedToATerm) {
  EXPECT_THAT(Served().At("2023-09-01").Reduced(500).Due(),
              ElementsAre("2023-12-31 FINAL_ASSESSMENT at 100"));
}

TEST(TermClock, PassesOverWhatWasStruckOut) {
  Served served = Served().At("2023-09-01").Extended(100).Absent("2023-10-02", "2023-11-10", 30);
  const auto strike_out = [](v1::Entry& entry) {
    entry.mutable_correction()->set_struck_out(true);
  };
  strike_out(*served.induction().mutable_extensions(0)->mutable_entry());
  strike_out(*served.induction().mutable_absences(0)->mutable_entry());
  EXPECT_EQ(served.ExpectedEnd(), "2025-08-31");
}

TEST(ClockOn, ShowsExactHundredthsAndWhatDfeTakes) {
  Served served = Served().At("2023-11-01", "2024-08-31").Works(50, "2023-11-01");
  const v1::InductionClock clock = ClockOn(served.induction(), Day("2024-08-31"));
  EXPECT_EQ(clock.served_hundredths(), 125);
  EXPECT_EQ(clock.served_tenths(), 13);
  ASSERT_EQ(clock.terms_size(), 3);
  EXPECT_EQ(clock.terms(0).served_hundredths(), 25);
  EXPECT_EQ(clock.terms(2).ends_on(), "2024-08-31");
  EXPECT_EQ(RoundedTenths(124), 12);
  EXPECT_EQ(RoundedTenths(600), 60);
}

TEST(ClockOn, IsZeroForAnInductionWithoutASchool) {
  const v1::InductionClock clock = ClockOn(v1::Induction(), Day("2024-08-31"));
  EXPECT_EQ(clock.served_hundredths(), 0);
  EXPECT_EQ(clock.expected_end_on(), "");
  EXPECT_THAT(clock.due(), IsEmpty());
}

}  // namespace
}  // namespace trellis::domain
