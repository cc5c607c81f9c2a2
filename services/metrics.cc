#include "services/metrics.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/cosigner.h"

namespace trellis::services {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using queue::SubscriptionStatus;

// A family of the queue's and where its value comes from.
struct QueueMetric {
  const char* name;
  const char* help;
  MetricType type;
  std::function<double(const SubscriptionStatus&, absl::Time)> value;
};

double AgeOfOldest(const SubscriptionStatus& status, absl::Time now) {
  if (status.oldest == absl::InfiniteFuture()) return 0;
  // The clock may have been set back since.
  return std::max(0.0, absl::ToDoubleSeconds(now - status.oldest));
}

template <typename Number>
auto Field(Number SubscriptionStatus::*field) {
  return [field](const SubscriptionStatus& status, absl::Time) {
    return static_cast<double>(status.*field);
  };
}

auto Count(int64_t queue::DeliveryCounts::*count) {
  return [count](const SubscriptionStatus& status, absl::Time) {
    return static_cast<double>(status.counts.*count);
  };
}

const std::vector<QueueMetric>& QueueMetrics() {
  using Counts = queue::DeliveryCounts;
  static const auto& metrics = *new std::vector<QueueMetric>{
      {"trellis_queue_backlog_messages",
       "Messages not acknowledged; those not looked at yet may turn out not to pass the filter.",
       MetricType::Gauge, Field(&SubscriptionStatus::backlog)},
      {"trellis_queue_backlog_seconds",
       "Age of the oldest message that is not acknowledged; 0 if there is none.", MetricType::Gauge,
       AgeOfOldest},
      {"trellis_queue_outstanding_messages", "Messages that consumers have now, with a lease.",
       MetricType::Gauge, Field(&SubscriptionStatus::leased)},
      {"trellis_queue_waiting_messages",
       "Messages that wait for their back-off after a refusal or a lease that ended.",
       MetricType::Gauge, Field(&SubscriptionStatus::backing_off)},
      {"trellis_queue_consumers", "Consumers that are connected now.", MetricType::Gauge,
       Field(&SubscriptionStatus::consumers)},
      {"trellis_queue_deliveries_total", "Deliveries since the start, those again included.",
       MetricType::Counter, Count(&Counts::delivered)},
      {"trellis_queue_redeliveries_total",
       "Deliveries since the start of messages that had been delivered before.",
       MetricType::Counter, Count(&Counts::redelivered)},
      {"trellis_queue_acknowledgements_total",
       "Acknowledgements since the start that had an effect.", MetricType::Counter,
       Count(&Counts::acknowledged)},
      {"trellis_queue_dead_letters_total",
       "Messages since the start that went to the dead letter topic.", MetricType::Counter,
       Count(&Counts::dead_lettered)},
  };
  return metrics;
}

// The id that a resource's name ends with.
std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

ClientMetric Sample(MetricType type, double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric sample;
  sample.label = std::move(labels);
  if (type == MetricType::Counter) {
    sample.counter.value = value;
  } else {
    sample.gauge.value = value;
  }
  return sample;
}

MetricFamily Single(const char* name, const char* help, MetricType type, double value) {
  return {name, help, type, {Sample(type, value)}};
}

MetricFamily Position(const char* name, const char* help, eventstore::Position position) {
  return Single(name, help, MetricType::Gauge, static_cast<double>(position));
}

void AddRelay(const relay::RelayStatus& status, std::vector<MetricFamily>& families) {
  families.push_back(Single("trellis_relay_connected", "1 if the relay has its broker, else 0.",
                            MetricType::Gauge, status.connected ? 1 : 0));
  families.push_back(Single("trellis_relay_events_total",
                            "Events since the start that the broker acknowledged.",
                            MetricType::Counter, static_cast<double>(status.relayed)));
  families.push_back(Single("trellis_relay_failures_total",
                            "Connections since the start that ended or could not be made.",
                            MetricType::Counter, static_cast<double>(status.failures)));
}

// Since 1970; 0 for what never was.
double Seconds(absl::Time time) {
  return time == absl::InfinitePast() ? 0 : absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

void AddWitnesses(const Cosigner& cosigner, std::vector<MetricFamily>& families) {
  const auto newest = cosigner.newest();
  families.push_back(Position("trellis_cosigned_position",
                              "How many events enough witnesses have cosigned; 0 if none yet.",
                              newest == nullptr ? 0 : newest->size));
  families.push_back(
      Single("trellis_cosigned_seconds",
             "When the last of these cosignatures was made, since 1970; 0 if there is none.",
             MetricType::Gauge, Seconds(cosigner.newest_time())));
  MetricFamily requests{"trellis_witness_requests_total",
                        "Requests for a cosignature since the start.",
                        MetricType::Counter,
                        {}};
  MetricFamily failures{"trellis_witness_failures_total",
                        "Requests since the start that got none.",
                        MetricType::Counter,
                        {}};
  MetricFamily conflicts{"trellis_witness_conflicts_total",
                         "Of these, because the witness has seen another history, or a larger one.",
                         MetricType::Counter,
                         {}};
  for (const WitnessCounts& counts : cosigner.Counts()) {
    const std::vector<ClientMetric::Label> labels = {{"witness", counts.name}};
    const auto sample = [&](int64_t count) {
      return Sample(MetricType::Counter, static_cast<double>(count), labels);
    };
    requests.metric.push_back(sample(counts.requests));
    failures.metric.push_back(sample(counts.failures));
    conflicts.metric.push_back(sample(counts.conflicts));
  }
  for (MetricFamily* const family : {&requests, &failures, &conflicts}) {
    families.push_back(std::move(*family));
  }
}

void AddReminders(const ReminderTimer& reminders, std::vector<MetricFamily>& families) {
  families.push_back(Single("trellis_reminders_total", "Reminders recorded since the start.",
                            MetricType::Counter, static_cast<double>(reminders.recorded())));
  families.push_back(
      Single("trellis_reminders_complete_seconds",
             "When the last look for reminders ended that left none out; 0 if none did.",
             MetricType::Gauge, Seconds(reminders.last_complete())));
}

void AddScrub(const ScrubStatus& status, std::vector<MetricFamily>& families) {
  families.push_back(Position("trellis_scrub_position",
                              "How far the log was read again, in this pass or the last.",
                              status.position));
  families.push_back(Single("trellis_scrub_complete_seconds",
                            "When the last pass over the log ended that found nothing; 0 if none "
                            "did.",
                            MetricType::Gauge, Seconds(status.complete_at)));
  families.push_back(Single("trellis_scrub_damaged", "1 if the last pass found damage, else 0.",
                            MetricType::Gauge, status.found.ok() ? 0 : 1));
}

void AddAccessLog(const AccessKeeperStatus& status, std::vector<MetricFamily>& families) {
  families.push_back(Single("trellis_access_log_anchored",
                            "The last entry of the access log that the ledger has recorded.",
                            MetricType::Gauge, static_cast<double>(status.anchored)));
  families.push_back(Single("trellis_access_log_complete_seconds",
                            "When the last look at the access log ended that found all well, since "
                            "1970; 0 if none did.",
                            MetricType::Gauge, Seconds(status.complete_at)));
  families.push_back(Single("trellis_access_log_breaks",
                            "How often the access log was found not to be what was recorded.",
                            MetricType::Gauge, static_cast<double>(status.breaks)));
  families.push_back(Single("trellis_access_log_damaged",
                            "1 if the last look at the access log met anything wrong, else 0.",
                            MetricType::Gauge, status.found.ok() ? 0 : 1));
}

}  // namespace

std::string MetricsText(const Rooms& rooms, const Measured& measured) {
  const std::vector<QueueMetric>& metrics = QueueMetrics();
  std::vector<MetricFamily> families;
  for (const QueueMetric& metric : metrics) {
    families.push_back({metric.name, metric.help, metric.type, {}});
  }
  const absl::Time now = rooms.clock.Now();
  for (const auto& subscription : measured.queue.List()) {
    const SubscriptionStatus status = subscription->Status();
    const std::vector<ClientMetric::Label> labels = {
        {"subscription", IdOf(subscription->settings().name())},
        {"topic", IdOf(subscription->topic()->name())}};
    for (size_t i = 0; i < metrics.size(); ++i) {
      families[i].metric.push_back(Sample(metrics[i].type, metrics[i].value(status, now), labels));
    }
  }
  families.push_back(Position("trellis_log_position", "Position of the log's last event.",
                              rooms.log.durable_position()));
  families.push_back(Position("trellis_views_position",
                              "Position of the last event that the views have applied.",
                              rooms.views.position()));
  AddReminders(measured.reminders, families);
  AddScrub(measured.scrubber.status(), families);
  AddAccessLog(measured.access_keeper.status(), families);
  if (measured.relay != nullptr) AddRelay(measured.relay->Status(), families);
  if (rooms.cosigner != nullptr) AddWitnesses(*rooms.cosigner, families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace trellis::services
