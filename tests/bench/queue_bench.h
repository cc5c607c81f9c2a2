// The queue, measured: what a consumer gets, how fast, at what cost, and beside what brokers do.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/processes.h"
#include "tests/bench/table.h"

namespace trellis::bench {

struct QueueBenchOptions {
  std::string trellisd, play, work;
  // The Go program of tests/bench/peers; what needs it is skipped if it is not there.
  std::string peers;
  // Of the ledger that is consumed whole; a little more are made.
  uint64_t events = 200'000;
  int rounds = 3;
  // How long commands are sent at a fixed rate.
  absl::Duration live = absl::Seconds(5);
};

// Everything, as rows.
void MeasureQueue(const QueueBenchOptions& options, std::vector<Row>& rows);

// --- Its parts

// While commands come: how late an event is received, and what 100 subscriptions cost. Returns the
// durable commands a second with kQueueInFlight in flight.
double MeasureLive(const QueueBenchOptions& options, std::vector<Row>& rows);

// The Go clients of Trellis, JetStream and RabbitMQ, with as many events of `bytes` each in all
// three as `trellisd` has, and `commands_per_second` beside what the brokers store.
struct PeersOptions {
  const ServerProcess& trellisd;
  uint64_t events = 0;
  size_t bytes = 0;
  double commands_per_second = 0;
};
void MeasurePeers(const QueueBenchOptions& options, const PeersOptions& peers,
                  std::vector<Row>& rows);

// Commands, or events to publish, that wait for their answer at one time.
inline constexpr int kQueueInFlight = 100;

}  // namespace trellis::bench
