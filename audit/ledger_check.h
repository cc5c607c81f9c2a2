// Checks a whole ledger on disk: that it is what was written and signed, and nothing else.
//
// Operation.   Opens the log for reading alone and goes once over every row of it: records,
//              indexes, tiles, checkpoint; then over the log of who looked and the views, if there
//              are any. Changes no byte of the directory. What is found wrong is said in words, and
//              the check goes on where it can.
// Limits.      kFindingsMax findings are kept. Some 10 bytes of memory for an event and 32 for a
//              commit; the views are rebuilt in a directory under $TMPDIR.
// What it is worth. docs/proofs.md, "Checking a whole ledger", says what nobody can find out this
//              way.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/report.h"
#include "proofs/key.h"
#include "vault/event_vault.h"

namespace trellis::audit {

struct LedgerCheckOptions {
  // Where trellisd keeps everything: `log/`, `log.checkpoint`, perhaps `access/`, `views/`,
  // `signing.pub`. No trellisd may serve it.
  std::string data;
  std::string ledger;
  // The ledger's keys, got from elsewhere; one is enough: the handovers in the log lead to the
  // others. None: the one in `signing.pub`, if there is one.
  std::vector<proofs::VerifierKey> keys = {};
  // Opens the events, from which the views follow; must outlive the check. Null: the views are not
  // looked at. All else is proved of what is stored, and needs no key.
  const vault::EventVault* vault = nullptr;
  // Whether the log of who looked is checked too.
  bool with_access_log = true;
  // Called now and then with what is being read, how many rows of it are done, and of how many; 0:
  // that is not known.
  std::function<void(const std::string&, uint64_t, uint64_t)> progress = nullptr;
};

// The findings are of the places in the ledger where they were made.
using LedgerReport = Report;

// Checks the ledger. An error says that it could not be opened: those of
// eventstore::Database::OpenReadOnly; KEY_MALFORMED of `signing.pub`.
absl::StatusOr<LedgerReport> CheckLedger(const LedgerCheckOptions& options);

// OK, or DATA_LOSS (LEDGER_DAMAGED) that counts the findings.
absl::Status Verdict(const LedgerReport& report);

}  // namespace trellis::audit
