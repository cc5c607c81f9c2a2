// DirectoryService: one line for each command, a function for each read.
#pragma once

#include <map>
#include <string>

#include "services/aggregate_service.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::services {

// See the rpc of the same name.
absl::StatusOr<v1::ListRolesResponse> ListRoles(const Rooms& rooms,
                                                const v1::ListRolesRequest& request);

absl::StatusOr<v1::FindPeopleResponse> FindPeople(const Rooms& rooms,
                                                  const v1::FindPeopleRequest& request);

// The handlers of every rpc of DirectoryService.
std::map<std::string, Handler> DirectoryHandlers(const Rooms& rooms);
std::map<std::string, StreamHandler> DirectoryStreams(const Rooms& rooms);

}  // namespace trellis::services
