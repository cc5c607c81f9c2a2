// The house rules of the contract, as checks of descriptors with their comments.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace trellis::tidy {

// What is wrong, a line each: `file:line: error: what, and what to do`.
using Findings = std::vector<std::string>;

// Every message, field, enum, value, oneof, service and rpc of `file` has a comment.
Findings CheckComments(const google::protobuf::FileDescriptor& file);

// The value 0 of every enum ends with _UNSPECIFIED.
Findings CheckEnumZeros(const google::protobuf::FileDescriptor& file);

// Every field of a *Request has google.api.field_behavior; every request that changes something has
// a request_id that is REQUIRED and a UUID.
Findings CheckRequests(const google::protobuf::FileDescriptor& file);

// Lists come in pages: page_size and page_token in the request, next_page_token in the response.
Findings CheckPages(const google::protobuf::FileDescriptor& file);

// A comment says "Personal data." if and only if the field's rules do; a field of free text is
// marked so unless `not_personal` has its full name without the package (`School.name`).
Findings CheckPersonalData(const google::protobuf::FileDescriptor& file,
                           const std::set<std::string>& not_personal);

// Each kind of the event's oneof `kind` has a sentence for the audit trail.
Findings CheckSentences(const google::protobuf::Descriptor& event);

// Each request of an rpc of `service` that changes something is one of the oneof of `command`.
Findings CheckPlays(const google::protobuf::ServiceDescriptor& service,
                    const google::protobuf::Descriptor& command);

}  // namespace trellis::tidy
