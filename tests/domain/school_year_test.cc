#include "domain/school_year.h"

#include <functional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/domain/example_school_year.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::vector<std::string> Violations(const v1::SchoolYear& year, absl::string_view path = "") {
  const absl::Status status = CheckSchoolYear(year, path);
  std::vector<std::string> all;
  if (status.ok()) return all;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  google::rpc::BadRequest bad;
  EXPECT_TRUE(bad.ParseFromString(
      std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest"))));
  for (const auto& violation : bad.field_violations()) {
    all.push_back(absl::StrCat(violation.field(), ": ", violation.description()));
  }
  return all;
}

TEST(CheckSchoolYear, TakesACalendarAsSchoolsHaveThem) {
  EXPECT_THAT(Violations(ExampleSchoolYear()), IsEmpty());
  v1::SchoolYear early = ExampleSchoolYear();
  // As in Leicestershire.
  early.mutable_autumn()->set_starts_on("2026-08-26");
  early.clear_inset_days();
  EXPECT_THAT(Violations(early), IsEmpty());
  v1::SchoolYear weekends = ExampleSchoolYear();
  weekends.mutable_autumn()->mutable_half_term()->set_starts_on("2026-10-24");
  weekends.mutable_autumn()->mutable_half_term()->set_ends_on("2026-11-08");
  weekends.clear_inset_days();
  EXPECT_THAT(Violations(weekends), IsEmpty());
  v1::SchoolYear adjoining = ExampleSchoolYear();
  adjoining.mutable_autumn()->set_ends_on("2027-01-03");
  EXPECT_THAT(Violations(adjoining), IsEmpty());
}

struct Broken {
  const char* what;
  std::function<void(v1::SchoolYear&)> break_it;
  std::vector<std::string> violations;
};

const std::vector<Broken>& BrokenYears() {
  using Year = v1::SchoolYear;
  static const auto& years = *new std::vector<Broken>{
      {"a name that is none",
       [](Year& year) { year.set_academic_year("2026/28"); },
       {"academic_year: got \"2026/28\", want an academic year such as 2026/27"}},
      {"terms that overlap",
       [](Year& year) { year.mutable_autumn()->set_ends_on("2027-01-04"); },
       {"spring.starts_on: got 2027-01-04, want a day after the autumn term, which ends on "
        "2027-01-04"}},
      {"terms out of order",
       [](Year& year) { year.mutable_spring()->Swap(year.mutable_summer()); },
       {"summer.starts_on: got 2027-01-04, want a day after the spring term, which ends on "
        "2027-07-21"}},
      {"the year before",
       [](Year& year) { year.mutable_autumn()->set_starts_on("2026-07-31"); },
       {"autumn.starts_on: got 2026-07-31, which is in 2025/26, want a day of 2026/27"}},
      {"more than a year",
       [](Year& year) {
         year.mutable_summer()->set_ends_on("2027-09-02");
         year.mutable_summer()->mutable_half_term()->set_ends_on("2027-06-04");
       },
       {"summer.ends_on: got 2027-09-02, which is in 2027/28, want a day of 2026/27",
        "summer.ends_on: got 2027-09-02, which makes a year of 367 days, want at most 366"}},
      {"a half-term break of another term",
       [](Year& year) {
         year.mutable_autumn()->mutable_half_term()->Swap(
             year.mutable_spring()->mutable_half_term());
       },
       {"autumn.half_term.starts_on: got 2027-02-15, want a day inside the autumn term, 2026-09-01 "
        "to 2026-12-18",
        "autumn.half_term.ends_on: got 2027-02-19, want a day inside the autumn term, 2026-09-01 "
        "to 2026-12-18",
        "spring.half_term.starts_on: got 2026-10-26, want a day inside the spring term, 2027-01-04 "
        "to 2027-03-25",
        "spring.half_term.ends_on: got 2026-10-30, want a day inside the spring term, 2027-01-04 "
        "to 2027-03-25"}},
      {"a break from the first day of the term",
       [](Year& year) {
         year.mutable_autumn()->mutable_half_term()->set_starts_on("2026-09-01");
         year.clear_inset_days();
       },
       {"autumn.half_term.starts_on: got 2026-09-01, want a day inside the autumn term, 2026-09-01 "
        "to 2026-12-18"}},
      {"a break to the last day of the term",
       [](Year& year) { year.mutable_summer()->mutable_half_term()->set_ends_on("2027-07-21"); },
       {"summer.half_term.ends_on: got 2027-07-21, want a day inside the summer term, 2027-04-12 "
        "to 2027-07-21"}},
      {"inset days",
       [](Year& year) {
         for (const char* const day :
              {"2026-12-21", "2026-10-26", "2026-09-12", "2027-05-03", "2026-09-01"}) {
           year.add_inset_days(day);
         }
       },
       {"inset_days[2]: got 2026-12-21, which is in no term, want working days in a term, each "
        "once",
        "inset_days[3]: got 2026-10-26, which is in the half-term break of the autumn term, want "
        "working days in a term, each once",
        "inset_days[4]: got 2026-09-12, which is no working day, want working days in a term, each "
        "once",
        "inset_days[5]: got 2027-05-03, which is no working day, want working days in a term, each "
        "once",
        "inset_days[6]: got 2026-09-01, which is there already, want working days in a term, each "
        "once"}},
  };
  return years;
}

TEST(CheckSchoolYear, SaysWhatIsWrong) {
  for (const Broken& broken : BrokenYears()) {
    v1::SchoolYear year = ExampleSchoolYear();
    broken.break_it(year);
    EXPECT_THAT(Violations(year), ElementsAreArray(broken.violations)) << broken.what;
  }
}

TEST(CheckSchoolYear, FindsTheWrongYearInEveryDate) {
  v1::SchoolYear year = ExampleSchoolYear();
  year.set_academic_year("2027/28");
  const std::vector<std::string> violations = Violations(year);
  ASSERT_EQ(violations.size(), 6u);
  EXPECT_EQ(violations.front(),
            "autumn.starts_on: got 2026-09-01, which is in 2026/27, want a day of 2027/28");
  EXPECT_EQ(violations.back(),
            "summer.ends_on: got 2027-07-21, which is in 2026/27, want a day of 2027/28");
}

TEST(CheckSchoolYear, ListsAllAtOnceUnderThePathItIsTold) {
  v1::SchoolYear year = ExampleSchoolYear();
  year.set_academic_year("26/27");
  year.mutable_spring()->set_starts_on("2026-12-18");
  year.add_inset_days("2027-08-02");
  EXPECT_THAT(Violations(year, "school_year"),
              ElementsAre("school_year.academic_year: got \"26/27\", want an academic year such as "
                          "2026/27",
                          "school_year.spring.starts_on: got 2026-12-18, want a day after the "
                          "autumn term, which ends on 2026-12-18",
                          "school_year.inset_days[2]: got 2027-08-02, which is in no term, want "
                          "working days in a term, each once"));
}

TEST(CheckSchoolYear, WantsFieldsThatKeepTheirOwnRules) {
  v1::SchoolYear year = ExampleSchoolYear();
  year.mutable_autumn()->set_starts_on("2026-09-31");
  year.mutable_spring()->clear_half_term();
  year.mutable_summer()->mutable_half_term()->set_ends_on("2027-05-30");
  year.add_inset_days("soon");
  EXPECT_THAT(
      Violations(year),
      ElementsAre("autumn.starts_on: got \"2026-09-31\", want a date that exists, as YYYY-MM-DD",
                  "spring.half_term: missing, want a value",
                  "summer.half_term.ends_on: got 2027-05-30, want no day before starts_on, "
                  "2027-05-31",
                  "inset_days[2]: got \"soon\", want a date that exists, as YYYY-MM-DD"));
  EXPECT_EQ(Violations(v1::SchoolYear()).size(), 4u);
  v1::SchoolYear many = ExampleSchoolYear();
  for (int i = 0; i < 9; ++i) many.add_inset_days("2026-09-01");
  EXPECT_THAT(Violations(many), ElementsAre("inset_days: got 11 items, want at most 10"));
}

TEST(ReadSchoolYear, ReadsDatesAndNothingThatIsNone) {
  v1::SchoolYear year = ExampleSchoolYear();
  const std::optional<SchoolYearDates> dates = ReadSchoolYear(year);
  ASSERT_TRUE(dates.has_value());
  EXPECT_EQ(dates->terms[1].days.first, absl::CivilDay(2027, 1, 4));
  EXPECT_EQ(dates->terms[2].half_term.last, absl::CivilDay(2027, 6, 4));
  EXPECT_THAT(dates->inset_days,
              ElementsAre(absl::CivilDay(2026, 9, 1), absl::CivilDay(2026, 11, 2)));
  year.add_inset_days("2026-02-30");
  EXPECT_FALSE(ReadSchoolYear(year).has_value());
  EXPECT_FALSE(ReadSchoolYear(v1::SchoolYear()).has_value());
}

}  // namespace
}  // namespace trellis::domain
