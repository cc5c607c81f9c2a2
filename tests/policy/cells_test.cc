// The table cell by cell, and what must hold of it whatever its cells are.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/policy.h"
#include "tests/policy/expected_cells.h"

namespace trellis::policy {
namespace {

using ::testing::IsEmpty;

const char* Word(Reach reach) {
  switch (reach) {
    case Reach::kNever:
      return "never";
    case Reach::kOwn:
      return "own";
    case Reach::kNamed:
      return "named";
    case Reach::kSchool:
      return "school";
    case Reach::kAggregate:
      return "aggregate";
    case Reach::kAny:
      return "any";
  }
  return "";
}

std::vector<v1::Capacity> EveryCapacity() {
  std::vector<v1::Capacity> capacities;
  for (int i = 0; i < v1::Capacity_ARRAYSIZE; ++i) {
    if (v1::Capacity_IsValid(i)) capacities.push_back(static_cast<v1::Capacity>(i));
  }
  return capacities;
}

TEST(EveryCell, IsAsExpected) {
  std::vector<std::string> wrong;
  int cells = 0;
  for (const Row& row : Policy::Get().rows()) {
    for (const v1::Capacity capacity : EveryCapacity()) {
      const Reach got = row.ReachOf(capacity);
      const Reach want = ExpectedReach(row.action, capacity);
      ++cells;
      if (got == want) continue;
      wrong.push_back(absl::StrCat(row.action, " as ", v1::Capacity_Name(capacity), ": got ",
                                   Word(got), ", want ", Word(want)));
    }
    if (const std::string want = ExpectedScope(row.action); row.scope != want) {
      wrong.push_back(absl::StrCat(row.action, ": got the scope ", row.scope, ", want ", want));
    }
  }
  for (const std::string& action : ExpectedActions()) {
    if (Policy::Get().Find(action) == nullptr) wrong.push_back(action + " has no row");
  }
  EXPECT_THAT(wrong, IsEmpty());
  EXPECT_GT(cells, 2000);
}

bool IsTraining(const std::string& action) {
  return (absl::StartsWith(action, "ActionPlanService/") &&
          action != "ActionPlanService/CheckSmart") ||
         absl::StrContains(action, "SessionNote") || absl::StrContains(action, "ProgrammeReview") ||
         action == "InductionService/CompleteProgramme";
}

TEST(Training, IsClosedToAllWhoAssess) {
  int calls = 0;
  for (const Row& row : Policy::Get().rows()) {
    if (!IsTraining(row.action)) continue;
    ++calls;
    for (const v1::Capacity capacity :
         {v1::INDUCTION_TUTOR, v1::HEADTEACHER, v1::APPROPRIATE_BODY, v1::SUPPORTER,
          v1::TRUST_OFFICER, v1::GOVERNOR, v1::ADMINISTRATOR}) {
      EXPECT_EQ(row.ReachOf(capacity), Reach::kNever)
          << row.action << " as " << v1::Capacity_Name(capacity);
    }
  }
  EXPECT_GE(calls, 20);
}

TEST(TheEctsWords, AreTheEctsAlone) {
  const Row& comment = *Policy::Get().Find("SupportPlanService/AddComment");
  for (const v1::Capacity capacity : EveryCapacity()) {
    EXPECT_EQ(comment.ReachOf(capacity), capacity == v1::ECT ? Reach::kOwn : Reach::kNever);
  }
}

TEST(Counts, AreAllThatTrustsAndGovernorsHaveOfPlans) {
  for (const Row& row : Policy::Get().rows()) {
    for (const v1::Capacity capacity : EveryCapacity()) {
      const bool counts = row.action == "SupportPlanService/GetCaseload" &&
                          (capacity == v1::TRUST_OFFICER || capacity == v1::GOVERNOR);
      EXPECT_EQ(row.ReachOf(capacity) == Reach::kAggregate, counts)
          << row.action << " as " << v1::Capacity_Name(capacity);
      if (capacity != v1::TRUST_OFFICER && capacity != v1::GOVERNOR) continue;
      const bool is_plan = absl::StartsWith(row.action, "SupportPlanService/") ||
                           row.action == "InductionService/GetInduction" ||
                           row.action == "AuditService/ListTrail" ||
                           row.action == "AuditService/ExportEvidence";
      if (!is_plan || counts) continue;
      EXPECT_EQ(row.ReachOf(capacity), Reach::kNever) << row.action;
    }
  }
}

TEST(AGrantee, ChangesNothing) {
  for (const Row& row : Policy::Get().rows()) {
    const std::string call = row.action.substr(row.action.find('/') + 1);
    bool reads = false;
    for (const char* const verb : {"Get", "List", "Render", "Export", "Check", "WhoAmI"}) {
      reads = reads || absl::StartsWith(call, verb);
    }
    if (reads) continue;
    EXPECT_EQ(row.ReachOf(v1::GRANTEE), Reach::kNever) << row.action;
  }
}

}  // namespace
}  // namespace trellis::policy
