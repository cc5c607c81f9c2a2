#include "domain/access_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "domain/draft.h"
#include "domain/evolution.h"
#include "domain/limits.h"
#include "domain/requires.h"

namespace trellis::domain {

void Evolve(v1::AccessLog& log, const std::string& name, const v1::AccessLogEvent& event,
            const EventFacts& facts) {
  if (log.name().empty()) log.set_name(name);
  Advance(log, facts);
  if (log.revision() == 1) *log.mutable_create_time() = log.update_time();
  // No default: the compiler lists the events we forgot.
  switch (event.kind_case()) {
    case v1::AccessLogEvent::kAccessLogAnchored:
      *log.mutable_anchor() = event.access_log_anchored().anchor();
      return;
    case v1::AccessLogEvent::kAccessLogBroken: {
      v1::AccessLogBreak& found = *log.add_breaks();
      found = event.access_log_broken().found();
      *found.mutable_record_time() = log.update_time();
      return log.clear_anchor();
    }
    case v1::AccessLogEvent::KIND_NOT_SET:
      break;
  }
  Crash("Evolve: event without a kind; decoding refuses these");
}

DecidedOn<v1::AccessLog> Decide(const v1::AccessLog& log, const v1::AnchorAccessLogRequest& request,
                                const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::SYSTEM}, "anchor the access log"));
  const v1::AccessAnchor& before = log.anchor();
  const v1::AccessAnchor& anchor = request.anchor();
  if (anchor.digest().size() != Digest().size()) {
    return InvalidRequest({{"anchor.digest", absl::StrCat("got ", anchor.digest().size(),
                                                          " bytes, want ", Digest().size())}});
  }
  if (anchor.number() < before.number() || anchor.dropped() < before.dropped() ||
      anchor.dropped() > anchor.number()) {
    return Refusal(
        "ACCESS_ANCHOR_BACKWARD", log.name(),
        absl::StrCat("the last anchor is at ", before.number(), " with ", before.dropped(),
                     " dropped, got ", anchor.number(), " with ", anchor.dropped()));
  }
  DraftOn<v1::AccessLog> draft(log, context);
  if (anchor.number() == before.number() && anchor.dropped() == before.dropped()) {
    return std::move(draft).Finish();
  }
  v1::AccessLogEvent event;
  *event.mutable_access_log_anchored()->mutable_anchor() = anchor;
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

DecidedOn<v1::AccessLog> Decide(const v1::AccessLog& log,
                                const v1::RecordAccessLogBreakRequest& request,
                                const Context& context) {
  RETURN_IF_ERROR(RequireOneOf(context, {v1::SYSTEM}, "record a break of the access log"));
  DraftOn<v1::AccessLog> draft(log, context);
  const v1::AccessAnchor& recorded = request.found().recorded();
  if (!log.has_anchor() || log.anchor().digest() != recorded.digest()) {
    return std::move(draft).Finish();
  }
  RETURN_IF_ERROR(RequireRoom(log.name(), "breaks", log.breaks_size(), kAccessLogBreaksMax));
  v1::AccessLogEvent event;
  *event.mutable_access_log_broken()->mutable_found() = request.found();
  event.mutable_access_log_broken()->mutable_found()->clear_record_time();
  draft.Emit(std::move(event));
  return std::move(draft).Finish();
}

}  // namespace trellis::domain
