// GIAS's files: establishments, groups, and the links of both.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/organisation.h"
#include "domain/school.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/import_kind.h"
#include "trellis/v1/school_requests.pb.h"

namespace trellis::services {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr size_t kCompanyNumberSize = 8;
constexpr size_t kEstablishmentNumberSize = 4;

std::string SchoolOf(const ImportRow& row) { return domain::SchoolName(row.Get("URN")); }
std::string TrustOf(const ImportRow& row) {
  return absl::StrCat(domain::kTrustStreams, row.Get("Group UID"));
}

// The facts that are known now; empty if nothing is.
template <typename State>
auto FactsOf(const projections::StateRowPointer& row) {
  std::decay_t<decltype(std::declval<State>().facts())> facts;
  if (row != nullptr) facts = row->as<State>().facts();
  return facts;
}

// `text` with noughts in front, as many as it lacks; an empty one stays empty.
std::string Padded(const std::string& text, size_t size) {
  if (text.empty() || text.size() >= size) return text;
  return std::string(size - text.size(), '0') + text;
}

v1::OrganisationStatus StatusIn(const ImportRow& row, absl::string_view column,
                                ImportValues& values) {
  std::string words = absl::AsciiStrToLower(row.Get(column));
  words.erase(std::remove(words.begin(), words.end(), ','), words.end());
  if (words == "open") return v1::OPEN;
  if (words == "open but proposed to close") return v1::OPEN_BUT_PROPOSED_TO_CLOSE;
  if (words == "closed") return v1::CLOSED;
  if (words == "proposed to open") return v1::PROPOSED_TO_OPEN;
  values.Wrong(column, "Open, Open but proposed to close, Closed or Proposed to open");
  return v1::ORGANISATION_STATUS_UNSPECIFIED;
}

// The step that records `facts` by `request`, unless they are what is known.
template <typename State, typename Facts, typename Request>
NextStep StepUnlessKnown(const Rooms& rooms, const projections::StateRowPointer& known, Facts facts,
                         Request request) {
  if (known != nullptr && MessageDifferencer::Equals(known->as<State>().facts(), facts)) {
    return std::optional<ImportStep>();
  }
  *request.mutable_facts() = std::move(facts);
  return StepOf<State>(rooms, std::move(request));
}

void ReadDfeNumber(const ImportRow& row, std::string* number) {
  if (!row.header->Find("LA (code)").has_value()) return;
  if (!row.header->Find("EstablishmentNumber").has_value()) return;
  const std::string establishment = row.Get("EstablishmentNumber");
  const std::string authority = row.Get("LA (code)");
  *number = establishment.empty() || authority.empty()
                ? ""
                : absl::StrCat(Padded(authority, 3), "/",
                               Padded(establishment, kEstablishmentNumberSize));
}

// A row is compared with what is known: columns that the file lacks leave it as it is.
NextStep NextOfSchool(const Rooms& rooms, const ImportRow& row) {
  ASSIGN_OR_RETURN(const auto known, rooms.views.FindRow(SchoolOf(row)));
  v1::SchoolFacts facts = FactsOf<v1::SchoolRecord>(known);
  ImportValues values(row);
  values.Text("EstablishmentName", facts.mutable_school_name());
  facts.set_status(StatusIn(row, "EstablishmentStatus (name)", values));
  values.Text("TypeOfEstablishment (name)", facts.mutable_establishment_type());
  values.Text("PhaseOfEducation (name)", facts.mutable_phase());
  ReadDfeNumber(row, facts.mutable_dfe_number());
  values.Text("UKPRN", facts.mutable_ukprn());
  values.Date("OpenDate", facts.mutable_opened_on());
  values.Date("CloseDate", facts.mutable_closed_on());
  values.Text("Town", facts.mutable_town());
  values.Text("Postcode", facts.mutable_postcode());
  RETURN_IF_ERROR(values.status());
  v1::RecordSchoolRequest request;
  request.set_school_id(row.Get("URN"));
  return StepUnlessKnown<v1::SchoolRecord>(rooms, known, std::move(facts), std::move(request));
}

// Groups are federations, children's centres and sponsors too; trusts are those of academies.
bool IsOfTrust(const ImportRow& row) {
  return !row.header->Find("Group Type").has_value() ||
         absl::StrContains(absl::AsciiStrToLower(row.Get("Group Type")), "academy trust");
}

NextStep NextOfTrust(const Rooms& rooms, const ImportRow& row) {
  ASSIGN_OR_RETURN(const auto known, rooms.views.FindRow(TrustOf(row)));
  v1::TrustFacts facts = FactsOf<v1::Trust>(known);
  ImportValues values(row);
  values.Text("Group Name", facts.mutable_trust_name());
  facts.set_status(StatusIn(row, "Group Status", values));
  values.Text("Group Type", facts.mutable_group_type());
  values.Text("Group ID", facts.mutable_group_id());
  values.Text("Companies House Number", facts.mutable_companies_house_number());
  facts.set_companies_house_number(Padded(facts.companies_house_number(), kCompanyNumberSize));
  values.Text("UKPRN", facts.mutable_ukprn());
  // GIAS has called it all three.
  for (const char* const column :
       {"Open date", "Incorporated on (open date)", "Incorporated on (Open date)"}) {
    values.Date(column, facts.mutable_opened_on());
    if (!facts.opened_on().empty()) break;
  }
  values.Date("Closed Date", facts.mutable_closed_on());
  RETURN_IF_ERROR(values.status());
  v1::RecordTrustRequest request;
  request.set_trust_id(row.Get("Group UID"));
  return StepUnlessKnown<v1::Trust>(rooms, known, std::move(facts), std::move(request));
}

// A school is in one trust at a time: one that it joined later ends the one before.
NextStep NextOfMembership(const Rooms& rooms, const ImportRow& row) {
  ImportValues values(row);
  std::string starts_on;
  values.Date("Joined date", &starts_on);
  if (row.Get("Joined date").empty()) values.Wrong("Joined date", "the day, such as 31-08-2020");
  RETURN_IF_ERROR(values.status());
  ASSIGN_OR_RETURN(const auto known, rooms.views.FindRow(SchoolOf(row)));
  const v1::TrustMembership* present = nullptr;
  if (known != nullptr) {
    for (const auto& membership : known->as<v1::SchoolRecord>().trusts()) {
      const bool same = membership.trust() == TrustOf(row);
      if (same && membership.starts_on() == starts_on) return std::optional<ImportStep>();
      if (membership.ends_on().empty()) present = &membership;
    }
  }
  if (present != nullptr && present->trust() != TrustOf(row) && present->starts_on() < starts_on) {
    v1::LeaveTrustRequest request;
    request.set_name(SchoolOf(row));
    request.set_ends_on(domain::DateText(*domain::ParseRegisterDate(starts_on) - 1));
    return StepOf<v1::SchoolRecord>(rooms, std::move(request));
  }
  v1::JoinTrustRequest request;
  request.set_name(SchoolOf(row));
  request.mutable_membership()->set_trust(TrustOf(row));
  request.mutable_membership()->set_starts_on(starts_on);
  return StepOf<v1::SchoolRecord>(rooms, std::move(request));
}

// Each succession is in the file twice, and said by the school that came before.
bool IsSuccession(const ImportRow& row) {
  return absl::StartsWithIgnoreCase(row.Get("LinkType"), "successor");
}

v1::SchoolSuccession::Kind SuccessionKind(const ImportRow& row) {
  const std::string words = absl::AsciiStrToLower(row.Get("LinkType"));
  if (absl::StrContains(words, "split")) return v1::SchoolSuccession::SPLIT;
  if (absl::StrContains(words, "merge") || absl::StrContains(words, "amalgamat")) {
    return v1::SchoolSuccession::MERGED;
  }
  return v1::SchoolSuccession::CONVERTED;
}

NextStep NextOfSuccession(const Rooms& rooms, const ImportRow& row) {
  v1::RecordSuccessorRequest request;
  request.set_name(SchoolOf(row));
  v1::SchoolSuccession& succession = *request.mutable_succession();
  succession.set_successor(domain::SchoolName(row.Get("LinkURN")));
  succession.set_kind(SuccessionKind(row));
  ImportValues values(row);
  values.Date("LinkEstablishedDate", succession.mutable_starts_on());
  RETURN_IF_ERROR(values.status());
  ASSIGN_OR_RETURN(const auto known, rooms.views.FindRow(SchoolOf(row)));
  if (known != nullptr) {
    for (const auto& other : known->as<v1::SchoolRecord>().successions()) {
      if (other.successor() == succession.successor()) return std::optional<ImportStep>();
    }
  }
  return StepOf<v1::SchoolRecord>(rooms, std::move(request));
}

bool Always(const ImportRow&) { return true; }
std::vector<std::string> HoldsSchool(const ImportRow& row) { return {SchoolOf(row)}; }
std::vector<std::string> HoldsTrust(const ImportRow& row) { return {TrustOf(row)}; }

}  // namespace

std::vector<ImportKind> SchoolImports() {
  return {
      {.kind = v1::ImportProgress::SUCCESSIONS,
       .columns = {"URN", "LinkURN", "LinkType"},
       .key = {"URN", "LinkURN", "LinkType"},
       .key_name = "link",
       .concerns = IsSuccession,
       .holds = HoldsSchool,
       .next = NextOfSuccession},
      {.kind = v1::ImportProgress::TRUST_MEMBERSHIPS,
       .columns = {"URN", "Group UID", "Joined date"},
       .key = {"URN", "Group UID"},
       .key_name = "URN and Group UID",
       .concerns = IsOfTrust,
       .holds = HoldsSchool,
       .next = NextOfMembership},
      {.kind = v1::ImportProgress::SCHOOLS,
       .columns = {"URN", "EstablishmentName", "EstablishmentStatus (name)"},
       .key = {"URN"},
       .key_name = "URN",
       .concerns = Always,
       .holds = HoldsSchool,
       .next = NextOfSchool},
      {.kind = v1::ImportProgress::TRUSTS,
       .columns = {"Group UID", "Group Name", "Group Type", "Group Status"},
       .key = {"Group UID"},
       .key_name = "Group UID",
       .concerns = IsOfTrust,
       .holds = HoldsTrust,
       .next = NextOfTrust},
  };
}

}  // namespace trellis::services
