#include "policy/access.h"

#include <algorithm>

#include "domain/person.h"

namespace trellis::policy {
namespace {

// The earlier of two last days; empty: none.
absl::string_view Earlier(absl::string_view a, absl::string_view b) {
  if (a.empty() || b.empty()) return a.empty() ? b : a;
  return std::min(a, b);
}

// The later of what two ways give.
void Widen(absl::string_view until, Extent& extent) {
  if (extent.allowed && extent.until_on.empty()) return;
  if (!extent.allowed || until.empty() || until > extent.until_on) {
    extent.until_on = std::string(until);
  }
  extent.allowed = true;
}

// A time that is over by `today` ends what is seen; one that ends later does not yet.
absl::string_view Over(absl::string_view ends_on, absl::string_view today) {
  return ends_on < today ? ends_on : absl::string_view();
}

// Whether they go on although the record went to another school: they have a role there.
bool GoesOn(const Part& part, const v1::Person* record, absl::string_view today,
            SameSchool same_school) {
  if (part.goes_on_at.empty() || record == nullptr) return false;
  const auto& roles = record->roles();
  return std::any_of(roles.begin(), roles.end(), [&](const v1::PersonRole& role) {
    return domain::IsHeldOn(role, std::string(today)) &&
           same_school(role.school_urn(), part.goes_on_at);
  });
}

Extent ByName(const Asker& asker, const Subject& subject, absl::string_view today,
              SameSchool same_school) {
  Extent extent;
  for (const Part& part : subject.parts) {
    if (part.person != asker.person || part.capacity != asker.capacity) continue;
    if (part.since > today) continue;
    const bool goes_on = GoesOn(part, asker.record, today, same_school);
    Widen(goes_on ? absl::string_view() : Over(part.until, today), extent);
  }
  if (asker.capacity != v1::APPROPRIATE_BODY || asker.record == nullptr) return extent;
  for (const v1::PersonRole& role : asker.record->roles()) {
    if (role.role() != v1::APPROPRIATE_BODY || role.starts_on() > today) continue;
    for (const BodyTime& body : subject.bodies) {
      // Of the body that it is now: what was another's before is that contact's alone.
      const bool is_present = body.since <= today && Over(body.until, today).empty();
      const bool met = role.ends_on().empty() || body.since <= role.ends_on();
      if (is_present && met && body.id == role.appropriate_body()) {
        Widen(Over(role.ends_on(), today), extent);
      }
    }
  }
  return extent;
}

Extent BySchool(const Asker& asker, const Subject& subject, absl::string_view today,
                SameSchool same_school) {
  Extent extent;
  if (asker.record == nullptr) return extent;
  for (const v1::PersonRole& role : asker.record->roles()) {
    if (role.role() != asker.capacity || role.starts_on() > today) continue;
    for (size_t i = 0; i < subject.stays.size(); ++i) {
      const Stay& stay = subject.stays[i];
      if (IsToCome(subject, i, today)) continue;
      // They were there at the same time: who came after it left has no part in it.
      const bool met = (stay.until.empty() || role.starts_on() <= stay.until) &&
                       (role.ends_on().empty() || stay.since <= role.ends_on());
      if (met && same_school(role.school_urn(), stay.school_urn)) {
        Widen(Earlier(Over(role.ends_on(), today), Over(stay.until, today)), extent);
      }
    }
  }
  return extent;
}

}  // namespace

bool HoldsRole(const Asker& asker, absl::string_view today) {
  if (asker.record == nullptr) return false;
  const auto& roles = asker.record->roles();
  return std::any_of(roles.begin(), roles.end(), [&](const v1::PersonRole& role) {
    return role.role() == asker.capacity && domain::IsHeldOn(role, std::string(today));
  });
}

bool HoldsRoleAt(const Asker& asker, absl::string_view school_urn, absl::string_view today,
                 SameSchool same_school) {
  if (asker.record == nullptr) return false;
  const auto& roles = asker.record->roles();
  return std::any_of(roles.begin(), roles.end(), [&](const v1::PersonRole& role) {
    return role.role() == asker.capacity && domain::IsHeldOn(role, std::string(today)) &&
           same_school(role.school_urn(), school_urn);
  });
}

Extent ExtentOf(Reach reach, const Asker& asker, const Subject& subject, absl::string_view today,
                SameSchool same_school) {
  switch (reach) {
    case Reach::kNever:
    case Reach::kAggregate:
      return {};
    case Reach::kOwn:
      return {.allowed = !asker.person.empty() && subject.person == asker.person, .until_on = ""};
    case Reach::kNamed:
      return ByName(asker, subject, today, same_school);
    case Reach::kSchool:
      return BySchool(asker, subject, today, same_school);
    case Reach::kAny:
      return {.allowed = true, .until_on = ""};
  }
  return {};
}

}  // namespace trellis::policy
