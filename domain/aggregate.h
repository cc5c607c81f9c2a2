// What the parts that serve every aggregate know of each: the log's readers, the views, the trail.
//
// A new aggregate is one row in aggregate.cc. Thread-safe; everything here lives for ever.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "trellis/v1/entry.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::domain {

struct Aggregate {
  // What its streams are called before their id, such as `supportPlans/`.
  absl::string_view streams;
  // What it is called in the contract, such as `support_plan`: the request that makes one has a
  // field `support_plan_id`.
  absl::string_view noun;
  // What its names must look like, and their ids, the part after `streams`.
  v1::Format name_format;
  v1::Format id_format;
  // The reasons of errors: that there is none of a name, or that there is one.
  absl::string_view not_found;
  absl::string_view exists;
  // Empty messages of its state (`name`, `etag`, `revision` are its first three fields) and its
  // event (`occurred_on`, `late_reason`, `actor_name`, `warnings`, then a oneof `kind`).
  const google::protobuf::Message& state;
  const google::protobuf::Message& event;
  // Applies an event to a state: see Evolve of the aggregate.
  void (*evolve)(google::protobuf::Message& state, const std::string& name,
                 const google::protobuf::Message& event, const EventFacts& facts);
};

const std::vector<Aggregate>& Aggregates();

// The aggregate whose stream has this name; null if there is none.
const Aggregate* AggregateOf(absl::string_view stream);

// Likewise, or FAILED_PRECONDITION (EVENT_TOO_NEW): a newer program made the stream.
absl::StatusOr<const Aggregate*> KnownAggregateOf(absl::string_view stream);

// The aggregate whose names have this format; null if there is none.
const Aggregate* AggregateNamed(v1::Format name_format);

// The aggregate whose state has this type; crashes if there is none.
const Aggregate& AggregateWith(const google::protobuf::Descriptor& state);

// The state of a stream that has no events: its name alone.
std::unique_ptr<google::protobuf::Message> EmptyState(const Aggregate& aggregate,
                                                      const std::string& name);

// The name and the revision of a state of any aggregate; the name lives as long as the state.
const std::string& NameOf(const google::protobuf::Message& state);
int64_t RevisionOf(const google::protobuf::Message& state);

// `name` does not exist: NOT_FOUND, with the aggregate's reason. `when` completes the sentence.
absl::Status NotFound(absl::string_view name, absl::string_view when = "");
// `name` exists: ALREADY_EXISTS, with the aggregate's reason. Not how far it has come: whoever
// chose its id may not see it.
absl::Status AlreadyExists(absl::string_view name);

}  // namespace trellis::domain
