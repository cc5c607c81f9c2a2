#include "services/caseload.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/caseload.h"
#include "domain/dates.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/school.h"
#include "domain/suppression.h"
#include "services/pages.h"
#include "services/school_line.h"

namespace trellis::services {
namespace {

using projections::PlansOf;

constexpr int kPlansByDefault = 50;

// The URNs of the schools that the request asks for; nothing if it asks for none.
absl::StatusOr<std::optional<std::vector<std::string>>> SchoolsAskedFor(
    const Rooms& rooms, const v1::ListSupportPlansRequest& request, const std::string& today) {
  if (request.school_urn().empty() && request.trust().empty()) return std::nullopt;
  Schools asked;
  if (!request.school_urn().empty()) {
    ASSIGN_OR_RETURN(asked,
                     WithThoseBefore(rooms.views, {domain::SchoolName(request.school_urn())}));
  }
  if (!request.trust().empty()) {
    ASSIGN_OR_RETURN(const Schools members, SchoolsOfTrust(rooms.views, request.trust(), today));
    ASSIGN_OR_RETURN(Schools of_trust, WithThoseBefore(rooms.views, members));
    if (!request.school_urn().empty()) {
      std::erase_if(of_trust, [&](const std::string& name) { return asked.count(name) == 0; });
    }
    asked = std::move(of_trust);
  }
  return UrnsOf(asked);
}

// The contacts of the body, `appropriateBodies/{id}`.
absl::StatusOr<std::vector<std::string>> ContactsOf(const Rooms& rooms, const std::string& body,
                                                    const std::string& today) {
  return rooms.views.Contacts(std::string(absl::StripPrefix(body, domain::kAppropriateBodyStreams)),
                              today);
}

absl::Status CheckRequest(const v1::GetCaseloadRequest& request) {
  int set = 0;
  for (const std::string* const of :
       {&request.induction_tutor(), &request.school_urn(), &request.trust(),
        &request.appropriate_body(), &request.body()}) {
    if (!of->empty()) ++set;
  }
  if (set == 1) return absl::OkStatus();
  return InvalidRequest(
      {{"school_urn", absl::StrCat("got ", set,
                                   " of induction_tutor, school_urn, trust, appropriate_body and "
                                   "body, want one of them")}});
}

// Counts the plans of the trust's schools, each with those that it follows. One that follows
// another in the trust leaves it its plans; where one was split, the first by URN has its plans.
absl::Status CountTrust(const Rooms& rooms, const std::string& trust, const std::string& today,
                        domain::CaseloadCounter& counter) {
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms.views.FindRow(trust));
  if (row == nullptr) return domain::NotFound(trust);
  ASSIGN_OR_RETURN(const Schools members, SchoolsOfTrust(rooms.views, trust, today));
  Schools counted = members;
  for (const std::string& member : members) {
    counter.BeginSchool(member);
    ASSIGN_OR_RETURN(const std::vector<std::string> schools,
                     AddWithThoseBefore(rooms.views, member, counted));
    for (const std::string& school : schools) {
      RETURN_IF_ERROR(
          rooms.views.CountPlans(PlansOf::kSchool, domain::UrnOf(school),
                                 [&](const v1::SupportPlanSummary& plan) { counter.Add(plan); }));
    }
  }
  return absl::OkStatus();
}

absl::Status CountSchool(const Rooms& rooms, const std::string& urn,
                         const projections::CountPlan& count) {
  ASSIGN_OR_RETURN(const Schools schools, WithThoseBefore(rooms.views, {domain::SchoolName(urn)}));
  for (const std::string& school : schools) {
    RETURN_IF_ERROR(rooms.views.CountPlans(PlansOf::kSchool, domain::UrnOf(school), count));
  }
  return absl::OkStatus();
}

absl::Status CountBody(const Rooms& rooms, const std::string& body, const std::string& today,
                       const projections::CountPlan& count) {
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms.views.FindRow(body));
  if (row == nullptr) return domain::NotFound(body);
  ASSIGN_OR_RETURN(const std::vector<std::string> contacts, ContactsOf(rooms, body, today));
  for (const std::string& contact : contacts) {
    RETURN_IF_ERROR(rooms.views.CountPlans(PlansOf::kAppropriateBody, contact, count));
  }
  return absl::OkStatus();
}

// The plans that name the tutor, of schools where they still are one: the others are their
// successor's, whoever the plan names.
absl::Status CountTutor(const Rooms& rooms, const std::string& tutor, absl::CivilDay today,
                        const projections::CountPlan& count) {
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms.views.FindRow(tutor));
  if (row == nullptr) return absl::OkStatus();
  Schools schools;
  for (const v1::PersonRole& role : row->as<v1::Person>().roles()) {
    if (role.role() != v1::INDUCTION_TUTOR || !domain::IsHeldOn(role, domain::DateText(today))) {
      continue;
    }
    ASSIGN_OR_RETURN(Schools line, LineOf(rooms.views, domain::SchoolName(role.school_urn())));
    schools.merge(line);
  }
  // Where a plan is, the lists that are counted do not say.
  v1::ListSupportPlansRequest conditions;
  conditions.set_induction_tutor(tutor);
  projections::CaseloadQuery query{conditions};
  query.schools = UrnsOf(schools);
  projections::CaseloadPage page{.plans = {}, .more = true, .cursor = ""};
  while (page.more) {
    ASSIGN_OR_RETURN(page, rooms.views.Caseload(query, page.cursor, kPageSizeMax, today));
    for (const v1::SupportPlanSummary& plan : page.plans) count(plan);
  }
  return absl::OkStatus();
}

absl::Status CountAll(const Rooms& rooms, const v1::GetCaseloadRequest& request, absl::CivilDay day,
                      domain::CaseloadCounter& counter) {
  const std::string today = domain::DateText(day);
  const auto count = [&](const v1::SupportPlanSummary& plan) { counter.Add(plan); };
  if (!request.trust().empty()) return CountTrust(rooms, request.trust(), today, counter);
  if (!request.school_urn().empty()) return CountSchool(rooms, request.school_urn(), count);
  if (!request.body().empty()) return CountBody(rooms, request.body(), today, count);
  if (!request.induction_tutor().empty()) {
    return CountTutor(rooms, request.induction_tutor(), day, count);
  }
  return rooms.views.CountPlans(PlansOf::kAppropriateBody, request.appropriate_body(), count);
}

}  // namespace

absl::StatusOr<v1::ListSupportPlansResponse> ListSupportPlans(
    const Rooms& rooms, const v1::ListSupportPlansRequest& request) {
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  const absl::CivilDay today = LondonDay(rooms.clock.Now());
  projections::CaseloadQuery query{request};
  ASSIGN_OR_RETURN(query.schools, SchoolsAskedFor(rooms, request, domain::DateText(today)));
  if (!request.body().empty()) {
    ASSIGN_OR_RETURN(query.contacts, ContactsOf(rooms, request.body(), domain::DateText(today)));
  }
  ASSIGN_OR_RETURN(
      projections::CaseloadPage page,
      rooms.views.Caseload(query, after, PageSize(request.page_size(), kPlansByDefault), today));
  v1::ListSupportPlansResponse response;
  if (page.more) response.set_next_page_token(PageToken(request, page.cursor));
  for (v1::SupportPlanSummary& plan : page.plans) *response.add_support_plans() = std::move(plan);
  return response;
}

absl::StatusOr<v1::Caseload> GetCaseload(const Rooms& rooms,
                                         const v1::GetCaseloadRequest& request) {
  RETURN_IF_ERROR(CheckRequest(request));
  const absl::CivilDay today = LondonDay(rooms.clock.Now());
  domain::CaseloadCounter counter(today);
  RETURN_IF_ERROR(CountAll(rooms, request, today, counter));
  v1::Caseload caseload = std::move(counter).Take();
  const bool by_default = request.disclosure() == v1::GetCaseloadRequest::DISCLOSURE_UNSPECIFIED;
  if (request.disclosure() == v1::GetCaseloadRequest::AGGREGATE_ONLY ||
      (by_default && !request.trust().empty())) {
    domain::Suppress(caseload);
  }
  return caseload;
}

}  // namespace trellis::services
