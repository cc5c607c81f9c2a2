#include "projections/caseload.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/entries.h"

namespace trellis::projections {
namespace {

constexpr absl::string_view kEnd("\0", 1);

std::string RowKey(absl::string_view name) { return absl::StrCat("ca", name); }
std::string SchoolPrefix(const std::string& urn) { return absl::StrCat("cs", urn, kEnd); }
std::string EctPrefix(const std::string& person) { return absl::StrCat("ce", person, kEnd); }
std::string TutorPrefix(const std::string& person) { return absl::StrCat("ct", person, kEnd); }

v1::SupportPlanSummary Summary(const v1::SupportPlan& plan) {
  v1::SupportPlanSummary summary;
  summary.set_name(plan.name());
  summary.set_revision(plan.revision());
  summary.set_state(plan.state());
  *summary.mutable_ect() = plan.ect();
  *summary.mutable_induction_tutor() = plan.induction_tutor();
  *summary.mutable_school() = plan.school();
  for (const v1::Concern& concern : plan.concerns()) {
    if (concern.state() != v1::Concern::OPEN || domain::IsStruckOut(concern)) continue;
    summary.add_open_standard_codes(concern.standard().code());
  }
  summary.set_next_review_on(plan.next_review_on());
  *summary.mutable_awaiting_signatures() = plan.awaiting_signatures();
  return summary;
}

// The rows to look through: those of the narrowest key that the query has.
std::string NarrowestPrefix(const v1::ListSupportPlansRequest& query) {
  if (!query.ect().empty()) return EctPrefix(query.ect());
  if (!query.induction_tutor().empty()) return TutorPrefix(query.induction_tutor());
  if (!query.school_urn().empty()) return SchoolPrefix(query.school_urn());
  return RowKey("");
}

bool Meets(const v1::SupportPlanSummary& plan, const v1::ListSupportPlansRequest& query,
           absl::CivilDay today) {
  if (!query.school_urn().empty() && plan.school().urn() != query.school_urn()) return false;
  if (!query.ect().empty() && plan.ect().person() != query.ect()) return false;
  if (!query.induction_tutor().empty() &&
      plan.induction_tutor().person() != query.induction_tutor()) {
    return false;
  }
  if (query.state() != v1::SupportPlan::STATE_UNSPECIFIED && plan.state() != query.state()) {
    return false;
  }
  if (query.overdue_review() && !IsReviewOverdue(plan, today)) return false;
  return !query.missing_signature() || !plan.awaiting_signatures().empty();
}

}  // namespace

void AddCaseloadRow(const v1::SupportPlan& plan, bool is_new, Rows& rows) {
  rows[RowKey(plan.name())] = Summary(plan).SerializeAsString();
  // Those of a school or a tutor before go with the plan: they are the same whether it was seen
  // while it changed or only afterwards.
  for (const v1::FormerSchool& former : plan.former_schools()) {
    rows[absl::StrCat(SchoolPrefix(former.school().urn()), plan.name())] = "";
  }
  for (const v1::FormerParty& former : plan.former_parties()) {
    if (former.capacity() != v1::INDUCTION_TUTOR) continue;
    rows[absl::StrCat(TutorPrefix(former.party().person()), plan.name())] = "";
  }
  const bool has_changed = !plan.former_schools().empty() || !plan.former_parties().empty();
  if (!is_new && !has_changed) return;
  rows[absl::StrCat(SchoolPrefix(plan.school().urn()), plan.name())] = "";
  rows[absl::StrCat(EctPrefix(plan.ect().person()), plan.name())] = "";
  rows[absl::StrCat(TutorPrefix(plan.induction_tutor().person()), plan.name())] = "";
}

bool IsReviewOverdue(const v1::SupportPlanSummary& plan, absl::CivilDay today) {
  return plan.state() == v1::SupportPlan::ACTIVE && !plan.next_review_on().empty() &&
         plan.next_review_on() < domain::DateText(today);
}

absl::StatusOr<CaseloadPage> ListCaseload(const ViewStore& store,
                                          const v1::ListSupportPlansRequest& query,
                                          const std::string& after, int count,
                                          absl::CivilDay today) {
  CaseloadPage page;
  absl::Status damage;
  const std::string prefix = NarrowestPrefix(query);
  // One past `after`: nothing sorts between a name and the name with a NUL behind it.
  const std::string from = after.empty() ? "" : absl::StrCat(prefix, after, kEnd);
  const auto visit = [&](absl::string_view key, absl::string_view) {
    key.remove_prefix(prefix.size());
    const absl::StatusOr<std::optional<std::string>> row = store.Find(RowKey(key));
    v1::SupportPlanSummary plan;
    if (!row.ok() || !row->has_value() || !plan.ParseFromString(**row)) {
      damage = row.ok() ? Error(absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
                                "views: a row of the caseload is damaged; delete the directory "
                                "of the views")
                        : row.status();
      return false;
    }
    if (!Meets(plan, query, today)) return true;
    if (static_cast<int>(page.plans.size()) == count) {
      page.more = true;
      return false;
    }
    plan.set_review_overdue(IsReviewOverdue(plan, today));
    page.plans.push_back(std::move(plan));
    return true;
  };
  RETURN_IF_ERROR(store.Scan(prefix, from, visit));
  RETURN_IF_ERROR(damage);
  return page;
}

}  // namespace trellis::projections
