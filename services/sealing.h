// Seals what a command records for whom it is about.
//
//   a plan, an induction       under the key of its ECT
//   a person                   under their own
//   an access grant            as the record that it is of
//   a school, a trust, a body, a service account, reminders, what is left of something erased
//                              under the ledger's own: they name those who recorded them, at most
//   the ledger, its access log not at all: who verifies them has no keys
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/event_log.h"
#include "projections/views.h"
#include "vault/event_vault.h"

namespace trellis::services {

// Seals `events`, which are to follow `revision` of `stream`: 0, if it is to be new. Whom they are
// about, `people/{uuid}`; empty: nobody, or what says that something was erased.
// FAILED_PRECONDITION (SUBJECT_ERASED) if that person was erased; the errors of EventVault::Seal.
absl::StatusOr<std::string> SealFor(const projections::Views& views, const vault::EventVault& vault,
                                    const std::string& stream, int64_t revision,
                                    std::vector<eventstore::NewEvent>& events);

}  // namespace trellis::services
