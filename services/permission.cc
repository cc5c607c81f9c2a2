#include "services/permission.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/access_grant.h"
#include "domain/aggregate.h"
#include "domain/dates.h"
#include "domain/erasure.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/reminders.h"
#include "domain/retention.h"
#include "domain/school.h"
#include "policy/access.h"
#include "services/school_line.h"
#include "services/target.h"
#include "trellis/v1/access_service.pb.h"
#include "trellis/v1/action_plan_service.pb.h"
#include "trellis/v1/audit_service.pb.h"
#include "trellis/v1/diary_service.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/school_requests.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using policy::Asker;
using policy::Extent;
using policy::Reach;
using policy::Subject;
using projections::StateRowPointer;
using projections::Views;

absl::Status Denied(absl::string_view reason, absl::string_view message) {
  return Error(absl::StatusCode::kPermissionDenied, reason, message);
}

// One question to the policy, with what it looks up for it.
class Question {
 public:
  Question(Views& views, const Clock& clock, const Principal& principal, v1::Capacity capacity,
           const policy::Row& row, Finding& finding)
      : views_(views),
        today_(domain::DateText(LondonDay(clock.Now()))),
        principal_(principal),
        row_(row),
        finding_(finding) {
    asker_.person = principal.name;
    asker_.capacity = capacity;
    if (principal.kind == Principal::Kind::kPerson && principal.record != nullptr) {
      asker_.record = &principal.record->as<v1::Person>();
    }
  }

  absl::Status Answer(const pb::Message* request) {
    const Target target = request == nullptr ? Target() : TargetOf(*request);
    if (!target.record.empty()) {
      RETURN_IF_ERROR(AboutRecord(target.record, *request));
      return AboutWhatIsGiven(*request);
    }
    if (target.is_list) return AboutList(target);
    RETURN_IF_ERROR(AboutNothing());
    return request != nullptr &&
                   request->GetDescriptor() == v1::DraftActionPlanRequest::descriptor()
               ? MayDraft(static_cast<const v1::DraftActionPlanRequest&>(*request))
               : absl::OkStatus();
  }

  // Whether the record may be read as it is.
  absl::StatusOr<bool> Sees(const std::string& record) {
    ASSIGN_OR_RETURN(const StateRowPointer state, views_.FindRow(record));
    if (state == nullptr) return false;
    ASSIGN_OR_RETURN(const Extent extent, ExtentTo(reach(), record, state));
    return extent.allowed && extent.until_on.empty();
  }

 private:
  Reach reach() const { return row_.ReachOf(asker_.capacity); }

  absl::Status AboutRecord(const std::string& record, const pb::Message& request) {
    finding_ = {.record = record};
    ASSIGN_OR_RETURN(StateRowPointer state, views_.FindRow(record));
    if (state == nullptr) {
      // A school that is not known yet is recorded under its own id.
      const bool is_first = request.GetDescriptor() == v1::RecordSchoolRequest::descriptor();
      return is_first ? AboutNothing() : domain::NotFound(record);
    }
    ASSIGN_OR_RETURN(Extent extent, ExtentTo(reach(), record, state));
    // What may be done to a record may be wider than who may read it: commands have rows of their
    // own. What is read about it is not.
    if (IsAboutRecord(request) && extent.allowed) {
      ASSIGN_OR_RETURN(extent, ExtentOfSight(record, state));
    }
    if (!extent.allowed) return domain::NotFound(record);
    if (!extent.until_on.empty() && BeganAfter(extent.until_on, *state->state)) {
      return domain::NotFound(record);
    }
    // Whoever left a school may come back to it.
    const bool may_return = request.GetDescriptor() == v1::StartRoleRequest::descriptor();
    return extent.until_on.empty() || may_return ? absl::OkStatus()
                                                 : CheckUntil(extent.until_on, record, request);
  }

  // What the request hands out, or ties the record to, is the caller's to give: whoever could say
  // at another school who is its tutor could read there.
  absl::Status AboutWhatIsGiven(const pb::Message& request) {
    const pb::Descriptor* const type = request.GetDescriptor();
    if (type == v1::StartRoleRequest::descriptor()) {
      const auto& start = static_cast<const v1::StartRoleRequest&>(request);
      RETURN_IF_ERROR(NotToOneself(start.name()));
      return MayGive(start.role());
    }
    if (type == v1::BindIdentityRequest::descriptor()) {
      return MayBind(static_cast<const v1::BindIdentityRequest&>(request));
    }
    if (type == v1::RenamePersonRequest::descriptor() ||
        type == v1::SetEmailRequest::descriptor() ||
        type == v1::SetPersonTrnRequest::descriptor()) {
      return MayChange(TargetOf(request).record);
    }
    if (type == v1::LinkSupportPlanRequest::descriptor()) {
      return MayLink(static_cast<const v1::LinkSupportPlanRequest&>(request));
    }
    if (request.GetDescriptor() == v1::EndRoleRequest::descriptor()) {
      const auto& end = static_cast<const v1::EndRoleRequest&>(request);
      ASSIGN_OR_RETURN(const StateRowPointer row, Keep(end.name()));
      for (const v1::PersonRole& role : row->as<v1::Person>().roles()) {
        if (role.role_id() == end.role_id()) return MayGive(role);
      }
    }
    if (request.GetDescriptor() == v1::JoinPersonsRequest::descriptor()) {
      return MayJoin(static_cast<const v1::JoinPersonsRequest&>(request));
    }
    if (request.GetDescriptor() == v1::LogObservationRequest::descriptor()) {
      return MayName(static_cast<const v1::LogObservationRequest&>(request));
    }
    const bool ties_schools = request.GetDescriptor() == v1::RecordSuccessorRequest::descriptor() ||
                              request.GetDescriptor() == v1::JoinTrustRequest::descriptor() ||
                              request.GetDescriptor() == v1::LeaveTrustRequest::descriptor();
    return ties_schools && asker_.capacity == v1::SERVICE ? ForEverySchool() : absl::OkStatus();
  }

  // Who could give themselves a role would read whatever it reaches, and nobody had agreed.
  absl::Status NotToOneself(const std::string& person) const {
    if (person != asker_.person) return absl::OkStatus();
    return Denied("ROLE_NOT_GIVEN", absl::StrCat(person,
                                                 " may give no role to themselves: want another "
                                                 "administrator, or another keeper of the school"));
  }

  // A caller who signed in as somebody with roles would have given them to themselves.
  absl::Status MayBind(const v1::BindIdentityRequest& request) {
    const v1::PersonIdentity& identity = request.identity();
    if (principal_.subject.empty() || identity.issuer() != principal_.issuer ||
        identity.subject() != principal_.subject) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const StateRowPointer row, Keep(request.name()));
    if (row == nullptr || row->as<v1::Person>().roles().empty()) return absl::OkStatus();
    return Denied("ROLE_NOT_GIVEN",
                  absl::StrCat("the subject is the caller's own, and ", request.name(),
                               " has roles: want another administrator"));
  }

  // Whom several schools keep, or a body, or a trust, none of them changes alone.
  absl::Status MayChange(const std::string& person) {
    if (reach() == Reach::kAny && asker_.capacity != v1::SERVICE) return absl::OkStatus();
    ASSIGN_OR_RETURN(const StateRowPointer row, Keep(person));
    if (row == nullptr) return absl::OkStatus();
    for (const v1::PersonRole& role : row->as<v1::Person>().roles()) {
      if (!domain::IsHeldOn(role, today_)) continue;
      ASSIGN_OR_RETURN(const bool is_theirs, KeepsRole(role));
      if (is_theirs) continue;
      return Denied("PERSON_KEPT_ELSEWHERE",
                    absl::StrCat(person,
                                 " has a role elsewhere too: want an administrator, or a "
                                 "program of every school"));
    }
    return absl::OkStatus();
  }

  // Of the same ECT; any other plan is none that they can tell from one that does not exist.
  absl::Status MayLink(const v1::LinkSupportPlanRequest& request) {
    const std::string& name = request.link().support_plan();
    ASSIGN_OR_RETURN(const StateRowPointer from, Keep(request.name()));
    ASSIGN_OR_RETURN(const StateRowPointer to, Keep(name));
    const bool is_of_ect = from != nullptr && to != nullptr &&
                           domain::DataSubjectOf(*from->state) == domain::DataSubjectOf(*to->state);
    return is_of_ect ? absl::OkStatus()
                     : domain::NotFound(name, "; link.support_plan refers to it");
  }

  // The induction whose notes a plan names is one that they may see: of any other nobody is told
  // which notes it has.
  absl::Status MayDraft(const v1::DraftActionPlanRequest& request) {
    const std::string& name = request.action_plan().induction();
    if (name.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const StateRowPointer row, Keep(name));
    const policy::Row* const get = RowOfRecord(name);
    Extent extent;
    if (row != nullptr && get != nullptr) {
      ASSIGN_OR_RETURN(extent, ExtentTo(get->ReachOf(asker_.capacity), name, row));
    }
    return extent.allowed && extent.until_on.empty()
               ? absl::OkStatus()
               : domain::NotFound(name, "; action_plan.induction refers to it");
  }

  // Both records, and every role that is held in them, are the caller's to keep.
  absl::Status MayJoin(const v1::JoinPersonsRequest& request) {
    for (const std::string& name : {request.name(), request.join().into()}) {
      RETURN_IF_ERROR(NotToOneself(name));
      ASSIGN_OR_RETURN(const StateRowPointer row, Keep(name));
      if (row == nullptr) return domain::NotFound(name);
      ASSIGN_OR_RETURN(const Extent extent, ExtentTo(reach(), name, row));
      if (!extent.allowed || !extent.until_on.empty()) return domain::NotFound(name);
      for (const v1::PersonRole& role : row->as<v1::Person>().roles()) {
        if (domain::IsHeldOn(role, today_)) RETURN_IF_ERROR(MayGive(role));
      }
    }
    return absl::OkStatus();
  }

  // Whom a plan names may see it: who only supports names nobody new.
  absl::Status MayName(const v1::LogObservationRequest& request) {
    if (asker_.capacity != v1::SUPPORTER) return absl::OkStatus();
    ASSIGN_OR_RETURN(const StateRowPointer row, Keep(request.name()));
    const Subject subject = policy::SubjectOf(*row->state);
    for (const v1::Supporter& observer : request.observation().observers()) {
      const bool known =
          observer.person().empty() || observer.person() == asker_.person ||
          std::any_of(subject.parts.begin(), subject.parts.end(),
                      [&](const policy::Part& part) { return part.person == observer.person(); });
      if (known) continue;
      return Denied("SUPPORTER_NAMES_OTHERS",
                    absl::StrCat(request.name(), " does not name ", observer.person(),
                                 " yet, and a supporter names nobody new: want the caller or "
                                 "somebody whom the plan names"));
    }
    return absl::OkStatus();
  }

  // Whether the role is at a school where they keep the records.
  absl::StatusOr<bool> KeepsRole(const v1::PersonRole& role) {
    Subject place;
    if (!role.school_urn().empty()) place.stays.push_back({role.school_urn(), "", ""});
    Extent extent;
    if (asker_.capacity == v1::SERVICE) {
      ASSIGN_OR_RETURN(extent, OfService(place));
    } else if (!place.stays.empty()) {
      extent = policy::ExtentOf(reach(), asker_, place, today_, same_school_);
    }
    return extent.allowed && extent.until_on.empty();
  }

  absl::Status MayGive(const v1::PersonRole& role) {
    if (reach() == Reach::kAny && asker_.capacity != v1::SERVICE) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool is_theirs, KeepsRole(role));
    const bool is_above = asker_.capacity == v1::INDUCTION_TUTOR && role.role() == v1::HEADTEACHER;
    if (is_theirs && !is_above) return absl::OkStatus();
    return Error(absl::StatusCode::kPermissionDenied, "ROLE_NOT_GIVEN",
                 absl::StrCat("capacity ", v1::Capacity_Name(asker_.capacity),
                              " may not give or end the role ", v1::Capacity_Name(role.role()),
                              role.school_urn().empty() ? "" : " at schools/", role.school_urn()));
  }

  // How far the record itself may be read: by the row of the rpc that gets it.
  absl::StatusOr<Extent> ExtentOfSight(const std::string& record, const StateRowPointer& state) {
    const bool is_reminders = state->state->GetDescriptor() == v1::Reminders::descriptor();
    const policy::Row* const get =
        RowOfRecord(is_reminders ? state->as<v1::Reminders>().resource() : record);
    if (get == nullptr) return Extent{.allowed = true, .until_on = ""};
    if (asker_.capacity == v1::SERVICE) {
      const auto& scopes = principal_.record->as<v1::ServiceAccount>().facts().scopes();
      if (std::find(scopes.begin(), scopes.end(), get->scope) == scopes.end()) return Extent{};
    }
    return ExtentTo(get->ReachOf(asker_.capacity), record, state);
  }

  // Whether there was nothing of it yet on that day.
  static bool BeganAfter(const std::string& day, const pb::Message& state) {
    const auto* const field = state.GetDescriptor()->FindFieldByName("create_time");
    if (field == nullptr) return false;
    const auto& time =
        static_cast<const pb::Timestamp&>(state.GetReflection()->GetMessage(state, field));
    return LondonDay(FromTimestamp(time)) > *domain::ParseDate(day);
  }

  absl::StatusOr<Extent> ExtentTo(Reach reach, const std::string& record,
                                  const StateRowPointer& state) {
    StateRowPointer about = state;
    // A grant and the reminders are about another record.
    if (state->state->GetDescriptor() == v1::AccessGrant::descriptor()) {
      ASSIGN_OR_RETURN(about, views_.FindRow(state->as<v1::AccessGrant>().record()));
    } else if (state->state->GetDescriptor() == v1::Reminders::descriptor()) {
      ASSIGN_OR_RETURN(about, views_.FindRow(state->as<v1::Reminders>().resource()));
    }
    if (about == nullptr) return Extent{};
    Subject subject = policy::SubjectOf(*about->state);
    if (record == finding_.record) finding_.subject = std::string(subject.person);
    if (about != state) {
      const Subject own = policy::SubjectOf(*state->state);
      subject.parts.insert(subject.parts.end(), own.parts.begin(), own.parts.end());
    }
    if (reach == Reach::kNever) return Extent{};
    const bool is_kept = IsAboutKeeping();
    if (is_kept) RETURN_IF_ERROR(AddKeepers(subject));
    if (asker_.capacity == v1::SERVICE) {
      // Whom nobody has placed yet, a program may place; AboutWhatIsGiven says where.
      if (!is_kept && IsUnplaced(*about->state)) return Extent{.allowed = true, .until_on = ""};
      return OfService(subject);
    }
    if (asker_.capacity == v1::GRANTEE) return ByGrant(record, subject);
    if (asker_.capacity == v1::APPROPRIATE_BODY && !policy::HoldsRole(asker_, today_)) {
      return Extent{};
    }
    RETURN_IF_ERROR(AddBodies(subject));
    // Everybody may see what is said of themselves.
    if (about->state->GetDescriptor() == v1::Person::descriptor() &&
        subject.person == asker_.person) {
      return Extent{.allowed = true, .until_on = ""};
    }
    if (!is_kept && reach == Reach::kSchool && IsUnplaced(*about->state)) {
      return Extent{.allowed = policy::HoldsRole(asker_, today_), .until_on = ""};
    }
    return policy::ExtentOf(reach, asker_, subject, today_, same_school_);
  }

  // Whether it is asked how long a person's records are kept, or what stands against erasing them.
  bool IsAboutKeeping() const { return absl::StartsWith(row_.action, "PrivacyService/"); }

  // Records are kept by the school that had the person last, though the person has left, and by the
  // appropriate bodies of their inductions (guidance 2.77, 5.3, 5.11).
  absl::Status AddKeepers(Subject& subject) {
    ASSIGN_OR_RETURN(const v1::Retention known, views_.Retention(std::string(subject.person)));
    last_schools_ = domain::LastSchools(known);
    for (const std::string& urn : last_schools_) subject.stays.push_back({urn, "", ""});
    if (asker_.capacity != v1::APPROPRIATE_BODY) return absl::OkStatus();
    for (const v1::RetentionDuty& duty : known.duties()) {
      if (duty.kind() != v1::RetentionDuty::INDUCTION) continue;
      ASSIGN_OR_RETURN(const StateRowPointer row, Keep(duty.source()));
      if (row == nullptr) continue;
      const Subject induction = policy::SubjectOf(*row->state);
      subject.parts.insert(subject.parts.end(), induction.parts.begin(), induction.parts.end());
      subject.bodies.insert(subject.bodies.end(), induction.bodies.begin(), induction.bodies.end());
    }
    return absl::OkStatus();
  }

  // Somebody who was registered and has no role anywhere yet.
  static bool IsUnplaced(const pb::Message& state) {
    return state.GetDescriptor() == v1::Person::descriptor() &&
           static_cast<const v1::Person&>(state).roles().empty();
  }

  absl::StatusOr<Extent> ByGrant(const std::string& record, const Subject& subject) {
    for (const policy::Part& part : subject.parts) {
      if (part.capacity == v1::GRANTEE && part.person == asker_.person) {
        return Extent{.allowed = true, .until_on = ""};
      }
    }
    ASSIGN_OR_RETURN(const auto grants, views_.GrantsOfRecord(record));
    for (const std::string& name : grants) {
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(name));
      if (row == nullptr) continue;
      const auto& grant = row->as<v1::AccessGrant>();
      if (grant.grantee().person() == asker_.person && domain::IsInForce(grant, today_)) {
        finding_.access_grant = name;
        finding_.glass_broken = grant.break_glass();
        return Extent{.allowed = true, .until_on = ""};
      }
    }
    return Extent{};
  }

  // The bodies that the contacts whom the record names act for: a colleague there is one of them.
  absl::Status AddBodies(Subject& subject) {
    // An induction names its bodies itself.
    if (asker_.capacity != v1::APPROPRIATE_BODY || !subject.bodies.empty()) return absl::OkStatus();
    for (const policy::Part& part : subject.parts) {
      const bool now = part.until.empty() && part.since <= today_;
      if (part.capacity != v1::APPROPRIATE_BODY || !now) continue;
      RETURN_IF_ERROR(AddBodiesOf(std::string(part.person), subject));
    }
    return absl::OkStatus();
  }
  absl::Status AddBodiesOf(const std::string& contact, Subject& subject) {
    ASSIGN_OR_RETURN(const StateRowPointer row, Keep(contact));
    if (row == nullptr) return absl::OkStatus();
    for (const v1::PersonRole& role : row->as<v1::Person>().roles()) {
      const bool is_contact = role.role() == v1::APPROPRIATE_BODY && domain::IsHeldOn(role, today_);
      if (is_contact) subject.bodies.push_back(role.appropriate_body());
    }
    return absl::OkStatus();
  }

  // The row, which lives as long as the question: subjects are views into it.
  absl::StatusOr<StateRowPointer> Keep(const std::string& name) {
    ASSIGN_OR_RETURN(StateRowPointer row, views_.FindRow(name));
    kept_.push_back(row);
    return row;
  }

  absl::Status AboutList(const Target& target) {
    finding_ = {.record = ListNameOf(target), .subject = target.person};
    if (reach() == Reach::kAny && asker_.capacity != v1::SERVICE) return absl::OkStatus();
    if (reach() == Reach::kAggregate) return AboutCounts(target);
    Subject subject;
    subject.person = target.person;
    if (!target.school_urn.empty()) subject.stays.push_back({target.school_urn, "", ""});
    if (!target.mentor.empty()) subject.parts.push_back({target.mentor, v1::MENTOR, "", "", ""});
    if (!target.body.empty()) subject.bodies.push_back(target.body);
    if (!target.contact.empty()) {
      subject.parts.push_back({target.contact, v1::APPROPRIATE_BODY, "", "", ""});
      RETURN_IF_ERROR(AddBodiesOf(target.contact, subject));
    }
    if (asker_.capacity == v1::SERVICE) {
      ASSIGN_OR_RETURN(const Extent extent, OfService(subject, target.trust));
      return extent.allowed ? absl::OkStatus() : ListNotAllowed();
    }
    // One's own, in whichever capacity the list is open to.
    const bool is_own = !target.person.empty() && target.person == asker_.person;
    const bool is_tutors = target.tutor == asker_.person && policy::HoldsRole(asker_, today_);
    if (is_own || (reach() == Reach::kSchool && is_tutors)) return absl::OkStatus();
    if (reach() == Reach::kSchool && !target.person.empty() && target.school_urn.empty()) {
      ASSIGN_OR_RETURN(const StateRowPointer row, Keep(target.person));
      if (row != nullptr) subject.stays = policy::SubjectOf(*row->state).stays;
    }
    const Extent extent = policy::ExtentOf(reach(), asker_, subject, today_, same_school_);
    return extent.allowed && extent.until_on.empty() ? absl::OkStatus() : ListNotAllowed();
  }

  absl::Status AboutCounts(const Target& target) {
    if (target.every_count) {
      return Denied("LIST_NOT_ALLOWED",
                    absl::StrCat("capacity ", v1::Capacity_Name(asker_.capacity),
                                 " sees counts with small numbers suppressed, got every count; "
                                 "want disclosure AGGREGATE_ONLY"));
    }
    bool holds = false;
    if (asker_.capacity == v1::TRUST_OFFICER && asker_.record != nullptr) {
      for (const v1::PersonRole& role : asker_.record->roles()) {
        holds = holds || (role.role() == v1::TRUST_OFFICER && domain::IsHeldOn(role, today_) &&
                          target.trust == absl::StrCat("trusts/", role.trust_uid()));
      }
    } else if (!target.school_urn.empty()) {
      holds = policy::HoldsRoleAt(asker_, target.school_urn, today_, same_school_);
    }
    return holds ? absl::OkStatus() : ListNotAllowed();
  }

  // It makes something, or asks for what holds nothing about a person: the command's own rules say
  // where the role must be held.
  absl::Status AboutNothing() {
    if (asker_.capacity == v1::SERVICE) return ForEverySchool();
    if (reach() != Reach::kSchool || policy::HoldsRole(asker_, today_)) return absl::OkStatus();
    return Denied("ROLE_NOT_HELD",
                  absl::StrCat(asker_.person, " acts as ", v1::Capacity_Name(asker_.capacity),
                               " and holds no such role on ", today_));
  }

  // What a program may do that is of no school: what everybody may, and register people. All else,
  // such as events and registers, is for those of every school.
  absl::Status ForEverySchool() const {
    const bool is_open = row_.ReachOf(v1::ECT) == Reach::kAny || row_.scope == "any" ||
                         row_.action == "DirectoryService/RegisterPerson";
    if (is_open || principal_.record->as<v1::ServiceAccount>().facts().every_school()) {
      return absl::OkStatus();
    }
    return Denied("EVERY_SCHOOL_WANTED",
                  absl::StrCat(principal_.name, " is for some schools; ", row_.action,
                               " is for service accounts of every school"));
  }

  absl::StatusOr<Extent> OfService(const Subject& subject, const std::string& trust = "") {
    const auto& facts = principal_.record->as<v1::ServiceAccount>().facts();
    if (facts.every_school()) return Extent{.allowed = true, .until_on = ""};
    const auto& trusts = facts.trusts();
    if (!trust.empty() && std::find(trusts.begin(), trusts.end(), trust) != trusts.end()) {
      return Extent{.allowed = true, .until_on = ""};
    }
    for (size_t i = 0; i < subject.stays.size(); ++i) {
      const policy::Stay& stay = subject.stays[i];
      if (!stay.until.empty() && stay.until < today_) continue;
      if (policy::IsToCome(subject, i, today_)) continue;
      for (const std::string& urn : facts.school_urns()) {
        if (AreOneSchool(urn, stay.school_urn)) return Extent{.allowed = true, .until_on = ""};
      }
      ASSIGN_OR_RETURN(const StateRowPointer row,
                       views_.FindRow(domain::SchoolName(std::string(stay.school_urn))));
      if (row == nullptr || trusts.empty()) continue;
      const std::string present = domain::TrustOn(row->as<v1::SchoolRecord>().trusts(), today_);
      if (std::find(trusts.begin(), trusts.end(), present) != trusts.end()) {
        return Extent{.allowed = true, .until_on = ""};
      }
    }
    return Extent{};
  }

  absl::Status ListNotAllowed() const {
    return Denied(
        "LIST_NOT_ALLOWED",
        absl::StrCat("capacity ", v1::Capacity_Name(asker_.capacity), " may do ", row_.action,
                     " with what is theirs alone: want a condition that "
                     "says whose, such as one's own school_urn"));
  }

  // What they may see ends on a day: they say as of when, and it is no later.
  absl::Status CheckUntil(const std::string& until_on, const std::string& record,
                          const pb::Message& request) const {
    const auto* const field = request.GetDescriptor()->FindFieldByName("as_of_time");
    if (field != nullptr && request.GetReflection()->HasField(request, field)) {
      const auto& time =
          static_cast<const pb::Timestamp&>(request.GetReflection()->GetMessage(request, field));
      // As days, not as text: the year 10000 would come before all others.
      if (LondonDay(FromTimestamp(time)) <= *domain::ParseDate(until_on)) return absl::OkStatus();
    }
    return Denied("ROLE_ENDED",
                  absl::StrCat(asker_.person, " may see ", record, " as it was known on ", until_on,
                               " or before, and do nothing more to it: want a read with as_of_time "
                               "up to then"));
  }

  // Two URNs are one school if one follows the other, directly or through others.
  bool AreOneSchool(absl::string_view a, absl::string_view b) {
    if (a == b || a.empty() || b.empty()) return a == b && !a.empty();
    const std::string other = domain::SchoolName(std::string(b));
    for (const auto add : {AddWithThoseBefore, AddWithThoseAfter}) {
      Schools known;
      const auto line = add(views_, domain::SchoolName(std::string(a)), known);
      if (line.ok() && known.count(other) > 0) return true;
    }
    return false;
  }

  Views& views_;
  const std::string today_;
  const Principal& principal_;
  const policy::Row& row_;
  Finding& finding_;
  const std::function<bool(absl::string_view, absl::string_view)> same_school_ =
      [this](absl::string_view a, absl::string_view b) { return AreOneSchool(a, b); };
  Asker asker_;
  std::vector<StateRowPointer> kept_;
  // Likewise.
  std::vector<std::string> last_schools_;
};

}  // namespace

Finding FindingOf(Views& views, const pb::Message* request) {
  if (request == nullptr) return {};
  const Target target = TargetOf(*request);
  if (target.record.empty()) {
    return target.is_list ? Finding{.record = ListNameOf(target), .subject = target.person}
                          : Finding{};
  }
  Finding finding{.record = target.record};
  const absl::StatusOr<StateRowPointer> row = views.FindRow(target.record);
  if (row.ok() && *row != nullptr) {
    finding.subject = std::string(domain::DataSubjectOf(*(*row)->state));
  }
  return finding;
}

absl::StatusOr<bool> MaySee(Views& views, const Clock& clock, const Principal& principal,
                            v1::Capacity capacity, const std::string& record) {
  if (principal.kind == Principal::Kind::kDeveloper) return true;
  const policy::Row* const row = RowOfRecord(record);
  if (row == nullptr) return false;
  Finding finding;
  return Question(views, clock, principal, capacity, *row, finding).Sees(record);
}

absl::Status CheckPermission(Views& views, const Clock& clock, const Principal& principal,
                             v1::Capacity capacity, const policy::Row& row,
                             const pb::Message* request, Finding& finding) {
  return Question(views, clock, principal, capacity, row, finding).Answer(request);
}

}  // namespace trellis::services
