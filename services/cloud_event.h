// Events as the queue delivers them: CloudEvents 1.0, in the binding to Pub/Sub's messages where
// data is the message's data and everything else an attribute that begins with `ce-`.
#pragma once

#include <string>

#include "queue/message.h"
#include "vault/event_vault.h"

namespace trellis::services {

// The format of the events of `ledger`; see docs/queue.md for each attribute.
// `vault`, which must outlive it, opens them.
queue::EventFormat CloudEventFormat(const std::string& ledger, const vault::EventVault& vault);

}  // namespace trellis::services
