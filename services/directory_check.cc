#include "services/directory_check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/place.h"
#include "domain/requires.h"
#include "domain/school.h"
#include "services/authenticator.h"
#include "services/references.h"
#include "services/school_line.h"
#include "services/session_notes_check.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using projections::StateRowPointer;
using projections::Views;

// A record that the request names, with its row.
struct Named {
  Reference reference;
  StateRowPointer row;

  // The record, if it is of this aggregate; else null.
  template <typename State>
  const State* As() const {
    return row->state->GetDescriptor() == State::descriptor() ? &row->as<State>() : nullptr;
  }
};

class Check {
 public:
  Check(Views& views, const domain::Context& context)
      : views_(views), context_(context), today_(domain::DateText(context.today)) {}

  absl::StatusOr<StateRowPointer> Run(const pb::Message& state, const pb::Message& request) {
    const bool is_succession = request.GetDescriptor() == v1::RecordSuccessorRequest::descriptor();
    std::vector<Named> names;
    for (Reference& reference : ReferencesIn(request)) {
      ASSIGN_OR_RETURN(StateRowPointer row, Find(reference.name, reference.path));
      names.push_back({std::move(reference), std::move(row)});
      // A school that followed another may have closed since: what is recorded is past.
      RETURN_IF_ERROR(CheckUsable(names.back(), /*may_be_closed=*/is_succession));
    }
    if (request.GetDescriptor() == v1::BindIdentityRequest::descriptor()) {
      RETURN_IF_ERROR(CheckUnbound(static_cast<const v1::BindIdentityRequest&>(request)));
    }
    if (request.GetDescriptor() == v1::SeparatePersonsRequest::descriptor()) {
      RETURN_IF_ERROR(CheckNotHeld(domain::NameOf(state)));
    }
    if (is_succession) {
      RETURN_IF_ERROR(CheckNoCircle(static_cast<const v1::RecordSuccessorRequest&>(request)));
    }
    if (!domain::IsAtASchool(state)) return StateRowPointer();
    const std::string present = domain::SchoolUrnOf(state);
    if (!present.empty()) schools_.push_back(domain::SchoolName(present));
    if (schools_.empty()) return StateRowPointer();
    for (const Named& named : names) RETURN_IF_ERROR(CheckHolds(named));
    RETURN_IF_ERROR(CheckActor());
    ASSIGN_OR_RETURN(StateRowPointer school, views_.FindRow(schools_.front()));
    if (school != nullptr) {
      RETURN_IF_ERROR(CheckBodies(names, school->as<v1::SchoolRecord>()));
    }
    return school;
  }

 private:
  // A hold on one of the records keeps all of them: separated, the others could be erased.
  absl::Status CheckNotHeld(const std::string& person) {
    ASSIGN_OR_RETURN(const v1::Retention known, views_.Retention(person));
    if (known.legal_holds().empty()) return absl::OkStatus();
    const v1::HoldInForce& hold = known.legal_holds(0);
    return domain::Refusal("LEGAL_HOLD_STANDS", person,
                           absl::StrCat("legal hold ", hold.hold_id(), " on ", hold.record(),
                                        " stands: want ", person, " joined until it is released"));
  }

  absl::StatusOr<StateRowPointer> Find(const std::string& name, absl::string_view path) {
    ASSIGN_OR_RETURN(StateRowPointer row, views_.FindRow(name));
    if (row == nullptr) return domain::NotFound(name, absl::StrCat("; ", path, " refers to it"));
    return row;
  }

  // It stands for itself and works: nothing new begins where it does not.
  absl::Status CheckUsable(const Named& named, bool may_be_closed) {
    const auto& [path, name, holds, starts_on] = named.reference;
    if (const auto* const person = named.As<v1::Person>()) return CheckOwn(*person);
    if (const auto* const body = named.As<v1::AppropriateBody>();
        body != nullptr && body->facts().status() == v1::CLOSED) {
      return domain::Refusal("APPROPRIATE_BODY_CLOSED", name,
                             absl::StrCat(name, " (", path, ") is closed"));
    }
    const auto* const school = named.As<v1::SchoolRecord>();
    if (school == nullptr) return absl::OkStatus();
    schools_.push_back(name);
    return may_be_closed ? absl::OkStatus() : CheckOpen(*school, path);
  }

  static absl::Status CheckOwn(const v1::Person& person) {
    if (person.joined_into().empty()) return absl::OkStatus();
    return domain::Refusal(
        "PERSON_JOINED", person.name(),
        absl::StrCat(person.name(), " was joined into ", person.joined_into(), "; name that"));
  }

  static absl::Status CheckOpen(const v1::SchoolRecord& school, const std::string& path) {
    if (school.facts().status() != v1::CLOSED) return absl::OkStatus();
    std::vector<std::string> successors;
    for (const auto& succession : school.successions()) {
      successors.push_back(succession.successor());
    }
    return domain::Refusal("SCHOOL_CLOSED", school.name(),
                           absl::StrCat(school.name(), " (", path, ") is closed",
                                        successors.empty() ? "" : "; it is followed by ",
                                        absl::StrJoin(successors, " and ")));
  }

  // A subject is one person's, or one program's.
  absl::Status CheckUnbound(const v1::BindIdentityRequest& request) {
    const v1::PersonIdentity& identity = request.identity();
    ASSIGN_OR_RETURN(const auto names,
                     views_.HoldersOfIdentity(identity.issuer(), identity.subject()));
    for (const std::string& name : names) {
      if (name == request.name()) continue;
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(name));
      if (row == nullptr || !IsBound(*row, identity.issuer(), identity.subject())) continue;
      return domain::Refusal("IDENTITY_BOUND", name,
                             absl::StrCat("the subject is bound to ", name,
                                          "; unbind it there first (UnbindIdentity)"));
    }
    return absl::OkStatus();
  }

  // None of those that follow the successor is the school that it is to follow. That it is no
  // successor of itself, the decision says.
  absl::Status CheckNoCircle(const v1::RecordSuccessorRequest& request) {
    const std::string& successor = request.succession().successor();
    Schools known;
    ASSIGN_OR_RETURN(std::vector<std::string> after, AddWithThoseAfter(views_, successor, known));
    const auto found = std::find(after.begin() + 1, after.end(), request.name());
    if (found == after.end()) return absl::OkStatus();
    after.erase(found + 1, after.end());
    return domain::Refusal("SUCCESSORS_IN_A_CIRCLE", request.name(),
                           absl::StrCat(successor, " is followed by ", absl::StrJoin(after, ", "),
                                        " and cannot follow it"));
  }

  // A person who is named in a role holds it, today or on the first day of what names them.
  absl::Status CheckHolds(const Named& named) {
    const auto& [path, name, role, starts_on] = named.reference;
    if (role == v1::CAPACITY_UNSPECIFIED) return absl::OkStatus();
    for (const std::string& day : {today_, starts_on}) {
      if (day.empty()) continue;
      ASSIGN_OR_RETURN(const bool holds, Holds(named.row->as<v1::Person>(), role, day));
      if (holds) return absl::OkStatus();
    }
    return domain::Refusal(
        "ROLE_NOT_HELD", name,
        absl::StrCat(name, " (", path, ") holds no role ", v1::Capacity_Name(role), Where(role),
                     " on ", today_, "; record it with StartRole"));
  }

  // The actor is known, and holds the role that they act in. That the ECT is the one whose plan it
  // is, and who supports, the decision says.
  absl::Status CheckActor() {
    const std::string& actor = context_.actor.person();
    ASSIGN_OR_RETURN(const StateRowPointer row, Find(actor, "trellis-actor"));
    RETURN_IF_ERROR(CheckOwn(row->as<v1::Person>()));
    if (context_.capacity == v1::ECT || context_.capacity == v1::SUPPORTER) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const bool holds, Holds(row->as<v1::Person>(), context_.capacity, today_));
    if (holds) return absl::OkStatus();
    return Error(absl::StatusCode::kPermissionDenied, "ROLE_NOT_HELD",
                 absl::StrCat(actor, " acts as ", v1::Capacity_Name(context_.capacity),
                              " and holds no such role", Where(context_.capacity), " on ", today_,
                              "; record it with StartRole"),
                 {{"actor", actor}, {"capacity", v1::Capacity_Name(context_.capacity)}});
  }

  // The body is none of the trust that the school is in (guidance 2.25).
  absl::Status CheckBodies(const std::vector<Named>& names, const v1::SchoolRecord& school) const {
    const std::string trust = domain::TrustOn(school.trusts(), today_);
    if (trust.empty()) return absl::OkStatus();
    for (const Named& named : names) {
      const auto* const body = named.As<v1::AppropriateBody>();
      if (body == nullptr || body->facts().trust() != trust) continue;
      return domain::Refusal(
          "APPROPRIATE_BODY_OF_EMPLOYER", body->name(),
          absl::StrCat(body->name(), " (", named.reference.path, ") belongs to ", trust,
                       ", as does ", school.name(), "; want an independent one (guidance 2.25)"));
    }
    return absl::OkStatus();
  }

  // `person` holds `role` on `day` at one of the schools, or of any appropriate body.
  absl::StatusOr<bool> Holds(const v1::Person& person, v1::Capacity role, const std::string& day) {
    bool elsewhere = false;
    for (const v1::PersonRole& held : person.roles()) {
      if (held.role() != role || !domain::IsHeldOn(held, day)) continue;
      if (role == v1::APPROPRIATE_BODY) return true;
      const std::string at = domain::SchoolName(held.school_urn());
      if (std::find(schools_.begin(), schools_.end(), at) != schools_.end()) return true;
      elsewhere = true;
    }
    if (!elsewhere || whole_line_) return false;
    RETURN_IF_ERROR(AddWholeLine());
    return Holds(person, role, day);
  }

  // A role at a school is one at those that follow it and those it follows. Of a school that was
  // split the others that follow are no part of that: back is gone from the schools alone.
  absl::Status AddWholeLine() {
    whole_line_ = true;
    for (const std::string& school : std::vector<std::string>(schools_)) {
      Schools before;
      Schools after;
      ASSIGN_OR_RETURN(const auto earlier, AddWithThoseBefore(views_, school, before));
      ASSIGN_OR_RETURN(const auto later, AddWithThoseAfter(views_, school, after));
      schools_.insert(schools_.end(), earlier.begin(), earlier.end());
      schools_.insert(schools_.end(), later.begin(), later.end());
    }
    return absl::OkStatus();
  }

  std::string Where(v1::Capacity role) const {
    return role == v1::APPROPRIATE_BODY ? "" : absl::StrCat(" at ", schools_.front());
  }

  Views& views_;
  const domain::Context& context_;
  const std::string today_;
  // The schools that the command is about: those it names, then the present one.
  std::vector<std::string> schools_;
  // True once those before and after them are among `schools_`.
  bool whole_line_ = false;
};

}  // namespace

absl::StatusOr<StateRowPointer> CheckDirectory(Views& views, const pb::Message& state,
                                               const pb::Message& request,
                                               const domain::Context& context) {
  // What follows from a plan itself names whom the plan names.
  if (context.capacity == v1::SYSTEM) return StateRowPointer();
  RETURN_IF_ERROR(RequireSessionNotes(request, views));
  return Check(views, context).Run(state, request);
}

}  // namespace trellis::services
