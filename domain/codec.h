// Events to bytes and back, of every aggregate. The bytes of an event are written once and never
// serialised again.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "trellis/v1/entry.pb.h"

namespace trellis::domain {

// The message that the event's kind holds.
const google::protobuf::Message& KindOf(const google::protobuf::Message& event);

// The event's type, such as `trellis.v1.ConcernRaised`.
const std::string& TypeOf(const google::protobuf::Message& event);

// What every event says of itself. Valid as long as the event.
struct EventHead {
  const std::string& occurred_on;
  const std::string& late_reason;
  const std::string& actor_name;
};
EventHead HeadOf(const google::protobuf::Message& event);

// Adds what the caller was warned of to `warnings`.
void AddWarnings(const google::protobuf::Message& event,
                 google::protobuf::RepeatedPtrField<v1::Warning>& warnings);

// Days from the day the event happened to the day it was recorded, if it was recorded late; else 0.
int LateDays(const std::string& occurred_on, const std::string& late_reason,
             absl::Time recorded_at);

// Reads `bytes` into `event`, an empty one, which may live in an arena. DATA_LOSS
// (EVENT_UNREADABLE) if they are no such event; FAILED_PRECONDITION (EVENT_TOO_NEW) if it is of a
// kind that this program does not know.
absl::Status DecodeEvent(absl::string_view bytes, google::protobuf::Message& event);

// Likewise, the event of a stream of this name; EVENT_TOO_NEW if there are no such streams.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> DecodeEventOf(absl::string_view stream,
                                                                         absl::string_view bytes);

// Likewise, an event of this type.
template <typename Event>
absl::StatusOr<Event> DecodeEvent(absl::string_view bytes) {
  Event event;
  absl::Status status = DecodeEvent(bytes, event);
  if (!status.ok()) return status;
  return event;
}

}  // namespace trellis::domain
