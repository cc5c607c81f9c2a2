#include "tests/policy/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::policy {
namespace {

// Few of each, so that they meet.
constexpr int kTrusts = 2;
constexpr int kSchools = 5;
constexpr int kBodies = 3;
constexpr int kPeople = 14;
constexpr int kRecords = 10;
constexpr int kGrants = 8;

Days SomeDays(Lots& lots) {
  Days days;
  days.from = lots.OneIn(4) ? 0 : lots.Below(kEnd);
  if (!lots.OneIn(3)) days.to = days.from + lots.Below(kEnd - days.from);
  return days;
}

School MakeSchool(int number, Lots& lots) {
  School school;
  // One school in some worlds is what another became.
  if (number == kSchools - 1 && lots.OneIn(2)) school.before = lots.Below(number);
  const int first = number % kTrusts;
  const int changes = lots.OneIn(3) ? lots.Below(kEnd) : kEnd + 1;
  for (int day = 0; day <= kEnd; ++day) {
    school.trusts.push_back(day < changes ? first : (first + 1) % kTrusts);
  }
  return school;
}

Human MakeHuman(Lots& lots) {
  constexpr v1::Capacity kRoles[] = {
      v1::ECT,         v1::MENTOR,           v1::INDUCTION_TUTOR, v1::INDUCTION_TUTOR,
      v1::HEADTEACHER, v1::APPROPRIATE_BODY, v1::SUPPORTER,       v1::TRUST_OFFICER,
      v1::GOVERNOR};
  Human human;
  for (int i = lots.Below(4); i > 0; --i) {
    Role role;
    role.capacity = kRoles[lots.Below(std::size(kRoles))];
    if (role.capacity == v1::APPROPRIATE_BODY) {
      role.body = lots.Below(kBodies);
    } else if (role.capacity == v1::TRUST_OFFICER) {
      role.trust = lots.Below(kTrusts);
    } else {
      role.school = lots.Below(kSchools);
    }
    role.days = SomeDays(lots);
    human.roles.push_back(role);
  }
  return human;
}

// One after another without a gap, from day `from` on: a change ends what was before.
std::vector<Tie> InTurn(int kinds, int from, Lots& lots, int gap) {
  std::vector<Tie> ties;
  for (int i = 1 + lots.Below(3); i > 0 && from < kEnd; --i) {
    if (!ties.empty()) ties.back().days.to = from - gap;
    ties.push_back({.number = lots.Below(kinds), .days = {.from = from}});
    from += 1 + lots.Below(kEnd / 2);
  }
  return ties;
}

void Name(Record& record, std::vector<Tie> ties, v1::Capacity capacity) {
  for (Tie& tie : ties) {
    tie.capacity = capacity;
    record.people.push_back(tie);
  }
}

void AddSupporters(Record& record, Lots& lots) {
  for (int i = lots.Below(4); i > 0; --i) {
    Tie tie{.number = lots.Below(kPeople), .struck_out = lots.OneIn(4)};
    for (const v1::Capacity capacity : {v1::SUPPORTER, v1::MENTOR}) {
      tie.capacity = capacity;
      record.people.push_back(tie);
    }
  }
}

void MakeInduction(Record& record, Lots& lots) {
  const int from = lots.Below(kEnd / 2);
  record.schools = InTurn(kSchools, from, lots, 1);
  Name(record, InTurn(kPeople, from, lots, 1), v1::MENTOR);
  std::vector<Tie> contacts = InTurn(kPeople, from, lots, 1);
  for (const Tie& contact : contacts) {
    record.bodies.push_back({.number = lots.Below(kBodies), .days = contact.days});
  }
  Name(record, std::move(contacts), v1::APPROPRIATE_BODY);
  if (lots.OneIn(2)) {
    // Whatever was open ends with it; what was to come never does.
    record.ended = from + lots.Below(kEnd - from);
    for (auto* const ties : {&record.schools, &record.people, &record.bodies}) {
      for (Tie& tie : *ties) {
        if (tie.days.to == kEnd) tie.days.to = record.ended;
      }
    }
  }
  if (lots.OneIn(3)) {
    record.schools.push_back({.number = lots.Below(kSchools), .struck_out = true});
    record.people.push_back(
        {.number = lots.Below(kPeople), .capacity = v1::MENTOR, .struck_out = true});
  }
}

Record MakeRecord(const World& world, Lots& lots) {
  Record record;
  record.kind = static_cast<Kind>(lots.Below(4));
  record.person = lots.Below(kPeople);
  switch (record.kind) {
    case Kind::kSupportPlan:
      // It goes on at the next school on the day on which it leaves the one before.
      record.schools = InTurn(kSchools, 0, lots, 0);
      Name(record, InTurn(kPeople, 0, lots, 0), v1::APPROPRIATE_BODY);
      AddSupporters(record, lots);
      break;
    case Kind::kActionPlan:
      record.schools = {{.number = lots.Below(kSchools)}};
      record.people = {{.number = lots.Below(kPeople), .capacity = v1::MENTOR}};
      break;
    case Kind::kInduction:
      MakeInduction(record, lots);
      break;
    case Kind::kPerson:
      for (const Role& role : world.people[static_cast<size_t>(record.person)].roles) {
        if (role.school >= 0) record.schools.push_back({.number = role.school, .days = role.days});
      }
      break;
  }
  return record;
}

std::string OpenText(int day) { return day == kEnd ? "" : DayText(day); }

v1::SupportPlan PlanOf(const Record& record) {
  v1::SupportPlan plan;
  plan.mutable_ect()->set_person(PersonName(record.person));
  for (const Tie& tie : record.schools) {
    if (tie.days.to == kEnd) {
      plan.mutable_school()->set_urn(Urn(tie.number));
      continue;
    }
    v1::FormerSchool& former = *plan.add_former_schools();
    former.mutable_school()->set_urn(Urn(tie.number));
    if (tie.days.from > 0) former.set_since_on(DayText(tie.days.from));
    former.set_left_on(DayText(tie.days.to));
  }
  int supporters = 0;
  for (const Tie& tie : record.people) {
    const std::string person = PersonName(tie.number);
    if (tie.capacity == v1::SUPPORTER) {
      const auto add = [&](auto* entry, auto* supporter) {
        supporter->set_person(person);
        entry->mutable_entry()->mutable_correction()->set_struck_out(tie.struck_out);
      };
      // In turn: in an action, in support, at an observation.
      if (supporters % 3 == 0) {
        v1::Action* const action = plan.add_actions();
        add(action, action->add_by());
      } else if (supporters % 3 == 1) {
        v1::Support* const support = plan.add_support();
        add(support, support->add_supported_by());
      } else {
        v1::Observation* const observation = plan.add_observations();
        add(observation, observation->add_observers());
      }
      ++supporters;
    } else if (tie.capacity == v1::APPROPRIATE_BODY && tie.days.to == kEnd) {
      plan.mutable_appropriate_body()->set_person(person);
    } else if (tie.capacity == v1::APPROPRIATE_BODY) {
      v1::FormerParty& former = *plan.add_former_parties();
      former.set_capacity(tie.capacity);
      former.mutable_party()->set_person(person);
      if (tie.days.from > 0) former.set_since_on(DayText(tie.days.from));
      former.set_replaced_on(DayText(tie.days.to));
    }
  }
  return plan;
}

v1::Induction InductionOf(const Record& record) {
  v1::Induction induction;
  induction.mutable_ect()->set_person(PersonName(record.person));
  const auto fill = [](const Tie& tie, auto* period) {
    period->set_starts_on(DayText(tie.days.from));
    period->set_ends_on(OpenText(tie.days.to));
    period->mutable_entry()->mutable_correction()->set_struck_out(tie.struck_out);
    return period;
  };
  for (const Tie& tie : record.schools) {
    fill(tie, induction.add_schools())->mutable_school()->set_urn(Urn(tie.number));
  }
  size_t body = 0;
  for (const Tie& tie : record.people) {
    if (tie.capacity == v1::MENTOR) {
      fill(tie, induction.add_mentorships())->mutable_mentor()->set_person(PersonName(tie.number));
      continue;
    }
    auto* const period = fill(tie, induction.add_appropriate_bodies());
    period->mutable_contact()->set_person(PersonName(tie.number));
    period->set_body(absl::StrCat("body-", record.bodies[body++].number));
  }
  if (record.ended != kEnd) induction.mutable_ending()->set_ended_on(DayText(record.ended));
  return induction;
}

}  // namespace

std::string DayText(int day) {
  return absl::StrFormat("2026-%02d-%02d", 1 + day / 28, 1 + day % 28);
}

std::string PersonName(int person) { return absl::StrCat("people/", person); }

std::string Urn(int school) { return absl::StrCat(100'000 + school); }

World MakeWorld(Lots& lots) {
  World world;
  for (int i = 0; i < kSchools; ++i) world.schools.push_back(MakeSchool(i, lots));
  for (int i = 0; i < kPeople; ++i) world.people.push_back(MakeHuman(lots));
  for (int i = 0; i < kRecords; ++i) world.records.push_back(MakeRecord(world, lots));
  for (int i = 0; i < kGrants; ++i) {
    Grant grant{.record = lots.Below(kRecords), .grantee = lots.Below(kPeople)};
    grant.days.from = lots.Below(kEnd);
    grant.days.to = grant.days.from + lots.Below(kEnd - grant.days.from);
    if (lots.OneIn(3)) grant.revoked = grant.days.from + lots.Below(kEnd - grant.days.from);
    world.grants.push_back(grant);
  }
  return world;
}

v1::Person PersonOf(const World& world, int person) {
  v1::Person made;
  made.set_name(PersonName(person));
  for (const Role& role : world.people[static_cast<size_t>(person)].roles) {
    v1::PersonRole& added = *made.add_roles();
    added.set_role(role.capacity);
    if (role.school >= 0) added.set_school_urn(Urn(role.school));
    if (role.body >= 0) added.set_appropriate_body(absl::StrCat("body-", role.body));
    if (role.trust >= 0) added.set_trust_uid(absl::StrCat(2000 + role.trust));
    added.set_starts_on(DayText(role.days.from));
    added.set_ends_on(OpenText(role.days.to));
  }
  return made;
}

std::unique_ptr<google::protobuf::Message> StateOf(const World& world, const Record& record) {
  switch (record.kind) {
    case Kind::kSupportPlan:
      return std::make_unique<v1::SupportPlan>(PlanOf(record));
    case Kind::kInduction:
      return std::make_unique<v1::Induction>(InductionOf(record));
    case Kind::kPerson:
      return std::make_unique<v1::Person>(PersonOf(world, record.person));
    case Kind::kActionPlan:
      break;
  }
  auto plan = std::make_unique<v1::ActionPlan>();
  plan->mutable_ect()->set_person(PersonName(record.person));
  plan->mutable_mentor()->set_person(PersonName(record.people.front().number));
  plan->mutable_school()->set_urn(Urn(record.schools.front().number));
  return plan;
}

v1::AccessGrant GrantOf(const Grant& grant) {
  v1::AccessGrant made;
  made.mutable_grantee()->set_person(PersonName(grant.grantee));
  made.set_starts_on(DayText(grant.days.from));
  made.set_ends_on(DayText(grant.days.to));
  if (grant.revoked != kEnd) made.set_revoked_on(DayText(grant.revoked));
  return made;
}

}  // namespace trellis::policy
