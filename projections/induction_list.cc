#include "projections/induction_list.h"

#include "domain/induction_rules.h"

namespace trellis::projections {
namespace {

constexpr char kRows[] = "ia";

std::string Prefix(absl::string_view list, absl::string_view of) {
  return absl::StrCat(list, of, kKeyEnd);
}
std::string SchoolPrefix(const std::string& urn) { return Prefix("is", urn); }
std::string EctPrefix(const std::string& person) { return Prefix("ie", person); }
std::string MentorPrefix(const std::string& person) { return Prefix("im", person); }
std::string TutorPrefix(const std::string& person) { return Prefix("it", person); }
std::string BodyPrefix(const std::string& body) { return Prefix("ib", body); }

v1::InductionSummary Summary(const v1::Induction& induction) {
  v1::InductionSummary summary;
  summary.set_name(induction.name());
  summary.set_revision(induction.revision());
  summary.set_state(induction.state());
  *summary.mutable_ect() = induction.ect();
  if (const auto* const school = domain::LastOf(induction.schools()); school != nullptr) {
    *summary.mutable_school() = school->school();
    *summary.mutable_headteacher() = school->headteacher();
  }
  if (const auto* const tutor = domain::LastOf(induction.tutorships()); tutor != nullptr) {
    *summary.mutable_tutor() = tutor->tutor();
  }
  // While the induction runs, one who has ended is the mentor no more.
  const auto* const mentor = induction.has_ending() ? domain::LastOf(induction.mentorships())
                                                    : domain::InForce(induction.mentorships());
  if (mentor != nullptr) *summary.mutable_mentor() = mentor->mentor();
  if (const auto* const body = domain::LastOf(induction.appropriate_bodies()); body != nullptr) {
    summary.set_appropriate_body(body->body());
  }
  if (const auto* const pattern = domain::LastOf(induction.working_patterns());
      pattern != nullptr) {
    summary.set_fte_hundredths(pattern->fte_hundredths());
  }
  for (const v1::InductionSchool& school : induction.schools()) {
    if (domain::IsStruckOut(school)) continue;
    summary.set_began_on(school.starts_on());
    break;
  }
  return summary;
}

// The rows to look through: those of the narrowest key that the query has.
std::string NarrowestPrefix(const v1::ListInductionsRequest& query) {
  if (!query.ect().empty()) return EctPrefix(query.ect());
  if (!query.mentor().empty()) return MentorPrefix(query.mentor());
  if (!query.tutor().empty()) return TutorPrefix(query.tutor());
  if (!query.school_urn().empty()) return SchoolPrefix(query.school_urn());
  if (!query.appropriate_body().empty()) return BodyPrefix(query.appropriate_body());
  return kRows;
}

bool Meets(const v1::InductionSummary& induction, const v1::ListInductionsRequest& query) {
  const auto is = [](const std::string& wanted, const std::string& got) {
    return wanted.empty() || wanted == got;
  };
  return is(query.school_urn(), induction.school().urn()) &&
         is(query.ect(), induction.ect().person()) &&
         is(query.mentor(), induction.mentor().person()) &&
         is(query.tutor(), induction.tutor().person()) &&
         is(query.appropriate_body(), induction.appropriate_body()) &&
         (query.state() == v1::Induction::STATE_UNSPECIFIED || query.state() == induction.state());
}

}  // namespace

void AddInductionRow(const v1::Induction& induction, Rows& rows) {
  const v1::InductionSummary summary = Summary(induction);
  rows[absl::StrCat(kRows, summary.name())] = summary.SerializeAsString();
  rows[EctPrefix(summary.ect().person()) + summary.name()] = "";
  rows[SchoolPrefix(summary.school().urn()) + summary.name()] = "";
  rows[TutorPrefix(summary.tutor().person()) + summary.name()] = "";
  if (summary.has_mentor()) rows[MentorPrefix(summary.mentor().person()) + summary.name()] = "";
  if (!summary.appropriate_body().empty()) {
    rows[BodyPrefix(summary.appropriate_body()) + summary.name()] = "";
  }
}

absl::StatusOr<Listing<v1::InductionSummary>> ListInductionRows(
    const ViewStore& store, const v1::ListInductionsRequest& query, const std::string& after,
    int count) {
  return ListRows<v1::InductionSummary>(
      store, kRows, NarrowestPrefix(query), after, count,
      [&](const v1::InductionSummary& induction) { return Meets(induction, query); });
}

}  // namespace trellis::projections
