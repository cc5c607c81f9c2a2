#include "tests/policy/naive_model.h"

#include <algorithm>

#include "base/check.h"
#include "tests/policy/expected_cells.h"

namespace trellis::policy {
namespace {

constexpr Sight kNothing = {.any = false, .until = 0};
constexpr Sight kAll = {.any = true, .until = kEnd};

// The facts about the call, one by one.
class Case {
 public:
  Case(const World& world, const Call& call)
      : world_(world),
        call_(call),
        record_(world.records[static_cast<size_t>(call.record)]),
        word_(ExpectedReach(call.action, call.capacity)) {}

  Sight Answer() const {
    if (word_ == Reach::kNever) return kNothing;
    // Counts are no record.
    if (word_ == Reach::kAggregate) return kNothing;
    if (word_ == Reach::kAny) return kAll;
    if (word_ == Reach::kOwn) return record_.person == call_.reader ? kAll : kNothing;
    switch (call_.capacity) {
      case v1::INDUCTION_TUTOR:
      case v1::HEADTEACHER:
        return AsLeaderOfASchool();
      case v1::MENTOR:
        return AsMentor();
      case v1::SUPPORTER:
        return AsSupporter();
      case v1::APPROPRIATE_BODY:
        return AsBody();
      case v1::GRANTEE:
        return AsGrantee();
      default:
        Crash("no other capacity has a word that depends on the record");
    }
  }

 private:
  const Human& reader() const { return world_.people[static_cast<size_t>(call_.reader)]; }

  // An induction stays for ever as it was on its last day.
  bool IsTied(const Tie& tie, int day) const {
    return !tie.struck_out && tie.days.Has(std::min(day, record_.ended));
  }

  Sight LastOf(const std::vector<bool>& days) const {
    // Who still has it today has all of it.
    if (days[static_cast<size_t>(call_.today)]) return kAll;
    for (int day = call_.today; day >= 0; --day) {
      if (days[static_cast<size_t>(day)]) return {.any = true, .until = day};
    }
    return kNothing;
  }

  // No other school stands before it.
  bool IsFirst(const Tie& tie) const {
    for (const Tie& other : record_.schools) {
      if (&other == &tie) return true;
      if (!other.struck_out && other.days.from <= record_.ended) return false;
    }
    return true;
  }

  // Somebody who is there now and will still be there when the record comes sees it already, unless
  // it is at another school until then: a move is recorded ahead.
  bool WillMeet(const Role& role) const {
    if (!role.days.Has(call_.today)) return false;
    for (const Tie& tie : record_.schools) {
      if (!AreOneSchool(world_, tie.number, role.school)) continue;
      if (tie.days.from > call_.today && record_.kind == Kind::kInduction && !IsFirst(tie))
        continue;
      for (int day = call_.today; day <= kEnd; ++day) {
        if (IsTied(tie, day) && role.days.Has(day)) return true;
      }
    }
    return false;
  }

  Sight AsLeaderOfASchool() const {
    std::vector<bool> there(kEnd + 1, false);
    for (const Role& role : reader().roles) {
      if (role.capacity != call_.capacity) continue;
      if (WillMeet(role)) return kAll;
      for (int day = 0; day <= call_.today; ++day) {
        for (const Tie& tie : record_.schools) {
          if (role.days.Has(day) && IsTied(tie, day) &&
              AreOneSchool(world_, tie.number, role.school)) {
            there[static_cast<size_t>(day)] = true;
          }
        }
      }
    }
    return LastOf(there);
  }

  Sight NamedAs(v1::Capacity capacity) const {
    std::vector<bool> named(kEnd + 1, false);
    for (int day = 0; day <= call_.today; ++day) {
      for (const Tie& tie : record_.people) {
        if (tie.number == call_.reader && tie.capacity == capacity && IsTied(tie, day)) {
          named[static_cast<size_t>(day)] = true;
        }
      }
    }
    return LastOf(named);
  }

  // The mentor of an action plan, those of an induction in their time, and of a support plan one
  // who has a part in it.
  Sight AsMentor() const { return NamedAs(v1::MENTOR); }

  Sight AsSupporter() const { return NamedAs(v1::SUPPORTER); }

  Sight AsBody() const {
    const Sight as_contact = NamedAs(v1::APPROPRIATE_BODY);
    std::vector<bool> colleague(kEnd + 1, false);
    for (const Tie& body : record_.bodies) {
      // Of the present body alone: the one before has its contact.
      if (!IsTied(body, call_.today)) continue;
      for (const Role& role : reader().roles) {
        if (role.capacity != v1::APPROPRIATE_BODY || role.body != body.number) continue;
        for (int day = body.days.from; day <= call_.today; ++day) {
          if (role.days.Has(day)) colleague[static_cast<size_t>(day)] = true;
        }
      }
    }
    const Sight as_colleague = LastOf(colleague);
    if (!as_contact.any) return as_colleague;
    if (!as_colleague.any) return as_contact;
    return as_contact.until > as_colleague.until ? as_contact : as_colleague;
  }

  Sight AsGrantee() const {
    for (const Grant& grant : world_.grants) {
      if (grant.record != call_.record || grant.grantee != call_.reader) continue;
      if (grant.days.Has(call_.today) && call_.today < grant.revoked) return kAll;
    }
    return kNothing;
  }

  const World& world_;
  const Call& call_;
  const Record& record_;
  const Reach word_;
};

}  // namespace

bool AreOneSchool(const World& world, int a, int b) {
  if (a < 0 || b < 0) return false;
  const auto first = [&](int school) {
    while (world.schools[static_cast<size_t>(school)].before >= 0) {
      school = world.schools[static_cast<size_t>(school)].before;
    }
    return school;
  };
  return first(a) == first(b);
}

Sight NaiveSight(const World& world, const Call& call) { return Case(world, call).Answer(); }

}  // namespace trellis::policy
