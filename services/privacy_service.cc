#include "services/privacy_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/dates.h"
#include "domain/organisation.h"
#include "domain/person.h"
#include "domain/school.h"
#include "services/erasure.h"
#include "services/pages.h"
#include "services/retention.h"
#include "services/school_line.h"

namespace trellis::services {
namespace {

using domain::RetentionFinding;

// Adds why the hold was placed, which the views do not keep beside its dates.
absl::Status AddReason(const Rooms& rooms, v1::HoldInForce& standing) {
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, rooms.views.FindRow(standing.record()));
  if (row == nullptr) return absl::OkStatus();
  for (const v1::LegalHold& hold : row->as<v1::Person>().legal_holds()) {
    if (hold.hold_id() != standing.hold_id()) continue;
    standing.set_reason(hold.reason());
    standing.set_matter(hold.matter());
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Retention> GetRetention(const Rooms& rooms, const Admission& admission,
                                           const v1::GetRetentionRequest& request) {
  ASSIGN_OR_RETURN(const RetentionFinding finding, RetentionOf(rooms, request.name()));
  if (finding.person.empty()) return domain::NotFound(request.name());
  v1::Retention retention;
  retention.set_person(finding.person);
  if (finding.keep_until.has_value()) {
    retention.set_keep_until(domain::DateText(*finding.keep_until));
  }
  retention.set_due(finding.Due(LondonDay(rooms.clock.Now())));
  for (const v1::RetentionDuty& duty : finding.duties) {
    ASSIGN_OR_RETURN(const bool may_know, MayKnow(rooms, admission, duty));
    if (may_know) *retention.add_duties() = duty;
  }
  for (const v1::HoldInForce& hold : finding.holds) {
    *retention.add_legal_holds() = hold;
    RETURN_IF_ERROR(AddReason(rooms, *retention.mutable_legal_holds()->rbegin()));
  }
  retention.mutable_proposed_for()->Assign(finding.proposed_for.begin(),
                                           finding.proposed_for.end());
  retention.mutable_records()->Assign(finding.records.begin(), finding.records.end());
  return retention;
}

// The schools that are asked about, and those that they follow, whose records they keep.
absl::StatusOr<Schools> SchoolsAsked(const Rooms& rooms,
                                     const v1::ListRetentionDueRequest& request) {
  Schools asked;
  if (!request.school_urn().empty()) {
    asked.insert(domain::SchoolName(request.school_urn()));
  } else {
    ASSIGN_OR_RETURN(asked, SchoolsOfTrust(rooms.views, request.trust(),
                                           domain::DateText(LondonDay(rooms.clock.Now()))));
  }
  return WithThoseBefore(rooms.views, asked);
}

bool HadLast(const Schools& schools, const v1::Retention& known) {
  const std::vector<std::string> last = domain::LastSchools(known);
  return std::any_of(last.begin(), last.end(), [&](const std::string& urn) {
    return schools.count(domain::SchoolName(urn)) > 0;
  });
}

v1::RetentionDue InShort(const RetentionFinding& finding) {
  v1::RetentionDue due;
  due.set_person(finding.person);
  due.set_keep_until(domain::DateText(*finding.keep_until));
  due.set_legal_hold_count(static_cast<int>(finding.holds.size()));
  due.set_proposed(finding.Proposed());
  return due;
}

absl::StatusOr<v1::ListRetentionDueResponse> ListRetentionDue(
    const Rooms& rooms, const v1::ListRetentionDueRequest& request) {
  if (!request.school_urn().empty() && !request.trust().empty()) {
    return InvalidRequest({{"trust", "got it together with school_urn, want one or the other"}});
  }
  const bool is_of_schools = !request.school_urn().empty() || !request.trust().empty();
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  Schools schools;
  if (is_of_schools) {
    ASSIGN_OR_RETURN(schools, SchoolsAsked(rooms, request));
  }
  ASSIGN_OR_RETURN(
      const projections::RetentionPage page,
      is_of_schools ? rooms.views.RetentionsOfSchools(UrnsOf(schools), after, kRetentionsLookedAt)
                    : rooms.views.Retentions(after, kRetentionsLookedAt));
  const absl::CivilDay today = LondonDay(rooms.clock.Now());
  const int size = PageSize(request.page_size(), kPageSizeByDefault);
  v1::ListRetentionDueResponse response;
  std::string last = page.last;
  for (const v1::Retention& known : page.people) {
    const RetentionFinding finding = domain::FindRetention(known, rooms.retention_years);
    if (!finding.Passed(today) || (is_of_schools && !HadLast(schools, known))) continue;
    if (response.people_size() == size) {
      last = response.people(size - 1).person();
      break;
    }
    *response.add_people() = InShort(finding);
  }
  if (!last.empty()) response.set_next_page_token(PageToken(request, last));
  return response;
}

}  // namespace

std::map<std::string, Handler> PrivacyHandlers(const Rooms& rooms, Eraser& eraser) {
  return {
      {"PlaceLegalHold", CommandHandler<v1::Person, v1::PlaceLegalHoldRequest>(rooms)},
      {"ReleaseLegalHold", CommandHandler<v1::Person, v1::ReleaseLegalHoldRequest>(rooms)},
      {"EraseSubject", EraseSubjectHandler(rooms, eraser)},
      {"GetRetention",
       Unary<v1::GetRetentionRequest>([rooms](Call call, const v1::GetRetentionRequest& request) {
         call.Answer(GetRetention(rooms, call.admission(), request));
       })},
      {"ListRetentionDue", ReadHandler(rooms, ListRetentionDue)},
  };
}

}  // namespace trellis::services
