// Events to bytes and back. The bytes of an event are written once and never serialised again.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "trellis/v1/events.pb.h"

namespace trellis::domain {

// What the streams of support plans are called before their id.
inline constexpr absl::string_view kSupportPlanStreams = "supportPlans/";

// The message that the event's kind holds.
const google::protobuf::Message& KindOf(const v1::SupportPlanEvent& event);

// The event's type, such as `trellis.v1.ConcernRaised`.
const std::string& TypeOf(const v1::SupportPlanEvent& event);

// The event that `bytes` hold. DATA_LOSS (EVENT_UNREADABLE) if they are no event;
// FAILED_PRECONDITION (EVENT_TOO_NEW) if it is of a kind that this program does not know.
absl::StatusOr<v1::SupportPlanEvent> DecodeEvent(absl::string_view bytes);
// Likewise, into `event`, which may live in an arena.
absl::Status DecodeEvent(absl::string_view bytes, v1::SupportPlanEvent& event);

}  // namespace trellis::domain
