// How long what is held about a person must be kept, and whether that time is over.
//
// The statutory guidance for induction (April 2024) has schools and appropriate bodies keep
// assessment reports, and all that belongs to them, for at least six years (2.77, 5.3, 5.11). It
// does not say from when: here from the end of the induction or from leaving the school, whichever
// is later. What is still open keeps all of it: the records of one person go together, with one
// key.
//
// Pure, as everything here: today is always an argument.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/message.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::domain {

// The guidance's least, and the most that can be set: longer than anybody lives to ask.
inline constexpr int kRetentionYearsMin = 6;
inline constexpr int kRetentionYearsMax = 100;

// What `state`, of any aggregate, says of how long its person's records are kept: `person`,
// `duties` (without `keep_until` and `rule`), `legal_holds` (ids and dates alone), `proposed_for`.
// Of several states of one person the messages merged are what is known. Empty if the state is
// about nobody.
v1::Retention RetentionKnownOf(const google::protobuf::Message& state);

struct RetentionFinding {
  // `people/{uuid}`: the record that stands for all that are joined.
  std::string person;
  // The last day on which the records must be kept. Nothing: something has no end yet, or nothing
  // is known of the person at all; never due.
  std::optional<absl::CivilDay> keep_until;
  // What calls for it, each with its `rule` and, if it has an end, `keep_until`.
  std::vector<v1::RetentionDuty> duties;
  // The legal holds that stand, ids and dates alone.
  std::vector<v1::HoldInForce> holds;
  // The days for which it was proposed to erase the person.
  std::vector<std::string> proposed_for;
  // The person's records in the directory.
  std::vector<std::string> records;

  // The time to keep them is over.
  bool Passed(absl::CivilDay today) const;
  // Likewise, and no legal hold stands: they may be erased.
  bool Due(absl::CivilDay today) const;
  // It was proposed to erase the person for this `keep_until`.
  bool Proposed() const;
};

// What follows from what is known of one person. `years`, how long a record is kept, is taken as
// kRetentionYearsMin if it is less. 29 February ends on 1 March: a day late rather than early.
RetentionFinding FindRetention(const v1::Retention& known, int years);

// The URNs of the schools that had the person last: where something is open or, if nothing is,
// where the last thing ended. Sorted. They answer for the records. Action plans have no say: they
// name the school where they were drafted, and are the mentor's and the ECT's alone.
std::vector<std::string> LastSchools(const v1::Retention& known);

}  // namespace trellis::domain
