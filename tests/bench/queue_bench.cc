#include "tests/bench/queue_bench.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/pull.h"
#include "tests/bench/sample.h"

namespace trellis::bench {
namespace {

// One consumer gets and acknowledges the whole ledger.
struct Drained {
  double events_per_second = 0;
  // The server's processor time for 100,000 events, in seconds.
  double server_seconds = 0;
};

Drained Drain(const ServerProcess& trellisd, uint64_t events, bool exactly_once) {
  const std::string server = trellisd.WordAfter("grpc");
  const std::string name = NewSubscription(server, {.id = "raw", .exactly_once = exactly_once});
  const double cpu_before = trellisd.cpu_seconds();
  const auto start = SteadyClock::now();
  {
    Puller puller(server, {.subscription = name, .messages = events, .confirmed = exactly_once});
    puller.Wait();
  }
  const double seconds = SecondsSince(start);
  const double cpu = trellisd.cpu_seconds() - cpu_before;
  CheckNothingIsLeft(server, name);
  DeleteSubscription(server, name);
  const Drained drained{.events_per_second = static_cast<double>(events) / seconds,
                        .server_seconds = cpu * 1e5 / static_cast<double>(events)};
  Show(absl::StrFormat("  %-34s %8.0f events/s   server %.2f s for 100 000",
                       exactly_once ? "raw client, exactly once" : "raw client, at least once",
                       drained.events_per_second, drained.server_seconds));
  return drained;
}

void AddRows(const std::string& how, const std::vector<Drained>& rounds, std::vector<Row>& rows) {
  std::vector<double> rates, server;
  for (const Drained& one : rounds) {
    rates.push_back(one.events_per_second);
    server.push_back(one.server_seconds);
  }
  rows.push_back(
      {.what = absl::StrCat("events delivered in order and acknowledged, raw client, ", how),
       .measured = Figure(Median(rates), "events/s"),
       .limit = "",
       .ratio = "",
       .wanted = "≥ 100 000 events/s",
       .met = Median(rates) >= 100'000});
  rows.push_back({.what = absl::StrCat("trellisd's processor time for 100 000 of them, ", how),
                  .measured = Figure(Median(server), "s"),
                  .limit = "",
                  .ratio = "",
                  .wanted = ""});
}

// The mean size of the example's events.
size_t EventBytes(const std::string& play) {
  size_t bytes = 0, count = 0;
  for (const auto& commit : ExampleCommits(play)) {
    for (const eventstore::NewEvent& event : commit) {
      bytes += event.payload.size();
      ++count;
    }
  }
  return bytes / count;
}

}  // namespace

void MeasureQueue(const QueueBenchOptions& options, std::vector<Row>& rows) {
  const double commands_per_second = MeasureLive(options, rows);
  Show(absl::StrCat("Deliveries of a ledger of ", options.events, " events:"));
  const std::string data = options.work + "/queue";
  std::filesystem::create_directories(data);
  const uint64_t events =
      FillLog({.data = data, .events = options.events, .play_file = options.play});
  const ServerProcess trellisd({options.trellisd, "--data", data, "--dev", "--listen",
                                "127.0.0.1:0", "--http", "127.0.0.1:0"});
  std::vector<Drained> at_least_once, exactly_once;
  for (int round = 0; round < options.rounds; ++round) {
    Show(absl::StrFormat(" round %d of %d", round + 1, options.rounds));
    at_least_once.push_back(Drain(trellisd, events, false));
    exactly_once.push_back(Drain(trellisd, events, true));
  }
  AddRows("at least once", at_least_once, rows);
  AddRows("exactly once: each acknowledgement synced and confirmed", exactly_once, rows);
  MeasurePeers(options,
               {.trellisd = trellisd,
                .events = events,
                .bytes = EventBytes(options.play),
                .commands_per_second = commands_per_second},
               rows);
}

}  // namespace trellis::bench
