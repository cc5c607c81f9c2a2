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
  double server() const { return Median(server_seconds); }
  std::string Text() const {
    if (!there()) return absl::StrCat("skipped: ", skipped);
    return absl::StrFormat("%s; server %.2f s for 100 000", Figure(rate(), "events/s"), server());
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

  void Publish(const std::unique_ptr<Broker>& broker, const std::string& name, const char* what,
               bool attributes) {
    std::vector<std::string> more = {"-bytes", absl::StrCat(peers_.bytes), "-outstanding",
                                     absl::StrCat(kQueueInFlight)};
    if (attributes) more.emplace_back("-attributes");
    At(broker, absl::StrCat(name, attributes ? " whole" : ""), what, std::move(more));
  }

  void Nats() {
    Publish(nats_, "nats publish", "nats-publish", false);
    At(nats_, "nats few", "nats-consume", {"-outstanding", kFew});
    At(nats_, "nats many", "nats-consume", {"-outstanding", kMany});
    Publish(nats_, "nats publish", "nats-publish", true);
    At(nats_, "nats few whole", "nats-consume", {"-outstanding", kFew});
    At(nats_, "nats many whole", "nats-consume", {"-outstanding", kMany});
  }

  // What was consumed is gone, and is published again.
  void Rabbit() {
    const auto both = [&](const std::string& name, bool attributes,
                          const std::vector<std::string>& how) {
      Publish(rabbit_, "rabbit publish", "rabbit-publish", attributes);
      At(rabbit_, name, "rabbit-consume", how);
    };
    both("rabbit few", false, {"-outstanding", kFew});
    both("rabbit many", false, {"-outstanding", kMany});
    both("rabbit together", false, {"-outstanding", kMany, "-together", "100"});
    both("rabbit few whole", true, {"-outstanding", kFew});
    both("rabbit many whole", true, {"-outstanding", kMany});
    both("rabbit together whole", true, {"-outstanding", kMany, "-together", "100"});
  }

  const QueueBenchOptions& options_;
  const PeersOptions& peers_;
  std::unique_ptr<Broker> nats_, rabbit_;
  std::vector<std::string> missing_;
  Results results_;
};

constexpr char kWhole[] = " whole";
constexpr char kJetStream[] = "JetStream";
constexpr char kRabbitMq[] = "RabbitMQ";

// A name for the table, and its measurement.
struct Peer {
  const char* name;
  const Measured& measured;
};

const Peer* Fastest(const std::vector<Peer>& peers) {
  const Peer* best = nullptr;
  for (const Peer& peer : peers) {
    if (!peer.measured.there()) continue;
    if (best == nullptr || peer.measured.rate() > best->measured.rate()) best = &peer;
  }
  return best;
}

// Trellis against the fastest of the peers that are there: with events as whole as its own, and,
// beside it, with their data alone.
Row Against(const std::string& what, const Measured& ours, const std::vector<Peer>& whole,
            const std::vector<Peer>& data_alone) {
  const Peer* const best = Fastest(whole);
  if (best == nullptr || !ours.there()) {
    return {.what = what,
            .measured = ours.Text(),
            .limit = "no peer: skipped",
            .ratio = "",
            .wanted = ""};
  }
  Row row = AtLeast(what, ours.rate(), "events/s", best->name, best->measured.rate(), 1.00);
  row.measured = ours.Text();
  if (const Peer* const bare = Fastest(data_alone); bare != nullptr) {
    absl::StrAppend(&row.limit, "; data alone: ", bare->name, ": ",
                    Figure(bare->measured.rate(), "events/s"));
    absl::StrAppendFormat(&row.ratio, "; %.2f ×", ours.rate() / bare->measured.rate());
  }
  return row;
}

// The server's processor time against that of the thriftiest peer, events as whole.
Row ServerTime(const std::string& what, const Measured& ours, const std::vector<Peer>& peers) {
  const Peer* best = nullptr;
  for (const Peer& peer : peers) {
    if (!peer.measured.there()) continue;
    if (best == nullptr || peer.measured.server() < best->measured.server()) best = &peer;
  }
  if (best == nullptr || !ours.there()) {
    return {.what = what,
            .measured = ours.Text(),
            .limit = "no peer: skipped",
            .ratio = "",
            .wanted = ""};
  }
  return AtMost(what, ours.server(), "s", best->name, best->measured.server(), 1.00);
}

Row Plain(const std::string& what, const std::string& measured) {
  return {.what = what, .measured = measured, .limit = "", .ratio = "", .wanted = ""};
}

// The brokers' figures that Trellis is compared with. Of the two only RabbitMQ syncs
// acknowledgements. `whole`: " whole" for events with all attributes, or nothing.
std::vector<Peer> PeersOf(Rounds& rounds, bool few, bool synced, const std::string& whole) {
  std::vector<Peer> peers;
  const std::string of = absl::StrCat(few ? " few" : " many", whole);
  if (!synced) peers.push_back({kJetStream, rounds.of(absl::StrCat("nats", of))});
  peers.push_back({kRabbitMq, rounds.of(absl::StrCat("rabbit", of))});
  if (!few) {
    peers.push_back({"RabbitMQ, 100 together", rounds.of(absl::StrCat("rabbit together", whole))});
  }
  return peers;
}

void AddTrellis(Rounds& rounds, std::vector<Row>& rows) {
  struct Kind {
    const char* name;
    const char* text;
  };
  for (const Kind& client :
       {Kind{"official", "Trellis, official Go client (acknowledges every 100 ms), "},
        Kind{"raw", "Trellis, Go without it, "}}) {
    for (const Kind& how :
         {Kind{" few", "1 000 outstanding (acknowledgements written, not synced)"},
          Kind{" many", "20 000 outstanding (acknowledgements written, not synced)"},
          Kind{" exactly",
               "20 000 outstanding, exactly once (acknowledgements synced and confirmed)"}}) {
      const bool few = absl::string_view(how.name) == " few";
      const bool synced = absl::string_view(how.name) == " exactly";
      rows.push_back(Against(
          absl::StrCat(client.text, how.text), rounds.of(absl::StrCat(client.name, how.name)),
          PeersOf(rounds, few, synced, kWhole), PeersOf(rounds, few, synced, "")));
    }
  }
  rows.push_back(ServerTime("trellisd's processor time for 100 000 of these, not synced",
                            rounds.of("raw many"), PeersOf(rounds, false, false, kWhole)));
  rows.push_back(ServerTime("the same, exactly once", rounds.of("raw exactly"),
                            PeersOf(rounds, false, true, kWhole)));
}

// A row with the broker's figures for events with all attributes, and for their data alone.
void AddBroker(const std::string& what, const std::string& name, Rounds& rounds,
               std::vector<Row>& rows) {
  rows.push_back({.what = what,
                  .measured = rounds.of(absl::StrCat(name, " whole")).Text(),
                  .limit = absl::StrCat("data alone: ", rounds.of(name).Text()),
                  .ratio = "",
                  .wanted = ""});
}

void AddBrokers(Rounds& rounds, std::vector<Row>& rows) {
  constexpr char kNats[] =
      "JetStream 2.9, files, durable pull consumer, explicit acks (fsync every 2 minutes: acks are "
      "not synced), ";
  AddBroker(absl::StrCat(kNats, "1 000 outstanding"), "nats few", rounds, rows);
  AddBroker(absl::StrCat(kNats, "20 000 outstanding"), "nats many", rounds, rows);
  constexpr char kRabbit[] =
      "RabbitMQ 3.10, quorum queue of one node, manual acks (through its synced log, not "
      "confirmed), prefetch ";
  AddBroker(absl::StrCat(kRabbit, "1 000"), "rabbit few", rounds, rows);
  AddBroker(absl::StrCat(kRabbit, "20 000"), "rabbit many", rounds, rows);
  AddBroker(absl::StrCat(kRabbit, "20 000, 100 acknowledged together"), "rabbit together", rounds,
            rows);
}

void AddPublishing(Rounds& rounds, size_t bytes, double commands, std::vector<Row>& rows) {
  const std::string in_flight =
      absl::StrCat(kQueueInFlight, " in flight, ", bytes, " bytes and attributes");
  const Measured& rabbit = rounds.of("rabbit publish whole");
  Row row = Plain(
      "Trellis, durable commands (checked against the plan's rules, synced before the answer), "
      "100 in flight: more work than publishing",
      Figure(commands, "/s"));
  if (rabbit.there()) {
    row.limit = absl::StrCat("RabbitMQ's synced publishing: ", Figure(rabbit.rate(), "events/s"));
    row.ratio = absl::StrFormat("%.2f ×", commands / rabbit.rate());
  }
  rows.push_back(row);
  AddBroker(absl::StrCat("JetStream, publishing (answered before its fsync), ", in_flight),
            "nats publish", rounds, rows);
  AddBroker(absl::StrCat("RabbitMQ, publishing (synced before the confirmation), ", in_flight),
            "rabbit publish", rounds, rows);
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
