#include "services/retention.h"

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/person.h"
#include "services/seen.h"

namespace trellis::services {

absl::StatusOr<domain::RetentionFinding> RetentionOf(const Rooms& rooms,
                                                     const std::string& record) {
  ASSIGN_OR_RETURN(const v1::Retention known, rooms.views.Retention(record));
  return domain::FindRetention(known, rooms.retention_years);
}

absl::StatusOr<bool> MayKnow(const Rooms& rooms, const Admission& admission,
                             const v1::RetentionDuty& duty) {
  if (absl::StartsWith(duty.source(), domain::kPersonStreams)) return true;
  return Sees(rooms, admission, duty.source());
}

}  // namespace trellis::services
