#include "domain/induction_rules.h"

#include <algorithm>

#include "base/status_macros.h"
#include "domain/dates.h"

namespace trellis::domain {
namespace {

// Adds who `party` names of each period that holds on `day`.
template <typename Periods, typename PartyOf>
void AddHolders(const Periods& periods, const std::string& day, PartyOf party,
                std::vector<const v1::Party*>& holders) {
  for (const auto& period : periods) {
    if (IsStruckOut(period) || (!period.ends_on().empty() && period.ends_on() < day)) continue;
    holders.push_back(&party(period));
  }
}

}  // namespace

std::string DayBefore(const std::string& date) { return DateText(*ParseDate(date) - 1); }

std::vector<const v1::Party*> HoldersOf(const Induction& induction, v1::Capacity capacity,
                                        const std::string& today) {
  const std::string& day = induction.has_ending() ? induction.ending().ended_on() : today;
  std::vector<const v1::Party*> holders;
  if (capacity == v1::ECT) {
    holders.push_back(&induction.ect());
  } else if (capacity == v1::HEADTEACHER) {
    AddHolders(
        induction.schools(), day, [](const auto& s) -> const auto& { return s.headteacher(); },
        holders);
  } else if (capacity == v1::INDUCTION_TUTOR) {
    AddHolders(
        induction.tutorships(), day, [](const auto& t) -> const auto& { return t.tutor(); },
        holders);
  } else if (capacity == v1::MENTOR) {
    AddHolders(
        induction.mentorships(), day, [](const auto& m) -> const auto& { return m.mentor(); },
        holders);
  } else if (capacity == v1::APPROPRIATE_BODY) {
    AddHolders(
        induction.appropriate_bodies(), day,
        [](const auto& b) -> const auto& { return b.contact(); }, holders);
  }
  return holders;
}

absl::Status RequireHolder(const Induction& induction, const Context& context, Capacities allowed,
                           absl::string_view verb) {
  RETURN_IF_ERROR(RequireOneOf(context, allowed, verb));
  const std::string& actor = context.actor.person();
  for (const v1::Party* const holder :
       HoldersOf(induction, context.capacity, DateText(context.today))) {
    if (holder->person() == actor && !actor.empty()) return absl::OkStatus();
  }
  return NotTheParty(context, induction.name());
}

absl::Status RequireNotEnded(const Induction& induction, absl::string_view verb) {
  RETURN_IF_ERROR(RequireExists(induction));
  if (!induction.has_ending()) return absl::OkStatus();
  return Refusal("INDUCTION_ENDED", induction.name(),
                 absl::StrCat(induction.name(), " ended on ", induction.ending().ended_on(),
                              "; nobody can ", verb, " any more"));
}

absl::Status RequireNotEct(const std::string& ect, const std::string& person) {
  if (person != ect) return absl::OkStatus();
  return Refusal("ECT_HAS_OTHER_ROLE", ect,
                 absl::StrCat(ect, " is the ECT and cannot hold another role"));
}

absl::Status RequireIndependent(const Induction& induction, const v1::AppropriateBodyPeriod& body) {
  for (const v1::InductionSchool& school : induction.schools()) {
    if (IsStruckOut(school) || body.group_uid().empty()) continue;
    if (school.employer_group_uid() != body.group_uid()) continue;
    return Refusal("APPROPRIATE_BODY_OF_EMPLOYER", body.body(),
                   absl::StrCat("appropriate body ", body.body(), " belongs to group ",
                                body.group_uid(), ", the employer at ", school.school_id(),
                                "; want a body of another group (guidance 2.25)"));
  }
  const std::string& contact = body.contact().person();
  RETURN_IF_ERROR(RequireNotEct(induction.ect().person(), contact));
  const auto* const school = InForce(induction.schools());
  const auto* const tutor = InForce(induction.tutorships());
  const auto* const mentor = InForce(induction.mentorships());
  const bool involved = (school != nullptr && school->headteacher().person() == contact) ||
                        (tutor != nullptr && tutor->tutor().person() == contact) ||
                        (mentor != nullptr && mentor->mentor().person() == contact);
  if (!involved) return absl::OkStatus();
  return Refusal("APPROPRIATE_BODY_NOT_INDEPENDENT", contact,
                 absl::StrCat(contact,
                              " is the appropriate body's contact and cannot be headteacher, "
                              "induction tutor or mentor too"));
}

absl::Status RequireAfter(absl::string_view id, const std::string& in_force_since,
                          const std::string& starts_on) {
  if (starts_on > in_force_since) return absl::OkStatus();
  return Refusal("PERIODS_OVERLAP", id,
                 absl::StrCat("starts_on is ", starts_on, ", want a day after ", id, " began, ",
                              in_force_since, "; correct ", id, " if it is wrong"));
}

absl::Status RequireAbsencePossible(const Induction& induction, const v1::Absence& absence,
                                    const Context& context, int except) {
  const int64_t span = *ParseDate(absence.ends_on()) - *ParseDate(absence.starts_on()) + 1;
  std::vector<FieldViolation> violations;
  if (absence.days() > span) {
    violations.push_back(
        {"absence.days",
         absl::StrCat("got ", absence.days(), ", want at most ", span, ", the days from ",
                      absence.starts_on(), " to ", absence.ends_on())});
  }
  if (absence.ends_on() > DateText(context.today)) {
    violations.push_back(
        {"absence.ends_on", absl::StrCat("got ", absence.ends_on(), ", want no day after today, ",
                                         DateText(context.today))});
  }
  if (!violations.empty()) return InvalidRequest(violations);
  const auto refuse = [&](const auto& other, const std::string& id) {
    return Refusal(
        "PERIODS_OVERLAP", id,
        absl::StrCat("the days from ", absence.starts_on(), " to ", absence.ends_on(), " meet ", id,
                     ", from ", other.starts_on(), " to ",
                     other.ends_on().empty() ? "now" : other.ends_on(), "; want each day once"));
  };
  const std::string& from = absence.starts_on();
  const auto* const other = Overlapping(induction.absences(), from, absence.ends_on(), except);
  if (other != nullptr) return refuse(*other, other->absence_id());
  const auto* const pause = Overlapping(induction.pauses(), from, absence.ends_on());
  if (pause != nullptr) return refuse(*pause, pause->pause_id());
  return absl::OkStatus();
}

}  // namespace trellis::domain
