// A person's diary for calendar programs, at an address that only they know.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/aggregate_service.h"

namespace trellis::services {

// The feed of the person with this UUID, as text/calendar, to one who knows the secret of a feed
// that was not revoked. NOT_FOUND (DIARY_FEED_NOT_FOUND), with one text whatever is wrong: whether
// there is such a person or a feed is not told.
//
// The feed says days and what kind of thing they are, and no more: "Review meeting".
absl::StatusOr<std::string> DiaryFeedOf(const Rooms& rooms, const std::string& person_uuid,
                                        absl::string_view secret);

}  // namespace trellis::services
