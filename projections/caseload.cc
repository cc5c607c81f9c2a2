#include "projections/caseload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/caseload.h"
#include "domain/dates.h"
#include "projections/listing.h"

namespace trellis::projections {
namespace {

using v1::ListSupportPlansRequest;
using v1::SupportPlanSummary;

constexpr char kRows[] = "ca";
// Between the school or contact and the plan's name in a cursor; in none of them.
constexpr char kCursorEnd = ' ';

std::string Prefix(absl::string_view list, absl::string_view of) {
  return absl::StrCat(list, of, kKeyEnd);
}
std::string SchoolPrefix(const std::string& urn) { return Prefix("cs", urn); }
std::string EctPrefix(const std::string& person) { return Prefix("ce", person); }
std::string TutorPrefix(const std::string& person) { return Prefix("ct", person); }
std::string BodyPrefix(const std::string& person) { return Prefix("cb", person); }

// What depends on the plan alone; `plan` is judged.
bool MeetsState(const SupportPlanSummary& plan, const ListSupportPlansRequest& query) {
  return (query.state() == v1::SupportPlan::STATE_UNSPECIFIED || plan.state() == query.state()) &&
         (!query.overdue_review() || plan.review_overdue()) &&
         (!query.missing_signature() || !plan.awaiting_signatures().empty()) &&
         (!query.undelivered_support() || plan.undelivered_support() > 0);
}

bool MeetsPeople(const SupportPlanSummary& plan, const ListSupportPlansRequest& query) {
  const auto is = [](const std::string& wanted, const v1::Party& got) {
    return wanted.empty() || wanted == got.person();
  };
  return is(query.ect(), plan.ect()) && is(query.induction_tutor(), plan.induction_tutor()) &&
         is(query.appropriate_body(), plan.appropriate_body());
}

bool IsAmong(const std::string& id, const std::optional<std::vector<std::string>>& wanted) {
  return !wanted.has_value() || std::binary_search(wanted->begin(), wanted->end(), id);
}

// A list of plans, by the start of its keys.
struct Place {
  std::string prefix;
  // True if the keys hold what is counted.
  bool counted = true;
};

// The list of the narrowest key that the query has for people, if it has one.
std::optional<Place> PeoplePlace(const ListSupportPlansRequest& query) {
  if (!query.ect().empty()) return Place{EctPrefix(query.ect()), false};
  if (!query.induction_tutor().empty()) return Place{TutorPrefix(query.induction_tutor())};
  if (!query.appropriate_body().empty()) return Place{BodyPrefix(query.appropriate_body())};
  return std::nullopt;
}

absl::StatusOr<Listing<SupportPlanSummary>> ListAt(const ViewStore& store, const Place& place,
                                                   const CaseloadQuery& query,
                                                   const std::string& after, int count,
                                                   absl::CivilDay today) {
  const std::string day = domain::DateText(today);
  // Reused: most keys are looked at and passed over.
  SupportPlanSummary counted;
  return ListRows<SupportPlanSummary>(
      store, kRows, place.prefix, after, count,
      [&](SupportPlanSummary& plan) {
        domain::JudgeOn(day, plan);
        return MeetsState(plan, query.conditions) && MeetsPeople(plan, query.conditions) &&
               IsAmong(plan.school().urn(), query.schools) &&
               IsAmong(plan.appropriate_body().person(), query.contacts);
      },
      [&](absl::string_view value) {
        if (!place.counted) return true;
        // One that cannot be read is found out by its row.
        if (value.empty()) return false;
        if (!counted.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
        domain::JudgeOn(day, counted);
        return MeetsState(counted, query.conditions);
      });
}

void Append(CaseloadPage& page, Listing<SupportPlanSummary> listing) {
  std::move(listing.items.begin(), listing.items.end(), std::back_inserter(page.plans));
  page.more = listing.more;
}

// The same, one after the other of `ids`, whose lists `prefix` begins.
absl::StatusOr<CaseloadPage> ListByEach(const ViewStore& store, const CaseloadQuery& query,
                                        const std::vector<std::string>& ids,
                                        std::string (*prefix)(const std::string&),
                                        const std::string& after, int count, absl::CivilDay today) {
  CaseloadPage page;
  const size_t end = after.find(kCursorEnd);
  const std::string first = after.substr(0, end);
  const std::string name = end == std::string::npos ? "" : after.substr(end + 1);
  std::string last;
  for (const std::string& id : ids) {
    if (id < first) continue;
    const int wanted = count - static_cast<int>(page.plans.size());
    ASSIGN_OR_RETURN(auto listing,
                     ListAt(store, {prefix(id)}, query, id == first ? name : "", wanted, today));
    if (!listing.items.empty()) last = id;
    Append(page, std::move(listing));
    if (page.more) break;
  }
  if (page.more && !page.plans.empty()) {
    page.cursor = absl::StrCat(last, std::string(1, kCursorEnd), page.plans.back().name());
  }
  return page;
}

std::string PrefixOf(PlansOf whose, const std::string& id) {
  switch (whose) {
    case PlansOf::kSchool:
      return SchoolPrefix(id);
    case PlansOf::kInductionTutor:
      return TutorPrefix(id);
    case PlansOf::kAppropriateBody:
      break;
  }
  return BodyPrefix(id);
}

}  // namespace

absl::Status CountCaseload(const ViewStore& store, PlansOf whose, const std::string& id,
                           const CountPlan& count) {
  const std::string prefix = PrefixOf(whose, id);
  SupportPlanSummary plan;
  absl::Status damage;
  RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view value) {
    if (value.empty()) return true;
    if (!plan.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      damage = DamagedRow(key.substr(prefix.size()));
      return false;
    }
    count(plan);
    return true;
  }));
  return damage;
}

void AddCaseloadRow(const v1::SupportPlan& plan, bool is_new, Rows& rows) {
  const SupportPlanSummary summary = domain::SummaryOf(plan);
  rows[absl::StrCat(kRows, plan.name())] = summary.SerializeAsString();
  if (is_new || plan.has_erase_time()) rows[EctPrefix(plan.ect().person()) + plan.name()] = "";
  // Those of a school or a person before say that they are; one who came back is written below.
  for (const v1::FormerSchool& former : plan.former_schools()) {
    rows[SchoolPrefix(former.school().urn()) + plan.name()] = "";
  }
  for (const v1::FormerParty& former : plan.former_parties()) {
    const std::string& person = former.party().person();
    if (former.capacity() == v1::INDUCTION_TUTOR) rows[TutorPrefix(person) + plan.name()] = "";
    if (former.capacity() == v1::APPROPRIATE_BODY) rows[BodyPrefix(person) + plan.name()] = "";
  }
  const std::string counted = domain::CountedPartOf(summary).SerializeAsString();
  rows[SchoolPrefix(plan.school().urn()) + plan.name()] = counted;
  rows[TutorPrefix(plan.induction_tutor().person()) + plan.name()] = counted;
  if (!plan.appropriate_body().person().empty()) {
    rows[BodyPrefix(plan.appropriate_body().person()) + plan.name()] = counted;
  }
}

absl::StatusOr<CaseloadPage> ListCaseload(const ViewStore& store, const CaseloadQuery& query,
                                          const std::string& after, int count,
                                          absl::CivilDay today) {
  std::optional<Place> place = PeoplePlace(query.conditions);
  if (!place.has_value() && query.schools.has_value()) {
    return ListByEach(store, query, *query.schools, SchoolPrefix, after, count, today);
  }
  if (!place.has_value() && query.contacts.has_value()) {
    return ListByEach(store, query, *query.contacts, BodyPrefix, after, count, today);
  }
  if (!place.has_value()) place = Place{kRows, false};
  ASSIGN_OR_RETURN(auto listing, ListAt(store, *place, query, after, count, today));
  CaseloadPage page;
  Append(page, std::move(listing));
  if (page.more && !page.plans.empty()) page.cursor = page.plans.back().name();
  return page;
}

}  // namespace trellis::projections
