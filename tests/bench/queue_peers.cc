// The Go clients of Trellis and of the brokers, as rows of the table.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/peer_rounds.h"
#include "tests/bench/queue_bench.h"

namespace trellis::bench {
namespace {

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
std::vector<Peer> PeersOf(PeerRounds& rounds, bool few, bool synced, const std::string& whole) {
  std::vector<Peer> peers;
  const std::string of = absl::StrCat(few ? " few" : " many", whole);
  if (!synced) peers.push_back({kJetStream, rounds.of(absl::StrCat("nats", of))});
  peers.push_back({kRabbitMq, rounds.of(absl::StrCat("rabbit", of))});
  if (!few) {
    peers.push_back({"RabbitMQ, 100 together", rounds.of(absl::StrCat("rabbit together", whole))});
  }
  return peers;
}

void AddTrellis(PeerRounds& rounds, std::vector<Row>& rows) {
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
void AddBroker(const std::string& what, const std::string& name, PeerRounds& rounds,
               std::vector<Row>& rows) {
  rows.push_back({.what = what,
                  .measured = rounds.of(absl::StrCat(name, " whole")).Text(),
                  .limit = absl::StrCat("data alone: ", rounds.of(name).Text()),
                  .ratio = "",
                  .wanted = ""});
}

void AddBrokers(PeerRounds& rounds, std::vector<Row>& rows) {
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

void AddPublishing(PeerRounds& rounds, size_t bytes, double commands, std::vector<Row>& rows) {
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
  PeerRounds rounds(options, peers);
  rounds.Run();
  AddTrellis(rounds, rows);
  AddBrokers(rounds, rows);
  AddPublishing(rounds, peers.bytes, peers.commands_per_second, rows);
  for (const std::string& broker : rounds.missing()) {
    rows.push_back(Plain(broker, "skipped"));
  }
}

}  // namespace trellis::bench
