#include <utility>

#include "absl/strings/ascii.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/person_rules.h"

namespace trellis::domain {
namespace {

v1::PersonName NameFrom(const Person& person, const std::string& full_name,
                        const PersonDraft& draft) {
  v1::PersonName name;
  name.set_name_id(NextEntryId('n', person.names_size()));
  name.set_full_name(full_name);
  name.set_starts_on(DateText(draft.occurred_on()));
  return name;
}

absl::Status AddTrn(PersonDraft& draft, v1::PersonTrn trn, const std::string& path) {
  const std::optional<std::string> normal = NormalTrn(trn.trn());
  if (!normal.has_value()) {
    return InvalidRequest({{path, "got no teacher reference number, want five to seven digits"}});
  }
  const Person& person = draft.state();
  // Neither the number nor the reason is repeated: errors hold no personal data.
  if (*normal == person.trn()) return absl::OkStatus();
  const bool is_first = person.trn().empty();
  if (is_first != (trn.change() == v1::PersonTrn::ADDED)) {
    return Refusal(
        "TRN_CHANGE_MISMATCH", person.name(),
        absl::StrCat(person.name(), " has ", is_first ? "no" : "a",
                     " teacher reference number, got ", v1::PersonTrn::Change_Name(trn.change()),
                     ", want ", is_first ? "ADDED" : "CORRECTED or MERGED"));
  }
  if (!is_first && trn.reason().empty()) {
    return Refusal("REASON_MISSING", person.name(),
                   absl::StrCat(person.name(), " has a teacher reference number; to replace it ",
                                "needs person_trn.reason"));
  }
  RETURN_IF_ERROR(RequireRoom(person.name(), "reference numbers", person.trns_size(), kEntriesMax));
  trn.set_trn(*normal);
  trn.set_trn_id(NextEntryId('t', person.trns_size()));
  v1::PersonEvent event;
  *event.mutable_person_trn_set()->mutable_person_trn() = std::move(trn);
  draft.Emit(std::move(event));
  return absl::OkStatus();
}

}  // namespace

absl::Status RequireOwn(const Person& person) {
  RETURN_IF_ERROR(RequireExists(person));
  if (person.joined_into().empty()) return absl::OkStatus();
  return Refusal("PERSON_JOINED", person.name(),
                 absl::StrCat(person.name(), " was joined into ", person.joined_into(),
                              "; name that, or separate them first"));
}

absl::Status RequireKeeperOf(const Person& person, const Context& context, absl::string_view verb) {
  RETURN_IF_ERROR(RequireOneOf(context, kKeepers, verb));
  return RequireOwn(person);
}

std::optional<std::string> NormalTrn(absl::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits += c;
  }
  if (digits.size() < 5 || digits.size() > 7) return std::nullopt;
  return std::string(7 - digits.size(), '0') + digits;
}

PersonDecided Decide(const Person& person, const v1::RegisterPersonRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, kKeepers, "register a person"));
  RETURN_IF_ERROR(RequireNew(person));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  v1::PersonEvent event;
  *event.mutable_person_registered()->mutable_person_name() =
      NameFrom(person, request.full_name(), draft);
  event.mutable_person_registered()->set_email(request.email());
  draft.Emit(std::move(event));
  if (!request.trn().empty()) {
    v1::PersonTrn trn;
    trn.set_trn(request.trn());
    trn.set_change(v1::PersonTrn::ADDED);
    RETURN_IF_ERROR(AddTrn(draft, std::move(trn), "trn"));
  }
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::RenamePersonRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKeeperOf(person, context, "rename a person"));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  if (request.full_name() == person.full_name()) return std::move(draft).Finish();
  RETURN_IF_ERROR(RequireRoom(person.name(), "names", person.names_size(), kEntriesMax));
  v1::PersonEvent event;
  *event.mutable_person_renamed()->mutable_person_name() =
      NameFrom(person, request.full_name(), draft);
  event.mutable_person_renamed()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::SetEmailRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKeeperOf(person, context, "set an e-mail address"));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  if (request.email() == person.email()) return std::move(draft).Finish();
  v1::PersonEvent event;
  event.mutable_person_email_set()->set_email(request.email());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::SetPersonTrnRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireKeeperOf(person, context, "set a teacher reference number"));
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  v1::PersonTrn trn = request.person_trn();
  RETURN_IF_ERROR(AddTrn(draft, std::move(trn), "person_trn.trn"));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::JoinPersonsRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, kKeepers, "join two records"));
  RETURN_IF_ERROR(RequireExists(person));
  const std::string& into = request.join().into();
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  if (into == person.joined_into()) return std::move(draft).Finish();
  RETURN_IF_ERROR(RequireOwn(person));
  if (into == person.name()) {
    return Refusal("JOINS_ITSELF", into, absl::StrCat(into, " cannot be joined into itself"));
  }
  RETURN_IF_ERROR(RequireRoom(person.name(), "joins", person.joins_size(), kEntriesMax));
  v1::PersonEvent event;
  v1::PersonJoin& join = *event.mutable_person_joined()->mutable_join();
  join.set_join_id(NextEntryId('j', person.joins_size()));
  join.set_into(into);
  join.set_reason(request.join().reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

PersonDecided Decide(const Person& person, const v1::SeparatePersonsRequest& request,
                     const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, kKeepers, "separate two records"));
  RETURN_IF_ERROR(RequireExists(person));
  if (person.joined_into().empty()) {
    return Refusal("PERSON_NOT_JOINED", person.name(),
                   absl::StrCat(person.name(), " is joined into no other record"));
  }
  ASSIGN_OR_RETURN(PersonDraft draft, Begin(person, request, context));
  v1::PersonEvent event;
  event.mutable_person_separated()->set_join_id(person.joins(person.joins_size() - 1).join_id());
  event.mutable_person_separated()->set_reason(request.reason());
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
