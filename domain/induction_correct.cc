// Correcting an entry of an induction: what was refused when it was made is refused when it is put
// right.
#include <cstdlib>
#include <utility>

#include "base/status_macros.h"
#include "domain/corrections.h"
#include "domain/dates.h"
#include "domain/induction_rules.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

int IndexOf(const std::string& entry_id) { return std::atoi(entry_id.c_str() + 1) - 1; }

// The entry of this type as it stands and as it would be.
template <typename T>
const T& As(const pb::Message& entry) {
  return static_cast<const T&>(entry);
}

absl::Status Overlap(const std::string& id, const std::string& other) {
  return Refusal("PERIODS_OVERLAP", id, absl::StrCat(id, " would meet ", other));
}

// A period that ends the one before: it still begins after that began, and before it ends itself.
template <typename Periods, typename Period>
absl::Status CheckLinked(const Periods& periods, const Period& corrected, const std::string& id) {
  if (!corrected.ends_on().empty() && corrected.starts_on() > corrected.ends_on()) {
    return Overlap(id, "its own end, " + corrected.ends_on());
  }
  for (int i = IndexOf(id) - 1; i >= 0; --i) {
    if (IsStruckOut(periods[i])) continue;
    if (corrected.starts_on() > periods[i].starts_on()) return absl::OkStatus();
    return Overlap(id, "the period before it, which began on " + periods[i].starts_on());
  }
  return absl::OkStatus();
}

// A period that stands alone: it meets no other of its kind.
template <typename Periods, typename Period>
absl::Status CheckAlone(const Periods& periods, const Period& corrected, const std::string& id) {
  if (!corrected.ends_on().empty() && corrected.starts_on() > corrected.ends_on()) {
    return Overlap(id, "its own end, " + corrected.ends_on());
  }
  const auto* const other =
      Overlapping(periods, corrected.starts_on(), corrected.ends_on(), IndexOf(id));
  return other == nullptr ? absl::OkStatus() : Overlap(id, "the one from " + other->starts_on());
}

absl::Status CheckCorrected(const Induction& induction, const pb::Message& corrected,
                            const std::string& id, const Context& context) {
  switch (id[0]) {
    case 's':
      return CheckLinked(induction.schools(), As<v1::InductionSchool>(corrected), id);
    case 'i':
      return CheckLinked(induction.tutorships(), As<v1::Tutorship>(corrected), id);
    case 'b':
      return CheckLinked(induction.appropriate_bodies(), As<v1::AppropriateBodyPeriod>(corrected),
                         id);
    case 'w':
      return CheckLinked(induction.working_patterns(), As<v1::WorkingPattern>(corrected), id);
    case 'm':
      return CheckAlone(induction.mentorships(), As<v1::Mentorship>(corrected), id);
    case 'h':
      return CheckAlone(induction.pauses(), As<v1::InductionPause>(corrected), id);
    case 'a':
      return RequireAbsencePossible(induction, As<v1::Absence>(corrected), context, IndexOf(id));
    default:
      return absl::OkStatus();
  }
}

// Dates may be put right, not taken away: each is one that somebody counts from. The text of a note
// would be shown by the trail: such a note is struck out and made anew.
absl::Status CheckValues(const pb::Message& entry, const Corrections& corrections) {
  std::vector<FieldViolation> violations;
  for (int i = 0; i < corrections.size(); ++i) {
    if (corrections[i].field() == "text") {
      violations.push_back({absl::StrCat("corrections[", i, "].field"),
                            "got \"text\", want the note struck out and made anew"});
    }
    const auto* const field = entry.GetDescriptor()->FindFieldByName(corrections[i].field());
    const bool date = field->options().GetExtension(v1::rules).format() == v1::DATE;
    if (!date || !corrections[i].value().empty()) continue;
    violations.push_back({absl::StrCat("corrections[", i, "].value"), "missing, want a date"});
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

// The first of the periods that are never without one: there is none to take its place.
template <typename Periods>
bool IsFirst(const Periods& periods, const std::string& id) {
  for (int i = 0; i < IndexOf(id); ++i) {
    if (!IsStruckOut(periods[i])) return false;
  }
  return true;
}

absl::Status RequireMayStrikeOut(const Induction& induction, const std::string& id) {
  const bool first = (id[0] == 's' && IsFirst(induction.schools(), id)) ||
                     (id[0] == 'i' && IsFirst(induction.tutorships(), id)) ||
                     (id[0] == 'w' && IsFirst(induction.working_patterns(), id));
  if (!first) return absl::OkStatus();
  return Refusal("FIRST_PERIOD", id,
                 absl::StrCat(id,
                              " is the first of its kind and none would take its place; "
                              "correct its fields"));
}

absl::Status RequireMayCorrect(const Induction& induction, const pb::Message& entry,
                               const std::string& id, const Context& context) {
  const bool of_session = id[0] == 'n' || id[0] == 'p' || id[0] == 'c';
  RETURN_IF_ERROR(RequireHolder(
      induction, context, of_session ? kSessionPartners : kInductionWriters, "correct an entry"));
  const std::string& author = EntryOf(entry).recorded_by().person();
  if (!of_session || author == context.actor.person()) return absl::OkStatus();
  return Error(
      absl::StatusCode::kPermissionDenied, "NOT_THE_AUTHOR",
      absl::StrCat("entry ", id, " was recorded by ", author, ", who alone can correct it"),
      {{"entry", id}, {"name", induction.name()}});
}

}  // namespace

InductionDecided Decide(const Induction& induction, const v1::CorrectInductionEntryRequest& request,
                        const Context& context) {
  // After the end too: a mistake that is found later must not stand.
  RETURN_IF_ERROR(RequireExists(induction));
  const std::string& id = request.entry_id();
  const pb::Message* const entry = FindEntry(induction, id);
  if (entry == nullptr) return EntryNotFound(induction.name(), id, "entry");
  RETURN_IF_ERROR(RequireMayCorrect(induction, *entry, id, context));
  if (IsStruckOut(*entry)) {
    return Refusal(
        "ENTRY_STRUCK_OUT", id,
        absl::StrCat("entry ", id, " of ", induction.name(), " was struck out at revision ",
                     EntryOf(*entry).correction().revision()));
  }
  RETURN_IF_ERROR(CheckCorrections(*entry, request.corrections()));
  ASSIGN_OR_RETURN(InductionDraft draft, Begin(induction, request, context));
  if (request.corrections().empty()) {
    RETURN_IF_ERROR(RequireMayStrikeOut(induction, id));
  } else {
    RETURN_IF_ERROR(CheckValues(*entry, request.corrections()));
    const std::unique_ptr<pb::Message> corrected = Corrected(*entry, request.corrections());
    if (corrected->SerializeAsString() == entry->SerializeAsString()) return InductionDecision{};
    RETURN_IF_ERROR(CheckCorrected(induction, *corrected, id, context));
  }
  v1::InductionEvent event;
  v1::EntryCorrected& fact = *event.mutable_entry_corrected();
  fact.set_entry_id(id);
  fact.set_reason(request.reason());
  *fact.mutable_corrections() = request.corrections();
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
