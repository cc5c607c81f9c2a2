// Whose record something is, and how one is read that was erased.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "google/protobuf/message.h"
#include "trellis/v1/erasure.pb.h"

namespace trellis::domain {

// The person whom a state of any aggregate is about, `people/{uuid}`; empty if it is about nobody,
// or about somebody else's record, as an access grant is. A view into `state`.
absl::string_view DataSubjectOf(const google::protobuf::Message& state);

// Whether the state is one whose content was erased.
bool IsErased(const google::protobuf::Message& state);

// SUBJECT_ERASED unless the state stands, or `request` says that its erasure is complete.
absl::Status RequireNotErased(const google::protobuf::Message& state,
                              const google::protobuf::Message& request);

// What erasing whom `state` is about adds to its stream: an event of its aggregate, which is about
// a person.
std::unique_ptr<google::protobuf::Message> ErasureOf(const google::protobuf::Message& state,
                                                     absl::string_view subject,
                                                     const Context& context);

// How long somebody has to agree that a duty is set aside, in days.
inline constexpr int kAgreeDays = 30;
// A reason that says nothing is none.
inline constexpr size_t kOverrideReasonMin = 20;

// Sets `event`, an empty one of any aggregate that is about a person, to say that its content was
// erased. Crashes for another aggregate: nobody's key is destroyed there.
void SetErased(google::protobuf::Message& event);

}  // namespace trellis::domain
