// What a consumer acknowledges a message by: which delivery of which message it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "queue/number_set.h"

namespace trellis::queue {

struct AckId {
  // Drawn at random when the subscription is loaded or sought: what was given out before it, by
  // another subscription, or by nobody, is known as foreign.
  uint64_t session = 0;
  Number number = 0;
  uint64_t lease = 0;
};

// 32 characters of the web-safe Base64 alphabet.
std::string AckIdText(const AckId& ack_id);

// The ack id that `text` writes; nothing if it is none.
std::optional<AckId> ParseAckId(absl::string_view text);

}  // namespace trellis::queue
