// The views beside the log that they follow from.
#pragma once

#include <functional>
#include <string>

#include "audit/findings.h"
#include "eventstore/event_log.h"
#include "vault/event_vault.h"

namespace trellis::audit {

struct ViewCheckOptions {
  // The directory of the views.
  std::string views;
  // The log, whose records were found to be whole.
  eventstore::EventLogOptions log;
  eventstore::Position events = 0;
  // Opens the events; must outlive the check.
  const vault::EventVault& vault;
  // As in LedgerCheckOptions.
  std::function<void(const std::string&, uint64_t, uint64_t)> progress;
};

// Whether `data` has a directory of views.
bool HasViews(const std::string& data);

// Compares each state with the fold of its stream's events, and every row with those of views that
// are built anew under $TMPDIR, byte for byte. A key of a list that an earlier state of its stream
// had may be there beside them (projections/listing.h says why); it is counted, no other is.
// Returns what was looked at, as a sentence without its full stop.
std::string CheckViews(const ViewCheckOptions& options, Findings& findings);

}  // namespace trellis::audit
