#include "domain/erasable.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "domain/dates.h"
#include "domain/requires.h"

namespace trellis::domain {

std::vector<std::string> ReasonsAgainst(const RetentionFinding& finding, absl::CivilDay today) {
  std::vector<std::string> reasons;
  const std::string day = DateText(today);
  for (const v1::RetentionDuty& duty : finding.duties) {
    if (!duty.keep_until().empty() && duty.keep_until() < day) continue;
    reasons.push_back(absl::StrCat(
        duty.source(), duty.keep_until().empty() ? " has no end yet" : " must be kept until ",
        duty.keep_until(), ": ", duty.rule()));
  }
  for (const v1::HoldInForce& hold : finding.holds) {
    reasons.push_back(absl::StrCat("legal hold ", hold.hold_id(), " on ", hold.record(),
                                   " stands since ", hold.placed_on()));
  }
  if (reasons.empty() && !finding.Due(today)) {
    reasons.push_back(absl::StrCat(finding.person, " has no end of any time to keep it"));
  }
  return reasons;
}

absl::Status RequireErasable(const RetentionFinding& finding,
                             const v1::EraseSubjectRequest& request, absl::CivilDay today) {
  const std::vector<std::string> reasons = ReasonsAgainst(finding, today);
  const bool sets_aside = !request.override_reason().empty();
  if (reasons.empty() && sets_aside) {
    return InvalidRequest({{"override_reason", "got one, want none: nothing stands against it"}});
  }
  if (reasons.empty() || sets_aside) return absl::OkStatus();
  return Refusal("RETENTION_STANDS", request.name(),
                 absl::StrCat(request.name(), " may not be erased: ", absl::StrJoin(reasons, "; "),
                              "; two different people may set this aside, with an "
                              "override_reason each"));
}

}  // namespace trellis::domain
