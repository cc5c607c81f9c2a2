// What is counted of plans, and what of it is suppressed.
#include "domain/caseload.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "domain/diary.h"
#include "domain/suppression.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace trellis::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A Monday.
constexpr absl::CivilDay kToday(2022, 10, 3);

v1::SupportPlan Plan(const std::string& text) {
  v1::SupportPlan plan;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &plan)) << text;
  return plan;
}

v1::Caseload Count(const std::vector<std::string>& plans) {
  CaseloadCounter counter(kToday);
  for (const std::string& text : plans) counter.Add(CountedPartOf(SummaryOf(Plan(text))));
  return std::move(counter).Take();
}

TEST(Caseload, CountsWhatIsOpen) {
  const v1::Caseload caseload = Count({"state: ACTIVE", "state: PAUSED", "state: CLOSED"});
  EXPECT_EQ(caseload.on(), "2022-10-03");
  EXPECT_EQ(caseload.open_plans().count(), 2);
  EXPECT_EQ(caseload.paused_plans().count(), 1);
  EXPECT_FALSE(caseload.aggregate_only());
}

TEST(Caseload, CountsReviewsByTheDay) {
  const v1::Caseload caseload = Count(
      {"state: ACTIVE next_review_on: '2022-10-02'", "state: PAUSED next_review_on: '2022-10-02'",
       "state: ACTIVE next_review_on: '2022-10-03'", "state: ACTIVE next_review_on: '2022-10-10'",
       "state: PAUSED next_review_on: '2022-10-10'", "state: ACTIVE next_review_on: '2022-10-11'",
       "state: ACTIVE"});
  EXPECT_EQ(caseload.overdue_reviews().count(), 1);
  EXPECT_EQ(caseload.reviews_due().count(), 2);
}

TEST(Caseload, CountsPlansByOpenConcernAndSignature) {
  const v1::Caseload caseload = Count(
      {"state: ACTIVE awaiting_signatures: ECT awaiting_signatures: HEADTEACHER"
       " concerns { state: OPEN standard { code: '7d' } }"
       " concerns { state: OPEN standard { code: '1b' } }",
       "state: PAUSED concerns { state: OPEN standard { code: '7d' } }"
       " concerns { state: RESOLVED standard { code: '2a' } }",
       "state: CLOSED awaiting_signatures: ECT concerns { state: OPEN standard { code: '7d' } }"});
  std::vector<std::string> standards;
  for (const v1::StandardCaseload& row : caseload.standards()) {
    standards.push_back(absl::StrCat(row.standard_code(), " ", row.plans().count()));
  }
  EXPECT_THAT(standards, ElementsAre("1b 1", "7d 2"));
  EXPECT_EQ(caseload.missing_signatures().count(), 1);
}

TEST(Caseload, CountsTheSchoolsOfATrustEachByItself) {
  CaseloadCounter counter(kToday);
  counter.BeginSchool("schools/900001");
  counter.Add(SummaryOf(Plan("state: ACTIVE next_review_on: '2022-09-30'")));
  counter.Add(SummaryOf(Plan("state: ACTIVE")));
  counter.BeginSchool("schools/900002");
  counter.BeginSchool("schools/900003");
  counter.Add(SummaryOf(Plan("state: PAUSED")));
  const v1::Caseload caseload = std::move(counter).Take();
  std::vector<std::string> schools;
  for (const v1::SchoolCaseload& row : caseload.schools()) {
    schools.push_back(absl::StrCat(row.school(), " ", row.open_plans().count(), " ",
                                   row.overdue_reviews().count()));
  }
  EXPECT_THAT(schools,
              ElementsAre("schools/900001 2 1", "schools/900002 0 0", "schools/900003 1 0"));
  EXPECT_EQ(caseload.open_plans().count(), 3);
}

// Support of every state, with and without days, in a plan of every state.
TEST(Caseload, CallsSupportUndeliveredWhereTheDiaryHasItOverdue) {
  std::mt19937_64 random(testing::Seed());
  const auto day = [&] { return absl::StrCat("'2022-10-0", 1 + random() % 5, "'"); };
  int found = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text = absl::StrCat("name: 'supportPlans/1' state: ", 1 + random() % 3);
    for (uint64_t n = random() % 4; n > 0; --n) {
      absl::StrAppend(&text, " support { support_id: 's1' state: ", 1 + random() % 3);
      if (random() % 2 == 0) absl::StrAppend(&text, " starts_on: ", day());
      if (random() % 2 == 0) absl::StrAppend(&text, " ends_on: ", day());
      if (random() % 4 == 0) {
        absl::StrAppend(&text, " entry { correction { struck_out: true } }");
      }
      absl::StrAppend(&text, " }");
    }
    const v1::SupportPlan plan = Plan(text);
    const std::vector<v1::DiaryEntry> diary = DiaryOf(plan, kToday);
    const auto overdue = std::count_if(diary.begin(), diary.end(), [](const auto& entry) {
      return entry.kind() == v1::DiaryEntry::SUPPORT && entry.state() == v1::DiaryEntry::OVERDUE;
    });
    v1::SupportPlanSummary summary = SummaryOf(plan);
    JudgeOn("2022-10-03", summary);
    EXPECT_EQ(summary.undelivered_support(), overdue) << text;
    EXPECT_EQ(Count({text}).undelivered_support().count(), overdue > 0 ? 1 : 0) << text;
    found += overdue > 0 ? 1 : 0;
  }
  EXPECT_GT(found, 20);
}

// How a school's plans stand.
struct School {
  int open = 0;
  int overdue = 0;
};

v1::Caseload Table(const std::vector<School>& schools, int paused, int due) {
  v1::Caseload caseload;
  int open = 0, overdue = 0;
  for (const School& school : schools) {
    v1::SchoolCaseload& row = *caseload.add_schools();
    row.mutable_open_plans()->set_count(school.open);
    row.mutable_overdue_reviews()->set_count(school.overdue);
    open += school.open;
    overdue += school.overdue;
  }
  caseload.mutable_open_plans()->set_count(open);
  caseload.mutable_paused_plans()->set_count(paused);
  caseload.mutable_overdue_reviews()->set_count(overdue);
  caseload.mutable_reviews_due()->set_count(due);
  caseload.mutable_missing_signatures();
  caseload.mutable_undelivered_support();
  return caseload;
}

v1::Caseload Suppressed(v1::Caseload caseload) {
  Suppress(caseload);
  return caseload;
}

std::string Text(const v1::CaseloadCount& count) {
  return count.suppressed() ? "x" : absl::StrCat(count.count());
}

// Every count that stands in a table's rows and totals, in one order.
std::vector<const v1::CaseloadCount*> Cells(const v1::Caseload& table) {
  std::vector<const v1::CaseloadCount*> cells = {&table.open_plans(), &table.paused_plans(),
                                                 &table.overdue_reviews(), &table.reviews_due()};
  for (const v1::SchoolCaseload& school : table.schools()) {
    cells.push_back(&school.open_plans());
    cells.push_back(&school.overdue_reviews());
  }
  return cells;
}

std::vector<std::string> Texts(const v1::Caseload& table) {
  std::vector<std::string> texts;
  for (const v1::CaseloadCount* const cell : Cells(table)) texts.push_back(Text(*cell));
  return texts;
}

TEST(Suppression, ShowsNoCountOfOneToFour) {
  v1::Caseload caseload = Table({}, 0, 0);
  caseload.mutable_open_plans()->set_count(30);
  caseload.mutable_missing_signatures()->set_count(4);
  caseload.mutable_undelivered_support()->set_count(5);
  for (const int plans : {0, 1, 4, 5}) {
    caseload.add_standards()->mutable_plans()->set_count(plans);
  }
  Suppress(caseload);
  EXPECT_TRUE(caseload.aggregate_only());
  EXPECT_EQ(Text(caseload.open_plans()), "30");
  EXPECT_EQ(Text(caseload.paused_plans()), "0");
  EXPECT_EQ(Text(caseload.missing_signatures()), "x");
  EXPECT_EQ(caseload.missing_signatures().count(), 0);
  EXPECT_EQ(Text(caseload.undelivered_support()), "5");
  std::vector<std::string> standards;
  for (const auto& row : caseload.standards()) standards.push_back(Text(row.plans()));
  EXPECT_THAT(standards, ElementsAre("0", "x", "x", "5"));
}

TEST(Suppression, HidesATotalThatWouldGiveASchoolAway) {
  // open, paused, overdue, due; then open and overdue of each school.
  EXPECT_THAT(Texts(Suppressed(Table({{9, 0}, {7, 0}}, 0, 0))),
              ElementsAre("16", "0", "0", "0", "9", "0", "7", "0"));
  EXPECT_THAT(Texts(Suppressed(Table({{9, 0}, {3, 0}}, 0, 0))),
              ElementsAre("x", "x", "x", "x", "9", "0", "x", "0"));
  EXPECT_THAT(Texts(Suppressed(Table({{9, 0}, {3, 0}, {2, 0}}, 0, 0))),
              ElementsAre("14", "0", "0", "0", "9", "0", "x", "0", "x", "0"));
  EXPECT_THAT(Texts(Suppressed(Table({{9, 0}, {1, 0}, {1, 0}}, 0, 0))),
              ElementsAre("x", "x", "x", "x", "9", "0", "x", "0", "x", "0"));
  EXPECT_THAT(Texts(Suppressed(Table({{9, 0}, {4, 0}, {4, 0}}, 0, 0))),
              ElementsAre("x", "x", "x", "x", "9", "0", "x", "0", "x", "0"));
}

TEST(Suppression, HidesWhatSharesTheOpenPlansTogether) {
  // 10 plans, 9 of them paused: whose review is overdue must be the last one.
  EXPECT_THAT(Texts(Suppressed(Table({{10, 1}}, 9, 0))),
              ElementsAre("10", "x", "x", "x", "10", "x"));
  EXPECT_THAT(Texts(Suppressed(Table({{10, 9}, {8, 0}}, 1, 0))),
              ElementsAre("18", "x", "x", "x", "10", "x", "8", "0"));
}

TEST(Suppression, TellsNothingOfSoFewPlansThatTheyAreSuppressed) {
  v1::Caseload caseload = Table({}, 2, 0);
  caseload.mutable_open_plans()->set_count(3);
  caseload.add_standards()->mutable_plans()->set_count(3);
  Suppress(caseload);
  EXPECT_EQ(Text(caseload.open_plans()), "x");
  EXPECT_EQ(Text(caseload.reviews_due()), "x");
  EXPECT_EQ(Text(caseload.missing_signatures()), "x");
  EXPECT_THAT(caseload.standards(), IsEmpty());
}

// Looks at every table there can be, up to a size: somebody who sees one, and knows the rules, asks
// which tables look like it once they are suppressed. No suppressed count of one to four may have
// the same value in all of these.
class Attacker {
 public:
  void See(const v1::Caseload& table) {
    const v1::Caseload shown = Suppressed(table);
    const std::vector<const v1::CaseloadCount*> cells = Cells(table);
    std::vector<Range>& ranges = possible_[absl::StrJoin(Texts(shown), " ")];
    const bool first = ranges.empty();
    ranges.resize(cells.size());
    for (size_t i = 0; i < cells.size(); ++i) {
      const int count = cells[i]->count();
      ranges[i].min = first ? count : std::min(ranges[i].min, count);
      ranges[i].max = first ? count : std::max(ranges[i].max, count);
    }
  }

  // What is known in spite of the suppression: the table as shown, and which cell.
  // Where not every table was seen, `only_still`, those without paused plans and due reviews count:
  // of them every one was.
  std::vector<std::string> Finds(bool only_still) const {
    std::vector<std::string> found;
    for (const auto& [shown, ranges] : possible_) {
      const std::vector<std::string> texts = absl::StrSplit(shown, ' ');
      if (only_still && (texts[1] != "0" || texts[3] != "0")) continue;
      for (size_t i = 0; i < ranges.size(); ++i) {
        if (texts[i] != "x" || ranges[i].min < ranges[i].max || ranges[i].min == 0) continue;
        found.push_back(absl::StrCat(shown, ": cell ", i, " is ", ranges[i].min));
      }
    }
    return found;
  }
  size_t tables() const { return possible_.size(); }

 private:
  struct Range {
    int min = 0;
    int max = 0;
  };
  std::map<std::string, std::vector<Range>> possible_;
};

// The tables of `schools` schools with at most `open_max` plans each.
struct Tables {
  int schools = 0;
  int open_max = 0;
  // Without paused plans and due reviews: of these there are many more.
  bool only_still = false;
};

// Shows the attacker every one that begins with `schools`.
void SeeAll(const Tables& tables, std::vector<School>& schools, Attacker& attacker) {
  if (static_cast<int>(schools.size()) < tables.schools) {
    for (int open = 0; open <= tables.open_max; ++open) {
      for (int overdue = 0; overdue <= open; ++overdue) {
        schools.push_back({open, overdue});
        SeeAll(tables, schools, attacker);
        schools.pop_back();
      }
    }
    return;
  }
  int rest = 0;
  for (const School& school : schools) rest += school.open - school.overdue;
  if (tables.only_still) rest = 0;
  for (int paused = 0; paused <= rest; ++paused) {
    for (int due = 0; due <= rest - paused; ++due) attacker.See(Table(schools, paused, due));
  }
}

TEST(Suppression, LetsNobodyComputeASuppressedCount) {
  for (const Tables& tables : {Tables{1, 24, false}, Tables{2, 9, false}, Tables{3, 6, false},
                               Tables{2, 16, true}, Tables{3, 10, true}, Tables{4, 6, true}}) {
    Attacker attacker;
    std::vector<School> schools;
    SeeAll(tables, schools, attacker);
    EXPECT_GT(attacker.tables(), 50u);
    EXPECT_THAT(attacker.Finds(tables.only_still), IsEmpty())
        << tables.schools << " schools with at most " << tables.open_max << " plans";
  }
}

// Larger tables: what the total leaves for the schools that are suppressed can be shared out so
// that each of them has one of two counts at least.
TEST(Suppression, LeavesEachSchoolOfALargeTrustSeveralCounts) {
  std::mt19937_64 random(testing::Seed());
  int shown_totals = 0;
  for (int i = 0; i < 3000; ++i) {
    std::vector<School> schools(1 + random() % 40);
    const uint64_t open_max = 1 + random() % 12;
    int open = 0;
    for (School& school : schools) open += school.open = static_cast<int>(random() % open_max);
    const v1::Caseload shown = Suppressed(Table(schools, 0, 0));
    int hidden = 0, left = open;
    for (const v1::SchoolCaseload& school : shown.schools()) {
      hidden += school.open_plans().suppressed() ? 1 : 0;
      left -= school.open_plans().count();
    }
    if (shown.open_plans().suppressed() || hidden == 0) continue;
    ++shown_totals;
    const int least = std::max(1, left - 4 * (hidden - 1));
    const int most = std::min(4, left - (hidden - 1));
    EXPECT_LT(least, most) << shown.ShortDebugString();
  }
  EXPECT_GT(shown_totals, 500);
}

}  // namespace
}  // namespace trellis::domain
