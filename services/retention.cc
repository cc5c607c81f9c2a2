#include "services/retention.h"

#include "base/status_macros.h"

namespace trellis::services {

absl::StatusOr<domain::RetentionFinding> RetentionOf(const Rooms& rooms,
                                                     const std::string& record) {
  ASSIGN_OR_RETURN(const v1::Retention known, rooms.views.Retention(record));
  return domain::FindRetention(known, rooms.retention_years);
}

}  // namespace trellis::services
