// The names of the queue's resources: `projects/{ledger}/topics/{id}` and so on.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace trellis::queue {

inline constexpr char kTopics[] = "topics";
inline constexpr char kSubscriptions[] = "subscriptions";
inline constexpr char kSnapshots[] = "snapshots";

// `projects/{ledger}/{collection}/{id}`
std::string ResourceName(absl::string_view ledger, absl::string_view collection,
                         absl::string_view id);
// The topic of the ledger's events.
std::string EventsTopic(absl::string_view ledger);

// OK if `name` can be a resource of `collection` in this ledger. INVALID_ARGUMENT (NAME_INVALID)
// if it is no such name, NOT_FOUND (PROJECT_NOT_FOUND) if its project is another. An id has 3 to
// 255 letters, digits and -_.~+%, begins with a letter and not with "goog", as in Pub/Sub.
absl::Status CheckName(absl::string_view ledger, absl::string_view collection,
                       absl::string_view name);
// The same for `projects/{ledger}`.
absl::Status CheckProject(absl::string_view ledger, absl::string_view name);

}  // namespace trellis::queue
