// What the server shows to a monitoring system, in Prometheus's text format.
//
//   trellis_log_position                       position of the last event
//   trellis_views_position                     position of the last event that views have applied
//   trellis_queue_backlog_messages             messages that are not acknowledged
//   trellis_queue_backlog_seconds              the age of the oldest of them; 0: there is none
//   trellis_queue_outstanding_messages         messages that consumers have now
//   trellis_queue_waiting_messages             messages that wait for their back-off
//   trellis_queue_consumers                    consumers that are connected
//   trellis_queue_deliveries_total             deliveries, those again included
//   trellis_queue_redeliveries_total           deliveries of what had been delivered before
//   trellis_queue_acknowledgements_total       acknowledgements that had an effect
//   trellis_queue_dead_letters_total           messages that were given up
//   trellis_reminders_total                    reminders that were recorded
//   trellis_reminders_complete_seconds         when the last look for reminders ended that left
//   none
//                                              out, in seconds since 1970; 0: none did
//   trellis_scrub_position                     how far the log was read again, this pass or the
//   last trellis_scrub_complete_seconds             when the last pass ended that found nothing, in
//                                              seconds since 1970; 0: none did
//   trellis_scrub_damaged                      1 if the last pass found damage, else 0
//   trellis_access_log_anchored                the last entry of the access log that the ledger has
//                                              recorded
//   trellis_access_log_complete_seconds        when the last look at it ended that found all well,
//                                              since 1970; 0: none did
//   trellis_access_log_breaks                  how often it was found not to be what was recorded
//   trellis_access_log_damaged                 1 if the last look met anything wrong, else 0
//   trellis_relay_connected                    1 if the relay has its broker, else 0
//   trellis_relay_events_total                 events that the broker acknowledged
//   trellis_relay_failures_total               connections that ended or could not be made
//
//   trellis_cosigned_position                  how many events enough witnesses have cosigned
//   trellis_cosigned_seconds                   when the last of them did, since 1970; 0: none did
//   trellis_witness_requests_total             what a witness was asked to cosign
//   trellis_witness_failures_total             what it did not
//   trellis_witness_conflicts_total            of these, because it has seen another history
//
// Those of the queue have the labels `subscription` and `topic`, ids without the ledger. Totals
// count from the server's start. The relay's are there if there is one; its lag is the backlog of
// its subscription, `relay-nats`. The witnesses' are there if some are asked, with the label
// `witness`, the name in the policy.
#pragma once

#include <string>

#include "queue/queue.h"
#include "relay/relay.h"
#include "services/access_keeper.h"
#include "services/reminder_timer.h"
#include "services/scrubber.h"

namespace trellis::services {

// The media type of what MetricsText gives.
inline constexpr char kMetricsMediaType[] = "text/plain; version=0.0.4; charset=utf-8";

// What is measured beside the log and the views. All must outlive it.
struct Measured {
  const queue::Queue& queue;
  const ReminderTimer& reminders;
  const Scrubber& scrubber;
  const AccessKeeper& access_keeper;
  // Null: there is none.
  const relay::Relay* relay = nullptr;
};

// All of them as they are now. Reads one record for each subscription that has a backlog.
std::string MetricsText(const Rooms& rooms, const Measured& measured);

}  // namespace trellis::services
