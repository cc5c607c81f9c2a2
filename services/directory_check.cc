#include "services/directory_check.h"

#include <algorithm>
#include <string>
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
#include "services/references.h"
#include "services/session_notes_check.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using projections::StateRowPointer;
using projections::Views;

// `school` and those it follows and is followed by, however far: a role at one is a role at each.
absl::StatusOr<std::vector<std::string>> LineOf(Views& views, const std::string& school) {
  std::vector<std::string> line = {school};
  const auto add = [&](const std::string& other) {
    if (std::find(line.begin(), line.end(), other) == line.end()) line.push_back(other);
  };
  for (size_t i = 0; i < line.size(); ++i) {
    ASSIGN_OR_RETURN(const StateRowPointer row, views.FindRow(line[i]));
    if (row == nullptr) continue;
    for (const auto& succession : row->as<v1::SchoolRecord>().successions()) {
      add(succession.successor());
    }
  }
  // The schools of the other halves of a split are no part of it: back from the first alone.
  for (std::vector<std::string> before = {school}; !before.empty();) {
    ASSIGN_OR_RETURN(const std::vector<std::string> more, views.SchoolsBefore(before.back()));
    before.pop_back();
    for (const std::string& other : more) {
      if (std::find(line.begin(), line.end(), other) != line.end()) continue;
      line.push_back(other);
      before.push_back(other);
    }
  }
  return line;
}

class Check {
 public:
  Check(Views& views, const domain::Context& context)
      : views_(views), context_(context), today_(domain::DateText(context.today)) {}

  absl::StatusOr<StateRowPointer> Run(const pb::Message& state, const pb::Message& request) {
    const std::vector<Reference> references = ReferencesIn(request);
    of_the_past_ = request.GetDescriptor() == v1::RecordSuccessorRequest::descriptor();
    for (const Reference& reference : references) RETURN_IF_ERROR(CheckExists(reference));
    if (request.GetDescriptor() == v1::RecordSuccessorRequest::descriptor()) {
      RETURN_IF_ERROR(CheckNoCircle(static_cast<const v1::RecordSuccessorRequest&>(request)));
    }
    const std::string present = domain::SchoolUrnOf(state);
    if (!present.empty()) schools_.push_back(domain::SchoolName(present));
    if (!IsAtASchool(state)) return StateRowPointer();
    if (schools_.empty()) return StateRowPointer();
    for (const Reference& reference : references) RETURN_IF_ERROR(CheckHolds(reference));
    RETURN_IF_ERROR(CheckActor());
    RETURN_IF_ERROR(CheckBodies(references));
    return views_.FindRow(schools_.front());
  }

 private:
  static bool IsAtASchool(const pb::Message& state) {
    const pb::Descriptor* const type = state.GetDescriptor();
    return type != v1::Person::descriptor() && type != v1::SchoolRecord::descriptor() &&
           type != v1::Trust::descriptor() && type != v1::AppropriateBody::descriptor();
  }

  absl::StatusOr<StateRowPointer> Find(const std::string& name, absl::string_view path) {
    ASSIGN_OR_RETURN(StateRowPointer row, views_.FindRow(name));
    if (row == nullptr) return domain::NotFound(name, absl::StrCat("; ", path, " refers to it"));
    return row;
  }

  // It is there, and stands for itself and works: nothing new begins where it does not.
  absl::Status CheckExists(const Reference& reference) {
    ASSIGN_OR_RETURN(const StateRowPointer row, Find(reference.name, reference.path));
    const pb::Descriptor* const type = row->state->GetDescriptor();
    if (type == v1::Person::descriptor()) return CheckOwn(row->as<v1::Person>());
    if (type == v1::AppropriateBody::descriptor() &&
        row->as<v1::AppropriateBody>().facts().status() == v1::CLOSED) {
      return domain::Refusal("APPROPRIATE_BODY_CLOSED", reference.name,
                             absl::StrCat(reference.name, " (", reference.path, ") is closed"));
    }
    if (type != v1::SchoolRecord::descriptor()) return absl::OkStatus();
    schools_.push_back(reference.name);
    if (of_the_past_) return absl::OkStatus();
    return CheckOpen(row->as<v1::SchoolRecord>(), reference.path);
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

  // None of those that this school follows is the one that is to follow it.
  absl::Status CheckNoCircle(const v1::RecordSuccessorRequest& request) {
    const std::string& successor = request.succession().successor();
    std::vector<std::string> after = {successor};
    for (size_t i = 0; i < after.size(); ++i) {
      if (after[i] == request.name() && i > 0) {
        return domain::Refusal("SUCCESSORS_IN_A_CIRCLE", request.name(),
                               absl::StrCat(successor, " is followed by ",
                                            absl::StrJoin(after, ", "), " and cannot follow it"));
      }
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(after[i]));
      if (row == nullptr) continue;
      for (const auto& succession : row->as<v1::SchoolRecord>().successions()) {
        const std::string& next = succession.successor();
        if (std::find(after.begin(), after.end(), next) == after.end()) after.push_back(next);
      }
    }
    return absl::OkStatus();
  }

  // A person who is named in a role holds it, today or on the first day of what names them.
  absl::Status CheckHolds(const Reference& reference) {
    if (reference.holds == v1::CAPACITY_UNSPECIFIED) return absl::OkStatus();
    for (const std::string& day : {today_, reference.starts_on}) {
      if (day.empty()) continue;
      ASSIGN_OR_RETURN(const bool holds, Holds(reference.name, reference.holds, day));
      if (holds) return absl::OkStatus();
    }
    return domain::Refusal("ROLE_NOT_HELD", reference.name,
                           absl::StrCat(reference.name, " (", reference.path, ") holds no role ",
                                        v1::Capacity_Name(reference.holds), Where(reference.holds),
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
    ASSIGN_OR_RETURN(const bool holds, Holds(actor, context_.capacity, today_));
    if (holds) return absl::OkStatus();
    return Error(absl::StatusCode::kPermissionDenied, "ROLE_NOT_HELD",
                 absl::StrCat(actor, " acts as ", v1::Capacity_Name(context_.capacity),
                              " and holds no such role", Where(context_.capacity), " on ", today_,
                              "; record it with StartRole"),
                 {{"actor", actor}, {"capacity", v1::Capacity_Name(context_.capacity)}});
  }

  // The body is none of the trust that the school is in (guidance 2.25).
  absl::Status CheckBodies(const std::vector<Reference>& references) {
    ASSIGN_OR_RETURN(const StateRowPointer school, views_.FindRow(schools_.front()));
    if (school == nullptr) return absl::OkStatus();
    const std::string trust = domain::TrustOn(school->as<v1::SchoolRecord>().trusts(), today_);
    for (const Reference& reference : references) {
      ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(reference.name));
      if (trust.empty() || row->state->GetDescriptor() != v1::AppropriateBody::descriptor()) {
        continue;
      }
      if (row->as<v1::AppropriateBody>().facts().trust() != trust) continue;
      return domain::Refusal(
          "APPROPRIATE_BODY_OF_EMPLOYER", reference.name,
          absl::StrCat(reference.name, " (", reference.path, ") belongs to ", trust, ", as does ",
                       schools_.front(), "; want an independent one (guidance 2.25)"));
    }
    return absl::OkStatus();
  }

  // `person` holds `role` on `day` at one of the schools, or of any appropriate body.
  absl::StatusOr<bool> Holds(const std::string& person, v1::Capacity role, const std::string& day) {
    ASSIGN_OR_RETURN(const StateRowPointer row, views_.FindRow(person));
    if (row == nullptr) return false;
    bool elsewhere = false;
    for (const v1::PersonRole& held : row->as<v1::Person>().roles()) {
      if (held.role() != role || !domain::IsHeldOn(held, day)) continue;
      if (role == v1::APPROPRIATE_BODY) return true;
      const std::string at = domain::SchoolName(held.school_urn());
      if (std::find(schools_.begin(), schools_.end(), at) != schools_.end()) return true;
      elsewhere = true;
    }
    if (!elsewhere || whole_line_) return false;
    // Perhaps at a school that one of them follows, or that follows it.
    whole_line_ = true;
    std::vector<std::string> line;
    for (const std::string& school : schools_) {
      ASSIGN_OR_RETURN(const std::vector<std::string> more, LineOf(views_, school));
      line.insert(line.end(), more.begin(), more.end());
    }
    schools_.insert(schools_.end(), line.begin(), line.end());
    return Holds(person, role, day);
  }

  std::string Where(v1::Capacity role) const {
    return role == v1::APPROPRIATE_BODY ? "" : absl::StrCat(" at ", schools_.front());
  }

  Views& views_;
  const domain::Context& context_;
  const std::string today_;
  // A school that followed another may have closed since: what is recorded is past.
  bool of_the_past_ = false;
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
