// Is a request well formed? Generic: the rules are the fields' options in the protos. Reads nothing
// but the request; whether it fits the plan is decided later.
#pragma once

#include "absl/status/status.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/message.h"
#include "trellis/v1/capacity.pb.h"

namespace trellis::domain {

// OK, or INVALID_ARGUMENT with ALL violations at once (at most 50 are listed). Checks required
// fields, lengths, numbers of items, formats (dates that exist, UUIDs, resource names, URNs,
// codes of standards), known enum values, control characters, that a range does not end before it
// starts, and that a supporter says who or what they are. Fields that are OUTPUT_ONLY are skipped.
// Thread-safe.
absl::Status Validate(const google::protobuf::Message& request);

// True if the field has this behaviour (google.api.field_behavior).
bool HasBehavior(const google::protobuf::FieldDescriptor& field,
                 google::api::FieldBehavior behavior);

// Why `text` is no valid value for the string field `field`: got and want; empty if it is one.
std::string WhyInvalid(const google::protobuf::FieldDescriptor& field, const std::string& text);

// Whether somebody can have it as a role at a place. Trellis itself acts in SYSTEM; who runs the
// ledger is no part of any school; a grant and a service account say themselves what they are for.
bool CanBeRole(v1::Capacity capacity);

// Clears every OUTPUT_ONLY field of `message`, in depth: what a caller puts there is ignored.
void ClearOutputOnly(google::protobuf::Message& message);

}  // namespace trellis::domain
