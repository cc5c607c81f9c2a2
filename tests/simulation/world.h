// A subscription, its consumers, its disk and its misfortunes, drawn from a seed: the real state
// machine of the queue and its stored cursor, in virtual time, watched by the oracle.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "queue/cursor.h"
#include "queue/deliveries.h"
#include "tests/simulation/oracle.h"

namespace trellis::testing {

// How often each thing happened, so that a test can say that it did.
struct Happened {
  int64_t delivered = 0;
  int64_t acknowledged = 0;
  int64_t late = 0;
  int64_t nacked = 0;
  int64_t dead = 0;
  int64_t redriven = 0;
  int64_t crashes = 0;
  int64_t lost_writes = 0;
  int64_t seeks = 0;
  int64_t deletions = 0;
};

class World {
 public:
  World(const queue::DeliveryRules& rules, uint64_t seed);

  // One thing happens. Empty, or what was wrong.
  const std::string& Step();
  // Nothing fails any more: everything is delivered and acknowledged in the end.
  const std::string& Drain();

  const Happened& happened() const { return happened_; }

 private:
  static constexpr size_t kConsumers = 4;

  struct AckId {
    uint64_t session = 0;
    queue::Number number = 0;
    uint64_t lease = 0;
  };
  struct Consumer {
    queue::ConsumerId id = 0;
    std::vector<AckId> held;
  };
  struct Event {
    std::string key;
    size_t bytes = 0;
    bool wanted = true;
    // Nobody ever acknowledges it, until nothing fails any more.
    bool poison = false;
  };
  // What is on its way to the disk, and what the oracle says of it.
  struct Write {
    std::string cursor;
    std::vector<Grave> graves;
    size_t burying = 0;
    std::vector<size_t> redriven;
    Oracle::Lasting expected;
  };
  struct Disk {
    std::string cursor;
    std::vector<Grave> graves;
    // Which of them were sent again.
    std::vector<bool> redriven;
    Oracle::Lasting expected;
  };
  struct Snapshot {
    std::string cursor;
    Oracle::Lasting expected;
  };

  uint64_t Draw(uint64_t below) { return random_() % below; }
  bool Chance(uint64_t in) { return Draw(in) == 0; }
  const Event& At(queue::Number number) const { return log_[number - 1]; }

  void Begin(queue::Progress progress, Oracle::Lasting lasting);
  void Arrive(Consumer& consumer);
  void Append();
  void Look();
  void Take(Consumer& consumer);
  void Acknowledge(const AckId& id);
  void Answer(Consumer& consumer);
  void Forge();
  void Wait(absl::Duration time);
  void BeginWrite();
  void EndWrite();
  void WriteAll();
  void Crash();
  void Seek();
  void Redrive();
  void MakeSnapshot();
  void Delete();
  // Something rare that a person does, or that befalls.
  void Incident();

  const queue::DeliveryRules rules_;
  std::mt19937_64 random_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::vector<Event> log_;
  Oracle oracle_;
  Disk disk_;
  std::optional<Write> write_;
  std::optional<Snapshot> snapshot_;

  uint64_t session_ = 0;
  std::unique_ptr<queue::Deliveries> deliveries_;
  std::vector<size_t> redriven_;
  queue::ConsumerId last_consumer_ = 0;
  std::array<Consumer, kConsumers> consumers_;
  // Ack ids that may still arrive, of any session.
  std::deque<AckId> late_;
  Happened happened_;
};

}  // namespace trellis::testing
