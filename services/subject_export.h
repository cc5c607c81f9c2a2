// Everything that is held about one person, as a file for that person.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "access/access_log.h"
#include "services/aggregate_service.h"
#include "trellis/v1/access_service.pb.h"

namespace trellis::services {

// Files that are made or sent at once.
inline constexpr int kSubjectExportsMax = 2;
// The most that a file holds. An induction of years with its plans is some hundred KiB.
inline constexpr size_t kSubjectFileBytesMax = size_t{64} << 20;

// Answers ExportSubject. `log` must outlive every call. NOT_FOUND without such a person;
// FAILED_PRECONDITION (SUBJECT_TOO_LARGE); the errors of the log and of the access log.
AnsweringHandler SubjectHandler(const Rooms& rooms, access::AccessLog& log);

}  // namespace trellis::services
