// The indexes `streams` and `requests`: that they say what the records do, no more and no less.
#pragma once

#include "absl/strings/string_view.h"
#include "audit/findings.h"
#include "audit/record_check.h"

namespace trellis::audit {

// Rows of `streams`: every place of the records, and no other. Not thread-safe.
class StreamsCheck {
 public:
  // Both must outlive it.
  StreamsCheck(const RecordIndex& index, Findings& findings);
  // A row, in whatever order.
  void Take(absl::string_view key, absl::string_view value);
  // There are no more rows.
  void Finish();

 private:
  const RecordIndex& index_;
  Findings& findings_;
  // The positions that a right row was seen of.
  std::vector<bool> seen_;
};

// Rows of `requests`: every commit of the records. Those of requests that wrote no events stand
// here alone: that they end where a commit ends is all that can be checked of them.
class RequestsCheck {
 public:
  RequestsCheck(const RecordIndex& index, Findings& findings);
  void Take(absl::string_view key, absl::string_view value);
  void Finish();

  // How many requests wrote no events.
  uint64_t without_events() const { return without_events_; }

 private:
  // The commit whose first position is `first`, or all of them if there is none.
  size_t CommitFrom(eventstore::Position first) const;

  const RecordIndex& index_;
  Findings& findings_;
  std::vector<bool> seen_;
  uint64_t without_events_ = 0;
};

}  // namespace trellis::audit
