// What a subscription may be set to. The ranges and defaults are Pub/Sub's, unless said otherwise.
//
//   ack_deadline_seconds        10 to 600, by default 10
//   message_retention_duration  10 minutes to 31 days, by default 7 days; kept and shown only,
//                               since the log is for ever
//   expiration_policy           by default 31 days without use, at least 1 day; one that is there
//                               and empty: never
//   retry_policy                0 to 600 s; by default 10 s to 600 s where there is a policy, and
//                               100 ms to 1 min where there is none
//   dead_letter_policy          5 to 100 attempts, by default 5; for subscriptions to the events
//   filter                      see filter.h
//   labels                      64 at most; `format` is `protobuf` (by default) or `json`: how the
//                               data of messages is written
#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/pubsub/v1/pubsub.pb.h"

namespace trellis::queue {

// The label that says how data is written.
inline constexpr char kFormatLabel[] = "format";

// The settings with every default filled in. INVALID_ARGUMENT with all that is wrong at once;
// FILTER_INVALID; the errors of CheckName for subscription and topic.
absl::StatusOr<google::pubsub::v1::Subscription> CompleteSettings(
    absl::string_view ledger, google::pubsub::v1::Subscription settings);

// `present` with the fields of `mask` as in `wanted`. INVALID_ARGUMENT for a field that does not
// exist or cannot be changed, and as above.
absl::StatusOr<google::pubsub::v1::Subscription> ChangedSettings(
    absl::string_view ledger, const google::pubsub::v1::Subscription& present,
    const google::pubsub::v1::Subscription& wanted, const google::protobuf::FieldMask& mask);

}  // namespace trellis::queue
