// What the ledger records of itself: which key it has signed with since when.
//
// Keys and handovers are texts here: that they are signed is the service's to check, which holds
// the keys. What follows from the record is decided here.
#pragma once

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/admin_service.pb.h"
#include "trellis/v1/ledger.pb.h"
#include "trellis/v1/ledger_events.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::Ledger> {
  using Type = v1::LedgerEvent;
};

inline constexpr absl::string_view kLedgerStreams = "ledgers/";

// Applies `event` to `ledger`. Total: every event ever written has a case, for ever.
void Evolve(v1::Ledger& ledger, const std::string& name, const v1::LedgerEvent& event,
            const EventFacts& facts);

// Nothing follows if the new key is the one of today. PERMISSION_DENIED (no administrator),
// FAILED_PRECONDITION: SIGNING_KEY_CHANGED (another key is the one of today), SIGNING_KEY_REUSED
// (it has signed before), LIST_FULL.
DecidedOn<v1::Ledger> Decide(const v1::Ledger& ledger, const v1::RecordKeyRotationRequest& request,
                             const Context& context);

}  // namespace trellis::domain
