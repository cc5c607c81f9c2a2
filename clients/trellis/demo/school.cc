#include "clients/trellis/demo/school.h"

#include "absl/strings/str_cat.h"
#include "clients/trellis/demo/plans.h"
#include "clients/trellis/demo/words.h"

namespace trellis::cli {
namespace {

using v1::Command;

constexpr int kMentors = 8;
constexpr int kContacts = 4;
// Since when the staff have been there.
constexpr char kStaffSince[] = "2019-09-01";

std::string TrustId(int seed) { return absl::StrCat(90'000 + seed); }
std::string BodyId(int seed) { return absl::StrCat("demo-hub-", seed); }
std::string Urn(int seed, int number) {
  return absl::StrCat(910'000 + seed * kDemoSchoolsMax + number);
}

absl::CivilDay FirstMonday(absl::civil_year_t year, int month, int from_day) {
  const absl::CivilDay from(year, month, from_day);
  return absl::NextWeekday(from - 1, absl::Weekday::monday);
}

DemoPerson Somebody(const DemoScript& script, const std::string& what, v1::Capacity capacity) {
  DemoPerson person;
  person.party.set_person(absl::StrCat("people/", script.Id(what)));
  person.party.set_name(absl::StrCat(
      kFirstNames[script.Pick(absl::StrCat("first name ", what), kFirstNames.size())], " ",
      kLastNames[script.Pick(absl::StrCat("last name ", what), kLastNames.size())]));
  person.capacity = capacity;
  return person;
}

DemoPerson Contact(int seed, int number, absl::CivilDay today) {
  return Somebody(DemoScript(seed, "body", today), absl::StrCat("contact ", number),
                  v1::APPROPRIATE_BODY);
}

v1::PersonRole& AddPerson(DemoScript& script, const DemoPerson& by, const DemoPerson& person) {
  auto& request = script.Add(by, script.today(), &Command::mutable_register_person);
  request.set_person_id(person.party.person().substr(sizeof("people/") - 1));
  request.set_full_name(person.party.name());
  auto& start = script.Add(by, script.today(), person.party.person(), &Command::mutable_start_role);
  start.mutable_role()->set_role(person.capacity);
  start.mutable_role()->set_starts_on(kStaffSince);
  return *start.mutable_role();
}

// A command that is given before it is known which day it is: the server's own stands.
template <typename Request>
Request& AddFirst(DemoScript& script, const DemoPerson& who, Request* (Command::*make)()) {
  Request& request = script.Add(who, script.today(), make);
  request.set_request_id(script.Id("first"));
  request.clear_occurred_on();
  request.clear_late_reason();
  return request;
}

void SetTerm(v1::SchoolTerm& term, absl::CivilDay first, absl::CivilDay half, absl::CivilDay last) {
  term.set_starts_on(DateText(first));
  term.set_ends_on(DateText(last));
  term.mutable_half_term()->set_starts_on(DateText(half));
  term.mutable_half_term()->set_ends_on(DateText(half + 4));
}

class SchoolSteps {
 public:
  SchoolSteps(int seed, int number, absl::CivilDay today)
      : seed_(seed),
        number_(number),
        script_(seed, Urn(seed, number), today),
        // Nothing is further back than two months, and the newest ECTs have begun by then.
        began_(AcademicYearOf(today - 60)) {
    school_.set_urn(Urn(seed, number));
    school_.set_name(absl::StrCat(kPlaces[script_.Pick("place", kPlaces.size())], " ",
                                  kKinds[script_.Pick("kind", kKinds.size())]));
    keeper_ = Somebody(script_, "keeper", v1::ADMINISTRATOR);
    head_ = Somebody(script_, "head", v1::HEADTEACHER);
    tutor_ = Somebody(script_, "tutor", v1::INDUCTION_TUTOR);
    for (int i = 0; i < kMentors; ++i) {
      mentors_.push_back(Somebody(script_, absl::StrCat("mentor ", i), v1::MENTOR));
    }
  }

  v1::PlayStep First() {
    auto& record = AddFirst(script_, keeper_, &Command::mutable_record_school);
    record.set_school_id(school_.urn());
    record.mutable_facts()->set_school_name(school_.name());
    record.mutable_facts()->set_status(v1::OPEN);
    record.mutable_facts()->set_town(kPlaces[script_.Pick("town", kPlaces.size())]);
    return script_.Take().front();
  }

  std::vector<v1::PlayStep> Steps() {
    JoinTrust();
    AddYear(began_);
    AddYear(began_ + 1);
    for (const DemoPerson& person : {head_, tutor_}) AddStaff(person);
    for (const DemoPerson& mentor : mentors_) AddStaff(mentor);
    for (int ect = 0; ect < kDemoEctsPerSchool; ++ect) AddEct(ect);
    return script_.Take();
  }

 private:
  void JoinTrust() {
    auto& join =
        script_.Add(keeper_, script_.today(), SchoolResource(), &Command::mutable_join_trust);
    join.mutable_membership()->set_trust(DemoTrust(seed_));
    join.mutable_membership()->set_starts_on(kStaffSince);
  }

  // A year of terms that begin on Mondays and end on Fridays, breaks of a week in the middle.
  void AddYear(absl::civil_year_t year) {
    auto& request =
        script_.Add(keeper_, script_.today(), SchoolResource(), &Command::mutable_set_school_year);
    v1::SchoolYear& terms = *request.mutable_school_year();
    terms.set_academic_year(AcademicYearText(year));
    SetTerm(*terms.mutable_autumn(), FirstMonday(year, 9, 1), FirstMonday(year, 10, 22),
            FirstMonday(year, 12, 11) + 4);
    SetTerm(*terms.mutable_spring(), FirstMonday(year + 1, 1, 3), FirstMonday(year + 1, 2, 11),
            FirstMonday(year + 1, 3, 22) + 4);
    SetTerm(*terms.mutable_summer(), FirstMonday(year + 1, 4, 12), FirstMonday(year + 1, 5, 24),
            FirstMonday(year + 1, 7, 14) + 4);
    terms.add_inset_days(terms.autumn().starts_on());
  }

  void AddStaff(const DemoPerson& person) {
    AddPerson(script_, keeper_, person).set_school_urn(school_.urn());
  }

  void AddEct(int ect) {
    const std::string what = absl::StrCat("ect ", ect);
    const DemoCircle circle{
        .ect = Somebody(script_, what, v1::ECT),
        .mentor = mentors_[static_cast<size_t>(ect % kMentors)],
        .tutor = tutor_,
        .head = head_,
        .contact = Contact(seed_, number_ % kContacts, script_.today()),
        .school = school_,
        .induction = absl::StrCat("inductions/", script_.Id(absl::StrCat("induction of ", what)))};
    auto& person = script_.Add(head_, script_.today(), &Command::mutable_register_person);
    person.set_person_id(circle.ect.party.person().substr(sizeof("people/") - 1));
    person.set_full_name(circle.ect.party.name());
    auto& role = script_.Add(head_, script_.today(), circle.ect.party.person(),
                             &Command::mutable_start_role);
    role.mutable_role()->set_role(v1::ECT);
    role.mutable_role()->set_school_urn(school_.urn());
    // Every second is in the second year.
    const absl::CivilDay since(began_ - ect % 2, 9, 1);
    role.mutable_role()->set_starts_on(DateText(since));
    AddInduction(circle, since, ect);
    AddNotes(circle, ect);
    if (ect % 2 == 0) AddActionPlan(script_, circle, ect / 2);
    if (ect % 6 == 1) AddSupportPlan(script_, circle, ect / 6);
  }

  void AddInduction(const DemoCircle& circle, absl::CivilDay since, int ect) {
    auto& request = script_.Add(circle.tutor, since, &Command::mutable_register_ect);
    request.set_induction_id(circle.induction.substr(sizeof("inductions/") - 1));
    *request.mutable_ect() = circle.ect.party;
    *request.mutable_school()->mutable_school() = school_;
    *request.mutable_school()->mutable_headteacher() = circle.head.party;
    request.mutable_school()->set_employer_group_uid(TrustId(seed_));
    *request.mutable_tutorship()->mutable_tutor() = circle.tutor.party;
    // One in ten works three days a week.
    request.mutable_working_pattern()->set_fte_hundredths(ect % 10 == 3 ? 60 : 100);
    request.mutable_appropriate_body()->set_body(BodyId(seed_));
    request.mutable_appropriate_body()->set_body_name(absl::StrCat("Demonstration Hub ", seed_));
    *request.mutable_appropriate_body()->mutable_contact() = circle.contact.party;
    auto& assign =
        script_.Add(circle.head, since, circle.induction, &Command::mutable_assign_mentor);
    *assign.mutable_mentorship()->mutable_mentor() = circle.mentor.party;
    assign.mutable_mentorship()->set_school_urn(school_.urn());
  }

  void AddNotes(const DemoCircle& circle, int ect) {
    for (int week = 0; week < ect % 3; ++week) {
      const absl::CivilDay held = OnAWeekday(script_.today() - 5 - 14 * week);
      auto& request =
          script_.Add(circle.mentor, held, circle.induction, &Command::mutable_record_session_note);
      v1::SessionNote& note = *request.mutable_session_note();
      note.mutable_programme()->set_provider("UCL");
      note.set_year(1 + ect % 2);
      note.set_module("3");
      note.set_week(3 - week);
      note.set_text(kNotes[script_.Pick(absl::StrCat("note ", ect, " ", week), kNotes.size())]);
    }
  }

  std::string SchoolResource() const { return absl::StrCat("schools/", school_.urn()); }

  const int seed_;
  const int number_;
  DemoScript script_;
  // The year in whose September the newest ECTs began.
  const absl::civil_year_t began_;
  v1::School school_;
  // Whoever runs the ledger: the school's staff is there after its first commands alone.
  DemoPerson keeper_;
  DemoPerson head_;
  DemoPerson tutor_;
  std::vector<DemoPerson> mentors_;
};

// Whoever sets a trust up.
DemoPerson Officer(const DemoScript& script) {
  return Somebody(script, "officer", v1::ADMINISTRATOR);
}

}  // namespace

std::string DemoTrust(int seed) { return absl::StrCat("trusts/", TrustId(seed)); }
std::string DemoBody(int seed) { return absl::StrCat("appropriateBodies/", BodyId(seed)); }

v1::PlayStep DemoTrustStep(int seed) {
  DemoScript script(seed, "trust", {});
  auto& request = AddFirst(script, Officer(script), &Command::mutable_record_trust);
  request.set_trust_id(TrustId(seed));
  request.mutable_facts()->set_trust_name(absl::StrCat("Demonstration Trust ", seed));
  request.mutable_facts()->set_status(v1::OPEN);
  return script.Take().front();
}

std::vector<v1::PlayStep> DemoTrustSteps(int seed, absl::CivilDay today) {
  DemoScript script(seed, "body", today);
  const DemoPerson officer = Officer(script);
  auto& request = script.Add(officer, today, &Command::mutable_record_appropriate_body);
  request.set_appropriate_body_id(BodyId(seed));
  request.mutable_facts()->set_body_name(absl::StrCat("Demonstration Hub ", seed));
  request.mutable_facts()->set_status(v1::OPEN);
  request.mutable_facts()->set_kind(v1::AppropriateBodyFacts::TEACHING_SCHOOL_HUB);
  for (int i = 0; i < kContacts; ++i) {
    AddPerson(script, officer, Contact(seed, i, today)).set_appropriate_body(BodyId(seed));
  }
  return script.Take();
}

v1::PlayStep DemoSchoolStep(int seed, int number) { return SchoolSteps(seed, number, {}).First(); }

std::vector<v1::PlayStep> DemoSchoolSteps(int seed, int number, absl::CivilDay today) {
  return SchoolSteps(seed, number, today).Steps();
}

}  // namespace trellis::cli
