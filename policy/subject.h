// Whose record something is, where it was and whom it names: all that decides who may see it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "trellis/v1/capacity.pb.h"

namespace trellis::policy {

// A time that a record was at a school: dates, each part of it; empty: from the beginning, and
// still.
struct Stay {
  absl::string_view school_urn;
  absl::string_view since;
  absl::string_view until;
};

// Somebody whom a record names in a capacity, from when until when, likewise.
struct Part {
  absl::string_view person;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  absl::string_view since;
  absl::string_view until;
  // A school (URN) at which whoever holds any role goes on after `until`; empty: none.
  absl::string_view goes_on_at = {};
};

// An appropriate body whose contact a record names, likewise: the id of `appropriateBodies/{id}`.
struct BodyTime {
  // Of a whole time by default. `id_of_body` must outlive it.
  BodyTime(const std::string& id_of_body, absl::string_view from = "", absl::string_view to = "")
      : id(id_of_body), since(from), until(to) {}

  absl::string_view id;
  absl::string_view since;
  absl::string_view until;
};

// Views into the record that it is of, which must outlive it.
struct Subject {
  // `people/{uuid}`; empty if it is nobody's.
  absl::string_view person;
  std::vector<Stay> stays;
  // Whether the schools follow one another, in this order, as those of an ECT do: the next one
  // begins on its day, whenever it was recorded. Roles are held side by side.
  bool is_line = false;
  std::vector<Part> parts;
  // As far as it names them itself.
  std::vector<BodyTime> bodies;
};

// Whether the stay that is at this place of the line has not begun on `today`: what is recorded
// ahead. The first is there from the beginning.
bool IsToCome(const Subject& subject, size_t stay, absl::string_view today);

// Of a state of any aggregate. One that holds nothing about a person (a school, the ledger) has its
// schools alone.
Subject SubjectOf(const google::protobuf::Message& state);

}  // namespace trellis::policy
