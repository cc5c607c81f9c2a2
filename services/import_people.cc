// People and their roles, from a file that a school or a trust makes.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "domain/erasure.h"
#include "domain/person.h"
#include "domain/validate.h"
#include "services/import_kind.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {
namespace {

// What a row says of whom it is about.
struct Whom {
  std::string id;
  std::string trn;
  std::string email;
};

absl::StatusOr<Whom> WhomOf(const ImportRow& row) {
  Whom whom{.id = row.Get("Person id"), .trn = "", .email = row.Get("E-mail")};
  ImportValues values(row);
  if (!whom.id.empty() && !ParseUuid(whom.id).has_value()) values.Wrong("Person id", "a UUID");
  if (!row.Get("TRN").empty()) {
    const auto trn = domain::NormalTrn(row.Get("TRN"));
    if (!trn.has_value()) values.Wrong("TRN", "a teacher reference number of seven digits");
    whom.trn = trn.value_or("");
  }
  if (whom.id.empty() && row.Get("TRN").empty() && whom.email.empty()) {
    values.Wrong("TRN", "a number, an E-mail or a Person id: names alone tell nobody apart");
  }
  RETURN_IF_ERROR(values.status());
  return whom;
}

// The id of a person who is registered for a row: the same for the same key, in every import. Under
// the ledger's key: ids outlive an erasure, and a number of seven digits is soon guessed. Whoever
// was erased and comes back is another person.
absl::StatusOr<std::string> IdFor(const Rooms& rooms, const Whom& whom) {
  if (!whom.id.empty()) return whom.id;
  const std::string key = whom.trn.empty()
                              ? absl::StrCat("e-mail ", absl::AsciiStrToLower(whom.email))
                              : absl::StrCat("trn ", whom.trn);
  for (int erased = 0;; ++erased) {
    std::string id = UuidText(UuidFromDigest(
        rooms.vault.Fingerprint(absl::StrCat("person of an import by ", key, "\n", erased))));
    ASSIGN_OR_RETURN(const auto row, rooms.views.FindRow(absl::StrCat(domain::kPersonStreams, id)));
    if (row == nullptr || !domain::IsErased(*row->state)) return id;
  }
}

// The person whom the row is about: by id, else by TRN, else by e-mail. Null if there is none yet.
absl::StatusOr<projections::StateRowPointer> FindPerson(const Rooms& rooms, const Whom& whom,
                                                        const std::string& id) {
  std::string name = absl::StrCat(domain::kPersonStreams, id);
  for (const bool by_trn : {true, false}) {
    if (!whom.id.empty() || (by_trn ? whom.trn : whom.email).empty()) continue;
    ASSIGN_OR_RETURN(const auto found,
                     rooms.views.People(by_trn ? whom.trn : "", by_trn ? "" : whom.email, 2));
    if (found.empty()) continue;
    if (found.size() > 1) {
      return InvalidRequest({{by_trn ? "TRN" : "E-mail",
                              absl::StrCat("got that of two people, ", found[0].name(), " and ",
                                           found[1].name(), "; want a Person id")}});
    }
    name = found.front().joined_into().empty() ? found.front().name() : found.front().joined_into();
    break;
  }
  return rooms.views.FindRow(name);
}

absl::StatusOr<v1::PersonRole> RoleOf(const ImportRow& row) {
  v1::PersonRole role;
  ImportValues values(row);
  const std::string word =
      absl::StrReplaceAll(absl::AsciiStrToUpper(row.Get("Role")), {{"-", "_"}, {" ", "_"}});
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  if (!v1::Capacity_Parse(word, &capacity) || capacity == v1::CAPACITY_UNSPECIFIED ||
      !domain::CanBeRole(capacity)) {
    values.Wrong("Role", "a role such as mentor or induction tutor");
  }
  role.set_role(capacity);
  values.Text("School URN", role.mutable_school_urn());
  values.Text("Appropriate body", role.mutable_appropriate_body());
  values.Date("Starts on", role.mutable_starts_on());
  values.Date("Ends on", role.mutable_ends_on());
  RETURN_IF_ERROR(values.status());
  return role;
}

// Whether `person` has the role: at the same place, and from the same day where one is said.
bool Has(const v1::Person& person, const v1::PersonRole& role) {
  for (const v1::PersonRole& other : person.roles()) {
    const bool same_days =
        role.starts_on().empty() ? other.ends_on().empty() : other.starts_on() == role.starts_on();
    if (domain::IsAtOnePlace(other, role) && same_days) return true;
  }
  return false;
}

// A role that began and that the file now gives an end; null if there is none.
const v1::PersonRole* ToEnd(const v1::Person& person, const v1::PersonRole& role) {
  if (role.ends_on().empty() || role.starts_on().empty()) return nullptr;
  for (const v1::PersonRole& other : person.roles()) {
    if (domain::IsAtOnePlace(other, role) && other.starts_on() == role.starts_on() &&
        other.ends_on().empty()) {
      return &other;
    }
  }
  return nullptr;
}

NextStep NextOfPerson(const Rooms& rooms, const ImportRow& row) {
  ASSIGN_OR_RETURN(const Whom whom, WhomOf(row));
  v1::PersonRole role;
  // Checked before anybody is registered: a row that is wrong makes no half of itself.
  const bool has_role = !row.Get("Role").empty();
  if (has_role) {
    ASSIGN_OR_RETURN(role, RoleOf(row));
  }
  ASSIGN_OR_RETURN(const std::string id, IdFor(rooms, whom));
  ASSIGN_OR_RETURN(const auto known, FindPerson(rooms, whom, id));
  if (known == nullptr) {
    v1::RegisterPersonRequest request;
    request.set_person_id(id);
    request.set_full_name(row.Get("Full name"));
    request.set_email(whom.email);
    request.set_trn(whom.trn);
    return StepOf<v1::Person>(rooms, std::move(request));
  }
  const auto& person = known->as<v1::Person>();
  if (!has_role) return std::optional<ImportStep>();
  if (const v1::PersonRole* const open = ToEnd(person, role); open != nullptr) {
    v1::EndRoleRequest request;
    request.set_name(person.name());
    request.set_role_id(open->role_id());
    request.set_ends_on(role.ends_on());
    return StepOf<v1::Person>(rooms, std::move(request));
  }
  if (Has(person, role)) return std::optional<ImportStep>();
  v1::StartRoleRequest request;
  request.set_name(person.name());
  *request.mutable_role() = std::move(role);
  return StepOf<v1::Person>(rooms, std::move(request));
}

// Whatever the row may find somebody by.
std::vector<std::string> HoldsPerson(const ImportRow& row) {
  std::vector<std::string> holds;
  for (const char* const column : {"Person id", "TRN", "E-mail"}) {
    const std::string value = absl::AsciiStrToLower(row.Get(column));
    if (!value.empty()) holds.push_back(absl::StrCat(column, " ", value));
  }
  return holds;
}

}  // namespace

std::vector<ImportKind> PeopleImports() {
  return {
      {.kind = v1::ImportProgress::PEOPLE,
       .columns = {"Full name", "E-mail", "TRN", "Role", "School URN", "Starts on"},
       .key = {"Person id", "TRN", "E-mail", "Role", "School URN", "Appropriate body", "Starts on"},
       .key_name = "person, role, place and first day",
       .concerns = [](const ImportRow&) { return true; },
       .holds = HoldsPerson,
       .next = NextOfPerson}};
}

}  // namespace trellis::services
