// Corrections of entries, of any aggregate: single fields put right, or the whole entry struck out.
// Pure.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "trellis/v1/entry.pb.h"

namespace trellis::domain {

using Corrections = google::protobuf::RepeatedPtrField<v1::FieldCorrection>;

// OK, or INVALID_ARGUMENT with all that is wrong: a field that cannot be put right, one that is
// there twice, a value that its rules refuse. What can be put right is what the caller once said in
// words or as a date; ids, codes and lists bind the entry to others, so such an entry is revised,
// or struck out and made anew.
absl::Status CheckCorrections(const google::protobuf::Message& entry,
                              const Corrections& corrections);

// The entry as the corrections, which were checked, leave it.
std::unique_ptr<google::protobuf::Message> Corrected(const google::protobuf::Message& entry,
                                                     const Corrections& corrections);

// Applies a correction that happened, with the event that made the state's `revision`.
void ApplyCorrection(google::protobuf::Message& entry, const v1::EntryCorrected& corrected,
                     int64_t revision);

}  // namespace trellis::domain
