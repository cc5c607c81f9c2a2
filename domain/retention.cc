#include "domain/retention.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "domain/dates.h"
#include "domain/entries.h"
#include "domain/erasure.h"
#include "domain/person.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::domain {
namespace {

using v1::RetentionDuty;

std::string DayOf(const google::protobuf::Timestamp& time) {
  return DateText(LondonDay(FromTimestamp(time)));
}

RetentionDuty& AddDuty(RetentionDuty::Kind kind, const std::string& source,
                       const std::string& ended_on, v1::Retention& known) {
  RetentionDuty& duty = *known.add_duties();
  duty.set_kind(kind);
  duty.set_source(source);
  duty.set_ended_on(ended_on);
  return duty;
}

void Add(const v1::Person& person, v1::Retention& known) {
  known.set_person(person.name());
  AddDuty(RetentionDuty::REGISTRATION, person.name(), DayOf(person.create_time()), known);
  for (const v1::PersonRole& role : person.roles()) {
    RetentionDuty& duty = AddDuty(RetentionDuty::ROLE, person.name(), role.ends_on(), known);
    duty.set_entry_id(role.role_id());
    duty.set_school_urn(role.school_urn());
  }
  for (const v1::LegalHold& hold : person.legal_holds()) {
    if (!IsInForce(hold)) continue;
    v1::HoldInForce& standing = *known.add_legal_holds();
    standing.set_record(person.name());
    standing.set_hold_id(hold.hold_id());
    standing.set_placed_on(hold.entry().occurred_on());
  }
  for (const v1::ErasureProposal& proposal : person.erasure_proposals()) {
    known.add_proposed_for(proposal.keep_until());
  }
}

void Add(const v1::Induction& induction, v1::Retention& known) {
  known.set_person(induction.ect().person());
  RetentionDuty& duty =
      AddDuty(RetentionDuty::INDUCTION, induction.name(), induction.ending().ended_on(), known);
  // The last that counts: nobody came after.
  for (const v1::InductionSchool& at : induction.schools()) {
    if (!IsStruckOut(at)) duty.set_school_urn(at.school().urn());
  }
}

void Add(const v1::SupportPlan& plan, v1::Retention& known) {
  known.set_person(plan.ect().person());
  AddDuty(RetentionDuty::SUPPORT_PLAN, plan.name(), plan.closure().closed_on(), known)
      .set_school_urn(plan.school().urn());
}

void Add(const v1::ActionPlan& plan, v1::Retention& known) {
  known.set_person(plan.ect().person());
  std::string ended_on = plan.closure().closed_on();
  // Handed over, it is the ECT's to write or to leave: it lasts as long as they write.
  if (ended_on.empty() && plan.has_hand_over()) ended_on = DayOf(plan.update_time());
  AddDuty(RetentionDuty::ACTION_PLAN, plan.name(), ended_on, known)
      .set_school_urn(plan.school().urn());
}

std::string RuleOf(RetentionDuty::Kind kind, int years) {
  constexpr char kGuidance[] = "statutory guidance, April 2024, 2.77, 5.3, 5.11";
  switch (kind) {
    case RetentionDuty::INDUCTION:
      return absl::StrCat(years, " years from the end of the induction (", kGuidance, ")");
    case RetentionDuty::ROLE:
      return absl::StrCat(years, " years from leaving (", kGuidance, ")");
    case RetentionDuty::SUPPORT_PLAN:
    case RetentionDuty::ACTION_PLAN:
      return absl::StrCat(years, " years from the end of the plan (", kGuidance, ")");
    case RetentionDuty::REGISTRATION:
      return absl::StrCat(years, " years from being registered, as nothing else is known");
    default:
      break;
  }
  Crash("a duty without a kind");
}

absl::CivilDay YearsAfter(absl::CivilDay day, int years) {
  return absl::CivilDay(day.year() + years, day.month(), day.day());
}

}  // namespace

v1::Retention RetentionKnownOf(const google::protobuf::Message& state) {
  v1::Retention known;
  const google::protobuf::Descriptor* const type = state.GetDescriptor();
  if (type == v1::Person::descriptor()) {
    Add(static_cast<const v1::Person&>(state), known);
  } else if (type == v1::Induction::descriptor()) {
    Add(static_cast<const v1::Induction&>(state), known);
  } else if (type == v1::SupportPlan::descriptor()) {
    Add(static_cast<const v1::SupportPlan&>(state), known);
  } else if (type == v1::ActionPlan::descriptor()) {
    Add(static_cast<const v1::ActionPlan&>(state), known);
  }
  // Of what was erased nothing is kept any more.
  if (known.person().empty() || IsErased(state)) known.Clear();
  return known;
}

bool RetentionFinding::Passed(absl::CivilDay today) const {
  return keep_until.has_value() && *keep_until < today;
}
bool RetentionFinding::Due(absl::CivilDay today) const { return Passed(today) && holds.empty(); }

bool RetentionFinding::Proposed() const {
  return keep_until.has_value() && std::find(proposed_for.begin(), proposed_for.end(),
                                             DateText(*keep_until)) != proposed_for.end();
}

RetentionFinding FindRetention(const v1::Retention& known, int years) {
  years = std::max(years, kRetentionYearsMin);
  RetentionFinding finding{
      .person = known.person(),
      .keep_until = std::nullopt,
      .duties = {},
      .holds = {known.legal_holds().begin(), known.legal_holds().end()},
      .proposed_for = {known.proposed_for().begin(), known.proposed_for().end()},
      .records = {known.records().begin(), known.records().end()}};
  const auto& all = known.duties();
  const bool is_known = std::any_of(all.begin(), all.end(), [](const RetentionDuty& duty) {
    return duty.kind() != RetentionDuty::REGISTRATION;
  });
  bool is_open = false;
  for (const RetentionDuty& duty : all) {
    if (is_known && duty.kind() == RetentionDuty::REGISTRATION) continue;
    RetentionDuty& found = finding.duties.emplace_back(duty);
    found.set_rule(RuleOf(duty.kind(), years));
    // A date that cannot be read ends nothing.
    const std::optional<absl::CivilDay> ended = ParseDate(duty.ended_on());
    if (!ended.has_value()) {
      is_open = true;
      continue;
    }
    const absl::CivilDay until = YearsAfter(*ended, years);
    found.set_keep_until(DateText(until));
    finding.keep_until = std::max(finding.keep_until.value_or(until), until);
  }
  if (is_open) finding.keep_until.reset();
  return finding;
}

std::vector<std::string> LastSchools(const v1::Retention& known) {
  std::set<std::string> last;
  std::string latest;
  bool is_open = false;
  for (const RetentionDuty& duty : known.duties()) {
    if (duty.school_urn().empty() || duty.kind() == RetentionDuty::ACTION_PLAN) continue;
    const bool opens = duty.ended_on().empty();
    if ((opens && !is_open) || (!is_open && duty.ended_on() > latest)) last.clear();
    is_open = is_open || opens;
    latest = std::max(latest, duty.ended_on());
    if (is_open ? opens : duty.ended_on() == latest) last.insert(duty.school_urn());
  }
  return {last.begin(), last.end()};
}

}  // namespace trellis::domain
