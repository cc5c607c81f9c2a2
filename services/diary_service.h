// DiaryService: everything dated of a person or a school, and an ECT's workload.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "trellis/v1/diary_service.pb.h"

namespace trellis::services {

// Whether the reader may see the record of this name: what they may not is passed over.
using Sight = std::function<absl::StatusOr<bool>(const std::string& record)>;
inline Sight Everything() {
  return [](const std::string&) { return true; };
}

// See the rpcs of the same names.
absl::StatusOr<v1::ListDiaryResponse> ListDiary(const Rooms& rooms, const Sight& sight,
                                                const v1::ListDiaryRequest& request);
absl::StatusOr<v1::Workload> GetWorkload(const Rooms& rooms, const Sight& sight,
                                         const v1::GetWorkloadRequest& request);

// The handlers of every rpc of DiaryService.
std::map<std::string, Handler> DiaryHandlers(const Rooms& rooms);

}  // namespace trellis::services
