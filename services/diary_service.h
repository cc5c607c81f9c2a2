// DiaryService: everything dated of a person or a school, and an ECT's workload.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::services {

// See the rpcs of the same names.
absl::StatusOr<v1::ListDiaryResponse> ListDiary(const Rooms& rooms,
                                                const v1::ListDiaryRequest& request);
absl::StatusOr<v1::Workload> GetWorkload(const Rooms& rooms, const v1::GetWorkloadRequest& request);

// The handlers of every rpc of DiaryService.
std::map<std::string, Handler> DiaryHandlers(const Rooms& rooms);

}  // namespace trellis::services
