// The Go clients of Trellis, JetStream and RabbitMQ, run in rounds, side by side.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/brokers.h"
#include "tests/bench/queue_bench.h"

namespace trellis::bench {

// What was measured of one kind, over all rounds.
struct Measured {
  std::vector<double> rates;
  // The server's processor time for 100,000 events, in seconds.
  std::vector<double> server_seconds;
  // Why there is nothing, if there is nothing.
  std::string skipped;

  bool there() const { return !rates.empty(); }
  double rate() const { return Median(rates); }
  double server() const { return Median(server_seconds); }
  // For the table.
  std::string Text() const;
};

// Kinds are named `WHO HOW`, and what is not named here was not measured:
//
//   official, raw   few, many, exactly         Trellis, through the official client and without it:
//                                              1,000 or 20,000 outstanding; 20,000, exactly once
//   nats            publish, few, many         JetStream
//   rabbit          publish, few, many,        RabbitMQ; 20,000, a hundred acknowledged together
//                   together
//
// and those of the brokers with `whole` behind them: events with all attributes, as Trellis
// delivers them, instead of their data alone.
class PeerRounds {
 public:
  // Both must outlive this object.
  PeerRounds(const QueueBenchOptions& options, const PeersOptions& peers)
      : options_(options), peers_(peers) {}

  // Starts the brokers, measures all kinds, round by round, and shows how far it is.
  void Run();

  const Measured& of(const std::string& kind) { return results_[kind]; }
  // Brokers that could not be started, and why.
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  using Arguments = std::vector<std::string>;

  void StartBrokers();
  void Start(const char* name, absl::StatusOr<std::unique_ptr<Broker>> broker,
             std::unique_ptr<Broker>& place);
  // Runs the Go program once, with `cpu` the processor time of the server.
  void Measure(const std::string& kind, const std::function<double()>& cpu, Arguments arguments);
  void FromTrellis(const std::string& kind, const char* what, const char* outstanding,
                   bool exactly_once);
  void At(const std::unique_ptr<Broker>& broker, const std::string& kind, const char* what,
          Arguments more);
  void Publish(const std::unique_ptr<Broker>& broker, const std::string& kind, const char* what,
               bool attributes);
  // What RabbitMQ has consumed is gone: it is published again.
  void PublishAndConsume(const std::string& kind, bool attributes, Arguments how);
  void Trellis();
  void Nats();
  void Rabbit();

  const QueueBenchOptions& options_;
  const PeersOptions& peers_;
  std::unique_ptr<Broker> nats_, rabbit_;
  std::vector<std::string> missing_;
  std::map<std::string, Measured> results_;
};

}  // namespace trellis::bench
