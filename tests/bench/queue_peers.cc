// The Go clients of Trellis and of the brokers, side by side.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/brokers.h"
#include "tests/bench/pull.h"
#include "tests/bench/queue_bench.h"

namespace trellis::bench {
namespace {

constexpr char kFew[] = "1000";
// More than Trellis leases at one time: as good as no limit.
constexpr char kMany[] = "20000";

// What was measured of one kind, over all rounds.
struct Measured {
  std::vector<double> rates;
  // The server's processor time for 100,000 events, in seconds.
  std::vector<double> server_seconds;
  // Why there is nothing, if there is nothing.
  std::string skipped;

  bool there() const { return !rates.empty(); }
  double rate() const { return Median(rates); }
  std::string Text() const {
    if (!there()) return absl::StrCat("skipped: ", skipped);
    return absl::StrFormat("%s; server %.2f s for 100 000", Figure(rate(), "events/s"),
                           Median(server_seconds));
  }
};

// By what is said in the table.
using Results = std::map<std::string, Measured>;

class Rounds {
 public:
  Rounds(const QueueBenchOptions& options, const PeersOptions& peers)
      : options_(options), peers_(peers) {}

  void Run() {
    StartBrokers();
    for (int round = 0; round < options_.rounds; ++round) {
      Show(absl::StrFormat(" round %d of %d", round + 1, options_.rounds));
      Trellis();
      Nats();
      Rabbit();
    }
  }

  const Measured& of(const std::string& name) { return results_[name]; }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  void StartBrokers() {
    const auto start = [this](const char* name, auto broker, std::unique_ptr<Broker>& place) {
      if (broker.ok()) {
        place = *std::move(broker);
      } else {
        missing_.push_back(absl::StrCat(name, ": ", broker.status().message()));
        Show(absl::StrCat("  ", missing_.back()));
      }
    };
    Show("  starting JetStream and RabbitMQ");
    start("JetStream", Broker::StartNats(options_.work + "/nats"), nats_);
    start("RabbitMQ", Broker::StartRabbit(options_.work + "/rabbit"), rabbit_);
  }

  // Runs the Go program once, with `cpu` the processor time of the server.
  void Measure(const std::string& name, const std::function<double()>& cpu,
               std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-events", absl::StrCat(peers_.events)});
    const double before = cpu();
    const absl::StatusOr<double> rate = RunPeers(options_.peers, arguments);
    Measured& measured = results_[name];
    if (!rate.ok()) {
      measured.skipped = std::string(rate.status().message());
      return Show(absl::StrFormat("  %-52s skipped: %s", name, measured.skipped));
    }
    measured.rates.push_back(*rate);
    measured.server_seconds.push_back((cpu() - before) * 1e5 / static_cast<double>(peers_.events));
    Show(absl::StrFormat("  %-52s %8.0f events/s   server %.2f s for 100 000", name, *rate,
                         measured.server_seconds.back()));
  }

  void FromTrellis(const std::string& name, const char* what, const char* outstanding,
                   bool exactly_once) {
    const std::string server = peers_.trellisd.WordAfter("grpc");
    const std::string subscription =
        NewSubscription(server, {.id = "go-client", .exactly_once = exactly_once});
    std::vector<std::string> arguments = {what,         "-address",     server,     "-subscription",
                                          subscription, "-outstanding", outstanding};
    if (exactly_once) arguments.emplace_back("-exactly-once");
    Measure(
        name, [this] { return peers_.trellisd.cpu_seconds(); }, std::move(arguments));
    DeleteSubscription(server, subscription);
  }

  void Trellis() {
    FromTrellis("official few", "trellis-consume", kFew, false);
    FromTrellis("official many", "trellis-consume", kMany, false);
    FromTrellis("official exactly", "trellis-consume", kMany, true);
    FromTrellis("raw few", "trellis-raw-consume", kFew, false);
    FromTrellis("raw many", "trellis-raw-consume", kMany, false);
    FromTrellis("raw exactly", "trellis-raw-consume", kMany, true);
  }

  void At(const std::unique_ptr<Broker>& broker, const std::string& name, const char* what,
          std::vector<std::string> more) {
    if (broker == nullptr) {
      results_[name].skipped = "see above";
      return;
    }
    more.insert(more.begin(), {what, "-address", broker->address()});
    Measure(
        name, [&] { return broker->cpu_seconds(); }, std::move(more));
  }

  std::vector<std::string> Publishing() const {
    return {"-bytes", absl::StrCat(peers_.bytes), "-outstanding", absl::StrCat(kQueueInFlight)};
  }

  void Nats() {
    At(nats_, "nats publish", "nats-publish", Publishing());
    At(nats_, "nats few", "nats-consume", {"-outstanding", kFew});
    At(nats_, "nats many", "nats-consume", {"-outstanding", kMany});
  }

  // What was consumed is gone, and is published again.
  void Rabbit() {
    At(rabbit_, "rabbit publish", "rabbit-publish", Publishing());
    At(rabbit_, "rabbit few", "rabbit-consume", {"-outstanding", kFew});
    At(rabbit_, "rabbit publish", "rabbit-publish", Publishing());
    At(rabbit_, "rabbit many", "rabbit-consume", {"-outstanding", kMany});
    At(rabbit_, "rabbit publish", "rabbit-publish", Publishing());
    At(rabbit_, "rabbit together", "rabbit-consume", {"-outstanding", kMany, "-together", "100"});
  }

  const QueueBenchOptions& options_;
  const PeersOptions& peers_;
  std::unique_ptr<Broker> nats_, rabbit_;
  std::vector<std::string> missing_;
  Results results_;
};

constexpr char kJetStream[] = "JetStream";
constexpr char kRabbitMq[] = "RabbitMQ";

// A name for the table, and its measurement.
struct Peer {
  const char* name;
  const Measured& measured;
};

// Trellis against the fastest of the peers that are there.
Row Against(const std::string& what, const Measured& ours, const std::vector<Peer>& peers) {
  const Peer* best = nullptr;
  for (const Peer& peer : peers) {
    if (!peer.measured.there()) continue;
    if (best == nullptr || peer.measured.rate() > best->measured.rate()) best = &peer;
  }
  Row row{.what = what,
          .measured = ours.Text(),
          .limit = "no peer: skipped",
          .ratio = "",
          .wanted = ""};
  if (best == nullptr || !ours.there()) return row;
  row = AtLeast(what, ours.rate(), "events/s", best->name, best->measured.rate(), 1.00);
  row.measured = ours.Text();
  return row;
}

Row Plain(const std::string& what, const std::string& measured) {
  return {.what = what, .measured = measured, .limit = "", .ratio = "", .wanted = ""};
}

void AddTrellis(Rounds& rounds, std::vector<Row>& rows) {
  const std::vector<Peer> few = {{kJetStream, rounds.of("nats few")},
                                 {kRabbitMq, rounds.of("rabbit few")}};
  const std::vector<Peer> many = {{kJetStream, rounds.of("nats many")},
                                  {kRabbitMq, rounds.of("rabbit many")},
                                  {"RabbitMQ, 100 together", rounds.of("rabbit together")}};
  // Of the two only RabbitMQ syncs acknowledgements.
  const std::vector<Peer> synced = {{kRabbitMq, rounds.of("rabbit many")},
                                    {"RabbitMQ, 100 together", rounds.of("rabbit together")}};
  constexpr char kOfficial[] = "Trellis, official Go client, ";
  constexpr char kRaw[] = "Trellis, Go without it, ";
  constexpr char kFewText[] = "1 000 outstanding (acknowledgements written, not synced)";
  constexpr char kManyText[] = "20 000 outstanding (acknowledgements written, not synced)";
  constexpr char kExactlyText[] =
      "20 000 outstanding, exactly once (acknowledgements synced and confirmed)";
  rows.push_back(Against(absl::StrCat(kOfficial, kFewText), rounds.of("official few"), few));
  rows.push_back(Against(absl::StrCat(kOfficial, kManyText), rounds.of("official many"), many));
  rows.push_back(
      Against(absl::StrCat(kOfficial, kExactlyText), rounds.of("official exactly"), synced));
  rows.push_back(Against(absl::StrCat(kRaw, kFewText), rounds.of("raw few"), few));
  rows.push_back(Against(absl::StrCat(kRaw, kManyText), rounds.of("raw many"), many));
  rows.push_back(Against(absl::StrCat(kRaw, kExactlyText), rounds.of("raw exactly"), synced));
}

void AddBrokers(Rounds& rounds, std::vector<Row>& rows) {
  constexpr char kNats[] = "JetStream 2.9, file storage, durable pull consumer, explicit acks ";
  constexpr char kNatsSync[] = "(fsync every 2 minutes: acks are not synced), ";
  rows.push_back(
      Plain(absl::StrCat(kNats, kNatsSync, "1 000 outstanding"), rounds.of("nats few").Text()));
  rows.push_back(
      Plain(absl::StrCat(kNats, kNatsSync, "20 000 outstanding"), rounds.of("nats many").Text()));
  constexpr char kRabbit[] =
      "RabbitMQ 3.10, quorum queue of one node, manual acks (through its synced log, not "
      "confirmed), ";
  rows.push_back(Plain(absl::StrCat(kRabbit, "prefetch 1 000"), rounds.of("rabbit few").Text()));
  rows.push_back(Plain(absl::StrCat(kRabbit, "prefetch 20 000"), rounds.of("rabbit many").Text()));
  rows.push_back(Plain(absl::StrCat(kRabbit, "prefetch 20 000, 100 acknowledged together"),
                       rounds.of("rabbit together").Text()));
}

void AddPublishing(Rounds& rounds, size_t bytes, double commands, std::vector<Row>& rows) {
  const std::string in_flight =
      absl::StrCat(kQueueInFlight, " in flight, events of ", bytes, " bytes");
  const Measured& rabbit = rounds.of("rabbit publish");
  Row row = Plain(
      "Trellis, durable commands (checked against the plan's rules, synced before the answer), "
      "100 in flight: not the same work as publishing",
      Figure(commands, "/s"));
  if (rabbit.there()) {
    row.limit = absl::StrCat("RabbitMQ's synced publishing: ", Figure(rabbit.rate(), "events/s"));
    row.ratio = absl::StrFormat("%.2f ×", commands / rabbit.rate());
  }
  rows.push_back(row);
  rows.push_back(
      Plain(absl::StrCat("JetStream, publishing (answered before its fsync), ", in_flight),
            rounds.of("nats publish").Text()));
  rows.push_back(
      Plain(absl::StrCat("RabbitMQ, publishing (synced before the confirmation), ", in_flight),
            rabbit.Text()));
}

}  // namespace

void MeasurePeers(const QueueBenchOptions& options, const PeersOptions& peers,
                  std::vector<Row>& rows) {
  Show(absl::StrFormat("Go clients of Trellis, JetStream and RabbitMQ, %d events of %d bytes:",
                       peers.events, peers.bytes));
  Rounds rounds(options, peers);
  rounds.Run();
  AddTrellis(rounds, rows);
  AddBrokers(rounds, rows);
  AddPublishing(rounds, peers.bytes, peers.commands_per_second, rows);
  for (const std::string& broker : rounds.missing()) {
    rows.push_back(Plain(broker, "skipped"));
  }
}

}  // namespace trellis::bench
