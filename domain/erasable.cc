#include "domain/erasable.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "domain/dates.h"
#include "domain/requires.h"

namespace trellis::domain {
namespace {

// The records that are joined into the one that stands for them: nobody would come to them once it
// is erased.
std::vector<std::string> OthersOf(const RetentionFinding& finding) {
  std::vector<std::string> others;
  for (const std::string& record : finding.records) {
    if (record != finding.person) others.push_back(record);
  }
  return others;
}

}  // namespace

std::vector<std::string> ReasonsAgainst(const RetentionFinding& finding, absl::CivilDay today) {
  std::vector<std::string> reasons;
  const std::string day = DateText(today);
  for (const v1::RetentionDuty& duty : finding.duties) {
    if (!duty.keep_until().empty() && duty.keep_until() < day) continue;
    reasons.push_back(
        absl::StrCat(duty.source().empty() ? "a record that you may not see" : duty.source(),
                     duty.keep_until().empty() ? " has no end yet" : " must be kept until ",
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
  if (request.name() == finding.person && finding.records.size() > 1) {
    return Refusal("JOINED_RECORDS_STAND", request.name(),
                   absl::StrCat(request.name(), " stands for other records of the person; erase ",
                                "them first: ", absl::StrJoin(OthersOf(finding), ", ")));
  }
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
