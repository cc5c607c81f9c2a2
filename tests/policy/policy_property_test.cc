// The policy against a naive model of it, in worlds that are drawn by lot.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "domain/access_grant.h"
#include "gtest/gtest.h"
#include "policy/access.h"
#include "policy/policy.h"
#include "policy/subject.h"
#include "tests/policy/expected_cells.h"
#include "tests/policy/naive_model.h"
#include "tests/policy/world.h"
#include "tests/support/seed.h"

namespace trellis::policy {
namespace {

constexpr int kWorlds = 400;
constexpr int kCallsInAWorld = 300;

// A world with what the policy reads of it.
struct Scene {
  explicit Scene(Lots& lots) : world(MakeWorld(lots)) {
    for (size_t i = 0; i < world.people.size(); ++i) {
      people.push_back(PersonOf(world, static_cast<int>(i)));
    }
    for (const Record& record : world.records) records.push_back(StateOf(world, record));
    for (const Grant& grant : world.grants) grants.push_back(GrantOf(grant));
  }

  World world;
  std::vector<v1::Person> people;
  std::vector<std::unique_ptr<google::protobuf::Message>> records;
  std::vector<v1::AccessGrant> grants;
};

// What can be done to one record of a kind.
std::vector<std::string> ActionsOf(Kind kind) {
  std::vector<std::string> actions = {"AuditService/ListTrail"};
  const char* const service = kind == Kind::kSupportPlan  ? "SupportPlanService/"
                              : kind == Kind::kActionPlan ? "ActionPlanService/"
                              : kind == Kind::kInduction  ? "InductionService/"
                                                          : "DirectoryService/GetPerson";
  for (const std::string& action : ExpectedActions()) {
    if (absl::StartsWith(action, service)) actions.push_back(action);
  }
  return actions;
}

template <typename List>
const auto& Draw(const List& list, Lots& lots) {
  return list[static_cast<size_t>(lots.Below(static_cast<int>(list.size())))];
}

// Who calls, and in which capacity: those whom the record knows more often than others.
void DrawReader(const World& world, const Record& record, Call& call, Lots& lots) {
  call.reader = lots.Below(static_cast<int>(world.people.size()));
  call.capacity = static_cast<v1::Capacity>(lots.Below(v1::Capacity_ARRAYSIZE));
  const std::vector<Role>& roles = world.people[static_cast<size_t>(call.reader)].roles;
  if (!roles.empty() && lots.OneIn(2)) call.capacity = Draw(roles, lots).capacity;
  if (lots.OneIn(8)) {
    call.reader = record.person;
    if (lots.OneIn(2)) call.capacity = v1::ECT;
  } else if (!record.people.empty() && lots.OneIn(3)) {
    const Tie& tie = Draw(record.people, lots);
    call.reader = tie.number;
    if (!lots.OneIn(4)) call.capacity = tie.capacity;
  } else if (const Grant& grant = Draw(world.grants, lots); grant.record == call.record) {
    call.reader = grant.grantee;
    if (!lots.OneIn(4)) call.capacity = v1::GRANTEE;
  }
}

Call DrawCall(const World& world, Lots& lots) {
  Call call;
  call.record = lots.Below(static_cast<int>(world.records.size()));
  const Record& record = world.records[static_cast<size_t>(call.record)];
  const std::vector<std::string> actions = ActionsOf(record.kind);
  DrawReader(world, record, call, lots);
  // What is never done in this capacity at all shows least: half as often.
  call.action = Draw(actions, lots);
  if (ExpectedReach(call.action, call.capacity) == Reach::kNever) call.action = Draw(actions, lots);
  // A support plan knows what happened, never what is to come.
  int known = 0;
  if (record.kind == Kind::kSupportPlan) {
    for (const auto* const ties : {&record.schools, &record.people}) {
      for (const Tie& tie : *ties) known = std::max(known, tie.days.from);
    }
  }
  call.today = known + lots.Below(kEnd - known);
  return call;
}

Sight PolicySight(const Scene& scene, const Call& call) {
  const Row* const row = Policy::Get().Find(call.action);
  const Reach reach = row->ReachOf(call.capacity);
  const std::string today = DayText(call.today);
  const std::string person = PersonName(call.reader);
  Subject subject = SubjectOf(*scene.records[static_cast<size_t>(call.record)]);
  // A grant names its grantee in the record for as long as it is in force.
  for (size_t i = 0; i < scene.grants.size(); ++i) {
    if (scene.world.grants[i].record != call.record) continue;
    if (!domain::IsInForce(scene.grants[i], today)) continue;
    const Subject granted = SubjectOf(scene.grants[i]);
    subject.parts.insert(subject.parts.end(), granted.parts.begin(), granted.parts.end());
  }
  const Extent extent = ExtentOf(reach,
                                 {.person = person,
                                  .capacity = call.capacity,
                                  .record = &scene.people[static_cast<size_t>(call.reader)]},
                                 subject, today, [&](absl::string_view a, absl::string_view b) {
                                   const auto number = [&](absl::string_view urn) {
                                     int school = -1;
                                     for (size_t i = 0; i < scene.world.schools.size(); ++i) {
                                       if (urn == Urn(static_cast<int>(i)))
                                         school = static_cast<int>(i);
                                     }
                                     return school;
                                   };
                                   return AreOneSchool(scene.world, number(a), number(b));
                                 });
  if (!extent.allowed) return {};
  if (extent.until_on.empty()) return {.any = true, .until = kEnd};
  for (int day = 0; day < kEnd; ++day) {
    if (DayText(day) == extent.until_on) return {.any = true, .until = day};
  }
  ADD_FAILURE() << "until " << extent.until_on << ", which is no day of this world";
  return {};
}

std::string Text(const Sight& sight) {
  if (!sight.any) return "nothing";
  return sight.until == kEnd ? "all" : DayText(sight.until);
}

std::string Text(const Scene& scene, const Call& call) {
  return absl::StrCat(call.action, " as ", v1::Capacity_Name(call.capacity), " on ",
                      DayText(call.today), "\nof ",
                      scene.records[static_cast<size_t>(call.record)]->DebugString(), "by ",
                      scene.people[static_cast<size_t>(call.reader)].DebugString());
}

TEST(ThePolicy, AgreesWithANaiveModelOfItOnEveryCall) {
  Lots lots(testing::Seed());
  int disagreements = 0;
  // How often what was seen, by capacity: a test that only ever sees "nothing" shows nothing.
  std::map<std::string, int> seen;
  for (int i = 0; i < kWorlds; ++i) {
    const Scene scene(lots);
    for (int j = 0; j < kCallsInAWorld; ++j) {
      const Call call = DrawCall(scene.world, lots);
      const Sight got = PolicySight(scene, call);
      const Sight want = NaiveSight(scene.world, call);
      const char* const kind = !want.any ? " nothing" : want.until == kEnd ? " all" : " a time";
      ++seen[absl::StrCat(v1::Capacity_Name(call.capacity), kind)];
      if (got == want) continue;
      if (++disagreements <= 3) {
        ADD_FAILURE() << Text(scene, call) << "got " << Text(got) << ", want " << Text(want);
      }
    }
  }
  EXPECT_EQ(disagreements, 0) << "of " << kWorlds * kCallsInAWorld << " calls";
  for (const char* const wanted : {"ECT all",
                                   "ECT nothing",
                                   "MENTOR all",
                                   "MENTOR a time",
                                   "MENTOR nothing",
                                   "INDUCTION_TUTOR all",
                                   "INDUCTION_TUTOR a time",
                                   "INDUCTION_TUTOR nothing",
                                   "HEADTEACHER all",
                                   "HEADTEACHER a time",
                                   "HEADTEACHER nothing",
                                   "APPROPRIATE_BODY all",
                                   "APPROPRIATE_BODY a time",
                                   "APPROPRIATE_BODY nothing",
                                   "SUPPORTER all",
                                   "SUPPORTER nothing",
                                   "GRANTEE all",
                                   "GRANTEE nothing",
                                   "TRUST_OFFICER nothing",
                                   "GOVERNOR nothing"}) {
    EXPECT_GE(seen[wanted], 100) << wanted;
  }
}

// The trusts that somebody's or a record's schools were ever in.
template <typename Places>
std::set<int> TrustsOf(const World& world, const Places& places) {
  std::set<int> trusts;
  for (const auto& place : places) {
    for (size_t i = 0; i < world.schools.size(); ++i) {
      // Also those of what the school was or became.
      if (!AreOneSchool(world, static_cast<int>(i), place)) continue;
      trusts.insert(world.schools[i].trusts.begin(), world.schools[i].trusts.end());
    }
  }
  return trusts;
}

bool AreStrangers(const World& world, const Call& call) {
  const Record& record = world.records[static_cast<size_t>(call.record)];
  if (record.person == call.reader) return false;
  std::vector<int> of_record, of_reader;
  for (const Tie& tie : record.schools) of_record.push_back(tie.number);
  for (const Tie& tie : record.people) {
    if (tie.number == call.reader) return false;
  }
  for (const Grant& grant : world.grants) {
    if (grant.record == call.record && grant.grantee == call.reader) return false;
  }
  for (const Role& role : world.people[static_cast<size_t>(call.reader)].roles) {
    for (const Tie& tie : record.bodies) {
      if (role.body == tie.number) return false;
    }
    if (role.school >= 0) of_reader.push_back(role.school);
  }
  const std::set<int> theirs = TrustsOf(world, of_record);
  for (const int trust : TrustsOf(world, of_reader)) {
    if (theirs.count(trust) > 0) return false;
  }
  return true;
}

TEST(ThePolicy, ShowsNobodyOfOneTrustARecordOfTheOther) {
  Lots lots(testing::Seed());
  int strangers = 0;
  for (int i = 0; i < kWorlds; ++i) {
    const Scene scene(lots);
    for (int j = 0; j < kCallsInAWorld; ++j) {
      const Call call = DrawCall(scene.world, lots);
      // What is open to all in a capacity is no record of a school's.
      if (Policy::Get().Find(call.action)->ReachOf(call.capacity) == Reach::kAny) continue;
      if (!AreStrangers(scene.world, call)) continue;
      ++strangers;
      ASSERT_FALSE(PolicySight(scene, call).any) << Text(scene, call);
    }
  }
  EXPECT_GE(strangers, 10'000);
}

}  // namespace
}  // namespace trellis::policy
