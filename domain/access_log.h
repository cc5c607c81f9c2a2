// What the ledger records of its access log: where it ended, and that it was found broken. The log
// itself is the room access/.
#pragma once

#include "absl/strings/string_view.h"
#include "domain/decision.h"
#include "trellis/v1/access_log.pb.h"
#include "trellis/v1/access_log_events.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::AccessLog> {
  using Type = v1::AccessLogEvent;
};

inline constexpr absl::string_view kAccessLogStreams = "accessLogs/";

// Applies `event` to `log`. Total: every event ever written has a case, for ever.
void Evolve(v1::AccessLog& log, const std::string& name, const v1::AccessLogEvent& event,
            const EventFacts& facts);

// Both are Trellis's own: PERMISSION_DENIED (CAPACITY_NOT_ALLOWED) in another capacity than SYSTEM.

// Nothing follows if the log has not grown and nothing more is to be dropped. FAILED_PRECONDITION
// (ACCESS_ANCHOR_BACKWARD): it ends before the last anchor, or would drop less, or more than it
// has.
DecidedOn<v1::AccessLog> Decide(const v1::AccessLog& log, const v1::AnchorAccessLogRequest& request,
                                const Context& context);
// Nothing follows if the last anchor is another by now. FAILED_PRECONDITION (LIST_FULL).
DecidedOn<v1::AccessLog> Decide(const v1::AccessLog& log,
                                const v1::RecordAccessLogBreakRequest& request,
                                const Context& context);

}  // namespace trellis::domain
