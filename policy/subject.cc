#include "policy/subject.h"

#include "domain/entries.h"
#include "domain/erasure.h"
#include "domain/school.h"
#include "trellis/v1/access_grant.pb.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/school.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::policy {
namespace {

using domain::IsStruckOut;

void AddPart(Subject& subject, const std::string& person, v1::Capacity capacity,
             absl::string_view since = "", absl::string_view until = "") {
  if (!person.empty()) subject.parts.push_back({person, capacity, since, until, ""});
}

// Who gives support is named for it whichever hat they wear: until the plan goes on at another
// school, unless they have a role there.
template <typename Entries, typename SupportersOf>
void AddSupporters(const v1::SupportPlan& plan, const Entries& entries,
                   const SupportersOf& supporters_of, Subject& subject) {
  for (const auto& entry : entries) {
    if (IsStruckOut(entry)) continue;
    absl::string_view until;
    for (const v1::FormerSchool& former : plan.former_schools()) {
      if (former.revision() <= entry.entry().revision()) continue;
      until = former.left_on();
      break;
    }
    // No conditional of text and string: that is a string, gone before the view of it is read.
    absl::string_view goes_on_at;
    if (!until.empty()) goes_on_at = plan.school().urn();
    for (const v1::Supporter& supporter : supporters_of(entry)) {
      if (supporter.person().empty()) continue;
      for (const v1::Capacity capacity : {v1::SUPPORTER, v1::MENTOR}) {
        subject.parts.push_back({supporter.person(), capacity, "", until, goes_on_at});
      }
    }
  }
}

Subject Of(const v1::SupportPlan& plan) {
  Subject subject;
  absl::string_view since;
  for (const v1::FormerSchool& former : plan.former_schools()) {
    subject.stays.push_back({former.school().urn(), former.since_on(), former.left_on()});
    since = former.left_on();
  }
  subject.stays.push_back({plan.school().urn(), since, ""});
  AddPart(subject, plan.appropriate_body().person(), v1::APPROPRIATE_BODY);
  for (const v1::FormerParty& former : plan.former_parties()) {
    AddPart(subject, former.party().person(), former.capacity(), former.since_on(),
            former.replaced_on());
  }
  AddSupporters(
      plan, plan.actions(), [](const v1::Action& one) -> const auto& { return one.by(); }, subject);
  AddSupporters(
      plan, plan.support(),
      [](const v1::Support& one) -> const auto& { return one.supported_by(); }, subject);
  AddSupporters(
      plan, plan.observations(),
      [](const v1::Observation& one) -> const auto& { return one.observers(); }, subject);
  return subject;
}

Subject Of(const v1::ActionPlan& plan) {
  Subject subject;
  // Handed over, it is the ECT's to write; what the mentor wrote they may still read.
  AddPart(subject, plan.mentor().person(), v1::MENTOR);
  subject.stays.push_back({plan.school().urn(), "", ""});
  return subject;
}

Subject Of(const v1::Induction& induction) {
  Subject subject;
  subject.is_line = true;
  const std::string& ended_on = induction.ending().ended_on();
  // What stood when the induction ended still stands: nobody came after.
  const auto until = [&](const std::string& ends_on) {
    const bool is_last = !ended_on.empty() && ends_on >= ended_on;
    return is_last ? absl::string_view() : absl::string_view(ends_on);
  };
  // What was to begin after it never did.
  const auto is_void = [&](const auto& period) {
    return IsStruckOut(period) || (!ended_on.empty() && period.starts_on() > ended_on);
  };
  for (const v1::InductionSchool& at : induction.schools()) {
    if (is_void(at)) continue;
    subject.stays.push_back({at.school().urn(), at.starts_on(), until(at.ends_on())});
  }
  for (const v1::Mentorship& one : induction.mentorships()) {
    if (is_void(one)) continue;
    AddPart(subject, one.mentor().person(), v1::MENTOR, one.starts_on(), until(one.ends_on()));
  }
  for (const v1::AppropriateBodyPeriod& one : induction.appropriate_bodies()) {
    if (is_void(one)) continue;
    AddPart(subject, one.contact().person(), v1::APPROPRIATE_BODY, one.starts_on(),
            until(one.ends_on()));
    subject.bodies.emplace_back(one.body(), one.starts_on(), until(one.ends_on()));
  }
  return subject;
}

Subject Of(const v1::Person& person) {
  Subject subject;
  for (const v1::PersonRole& role : person.roles()) {
    if (!role.school_urn().empty()) {
      subject.stays.push_back({role.school_urn(), role.starts_on(), role.ends_on()});
    }
  }
  return subject;
}

// All of it but the person.
Subject PlacesAndParts(const google::protobuf::Message& state) {
  const google::protobuf::Descriptor* const type = state.GetDescriptor();
  if (type == v1::SupportPlan::descriptor()) return Of(static_cast<const v1::SupportPlan&>(state));
  if (type == v1::ActionPlan::descriptor()) return Of(static_cast<const v1::ActionPlan&>(state));
  if (type == v1::Induction::descriptor()) return Of(static_cast<const v1::Induction&>(state));
  if (type == v1::Person::descriptor()) return Of(static_cast<const v1::Person&>(state));
  Subject subject;
  if (type == v1::SchoolRecord::descriptor()) {
    const auto& school = static_cast<const v1::SchoolRecord&>(state);
    subject.stays.push_back(
        {absl::string_view(school.name()).substr(domain::kSchoolStreams.size()), "", ""});
  } else if (type == v1::AccessGrant::descriptor()) {
    const auto& grant = static_cast<const v1::AccessGrant&>(state);
    AddPart(subject, grant.grantee().person(), v1::GRANTEE);
  }
  return subject;
}

}  // namespace

bool IsToCome(const Subject& subject, size_t stay, absl::string_view today) {
  return subject.is_line && stay > 0 && subject.stays[stay].since > today;
}

Subject SubjectOf(const google::protobuf::Message& state) {
  Subject subject = PlacesAndParts(state);
  subject.person = domain::DataSubjectOf(state);
  return subject;
}

}  // namespace trellis::policy
