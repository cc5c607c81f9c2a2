// What a command has to do with other records than its own: the people, schools, trusts, bodies and
// plans that it names exist, and people hold the roles that they are named in or act in.
//
// Operation.   Reads the views just before the command is decided. Of two commands in the same
//              instant, such as the end of a role and an act in it, each may miss the other: both
//              are in the log with their times.
// Concurrency. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "domain/decision.h"
#include "google/protobuf/message.h"
#include "projections/views.h"

namespace trellis::services {

// OK with the row of the school that the command is about (null: of none, as in the directory), or
//   NOT_FOUND            it names what is not there
//   PERMISSION_DENIED    ROLE_NOT_HELD: the actor has not the role that they act in
//   FAILED_PRECONDITION  a person it names has not their role (ROLE_NOT_HELD), a record that was
//                        joined into another (PERSON_JOINED), a school or body that is closed
//                        (SCHOOL_CLOSED, APPROPRIATE_BODY_CLOSED), a body of the trust that the
//                        school is in (APPROPRIATE_BODY_OF_EMPLOYER), schools that would follow
//                        each other (SUCCESSORS_IN_A_CIRCLE)
// `state` is the present state of what the command is about, empty if it is new. Who keeps the
// directory is not looked up in it: somebody has to be the first.
absl::StatusOr<projections::StateRowPointer> CheckDirectory(
    projections::Views& views, const google::protobuf::Message& state,
    const google::protobuf::Message& request, const domain::Context& context);

}  // namespace trellis::services
