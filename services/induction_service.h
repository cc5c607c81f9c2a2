// InductionService: one line for each command, a function for each read.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::services {

// See the rpcs of the same names.
absl::StatusOr<v1::ListInductionsResponse> ListInductions(const Rooms& rooms,
                                                          const v1::ListInductionsRequest& request);
absl::StatusOr<v1::InductionClock> GetInductionClock(const Rooms& rooms,
                                                     const v1::GetInductionClockRequest& request);
absl::StatusOr<v1::ListProgrammesResponse> ListProgrammes(const Rooms& rooms,
                                                          const v1::ListProgrammesRequest& request);

// The induction, if the caller may read what is between mentor and ECT: PERMISSION_DENIED unless
// that is one of them, acting as such.
absl::StatusOr<v1::Induction> InductionForPartner(const Rooms& rooms, const Caller& caller,
                                                  const std::string& name);
// Likewise, for a caller. PERMISSION_DENIED unless that is the mentor or the ECT, acting as such.
absl::StatusOr<v1::ListSessionNotesResponse> ListSessionNotes(
    const Rooms& rooms, const Caller& caller, const v1::ListSessionNotesRequest& request);
absl::StatusOr<v1::ListProgrammeReviewsResponse> ListProgrammeReviews(
    const Rooms& rooms, const Caller& caller, const v1::ListProgrammeReviewsRequest& request);

// The handlers of every rpc of InductionService.
std::map<std::string, Handler> InductionHandlers(const Rooms& rooms);

}  // namespace trellis::services
