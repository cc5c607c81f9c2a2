// An event as it goes to the broker: a CloudEvent in the NATS protocol binding, binary mode.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "queue/attributes.h"
#include "queue/message.h"

namespace trellis::relay {

// The stream of a ledger, `trellis-{ledger}`, and its subjects, `trellis.{ledger}.>`. A dot in the
// ledger's name becomes `_`, which no such name has: else one ledger's subjects would hold
// another's.
std::string StreamName(absl::string_view ledger);
std::string StreamSubjects(absl::string_view ledger);

struct Outgoing {
  // `trellis.{ledger}.{type without its package}`
  std::string subject;
  // The event's id, by which JetStream knows it again.
  std::string id;
  // `ce-…` for each attribute, the message's position among them, and `content-type`. Values are
  // percent-encoded, as the binding says.
  queue::Attributes headers;
  std::string data;
};

// `json`: the data as JSON instead of as it is stored.
absl::StatusOr<Outgoing> OutgoingOf(absl::string_view ledger, const queue::Message& message,
                                    bool json);

}  // namespace trellis::relay
